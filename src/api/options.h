/*
 * The command line of preforkd and of every program made by prefork_main.
 * Runs in: starter.
 */
#ifndef PREFORK_API_OPTIONS_H
#define PREFORK_API_OPTIONS_H

#include "config/settings.h"

enum run_mode {
	RUN_SERVE,
	RUN_ONE_SHOT, /* -i */
	RUN_CHECK,    /* -t */
	RUN_LIST,     /* -L */
	RUN_DESCRIBE, /* -H */
	RUN_VERSION,  /* -V */
	RUN_HELP,     /* -h */
};

/* What is parsed, and by whom. */
struct options_source {
	int argc;
	char **argv;
	const struct prefork_module *builtin; /* of prefork_main, or NULL */
	bool resumed;	     /* by an image that takes another's place */
	bool directory_gone; /* that one was started in */
};

struct options {
	struct options_source source;
	enum run_mode mode;
	bool verbose;
	const char *described; /* -H */
	struct settings *settings;
	const char **overrides; /* -o, as it stands in argv */
	size_t override_count;
};

/*
 * Parse argv.  `builtin` is the module of prefork_main or NULL.  0, or -1
 * with `e`; options_fini either way.
 */
int options_parse(struct options *options, int argc, char **argv,
    const struct prefork_module *builtin, struct error *e);
int options_parse_source(struct options *options,
    const struct options_source *source, struct error *e);
void options_fini(struct options *options);
/* The usage text, for -h; `builtin`: the handler is not an operand. */
void options_usage(const char *program, bool builtin);

#endif
