/*
 * The command line of preforkd and of every program made by prefork_main.
 * Runs in: starter; options_settings also in the master at reload.
 */
#ifndef PREFORK_API_OPTIONS_H
#define PREFORK_API_OPTIONS_H

#include "config/complaints.h"
#include "config/settings.h"

enum run_mode {
	RUN_SERVE,
	RUN_ONE_SHOT, /* -i */
	RUN_CHECK,    /* -t */
	RUN_PRINT,    /* -T */
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
	const struct invocation *invocation;  /* or NULL */
	struct passed_sockets *passed;	      /* or NULL */
	const struct error *passed_error;     /* what is wrong with them */
	bool resumed;	     /* by an image that takes another's place */
	bool directory_gone; /* that one was started in */
};

/* What the command line says.  Its strings are argv's. */
struct options {
	struct options_source source;
	enum run_mode mode;
	bool verbose, foreground;
	const char *program;   /* its name without folders */
	const char *described; /* -H */
	const char *file;      /* -f, or the default one; NULL: no file */
	const char *handler;   /* the operand, or NULL */
	char **operands;       /* behind it */
	size_t operand_count;
	/* -p -S -M -u, or NULL */
	const char *pidfile, *control, *module_path, *user;
	long workers;			   /* -w, or 0 */
	int ready_fd;			   /* -d, or -1 */
	const char **listens, **overrides; /* -l, -o */
	size_t listen_count, override_count;
	char *directory;	   /* relative names are relative to, or NULL */
	struct settings *settings; /* made of all this */
	struct complaints *complaints;
	struct settings_origin origin;
};

/*
 * Parse argv and make settings of it.  `builtin` is the module of prefork_main
 * or NULL.  0, or -1 with `e`, which is the first of options->complaints if
 * there are any; options_fini either way.
 */
int options_parse(struct options *options, int argc, char **argv,
    const struct prefork_module *builtin, struct error *e);
int options_parse_source(struct options *options,
    const struct options_source *source, struct error *e);
void options_fini(struct options *options);
/* Does it serve, or look at all that it would serve? */
bool options_serve(const struct options *options);
/* The usage text, for -h; `builtin`: the handler is not an operand. */
void options_usage(const char *program, bool builtin);

/* Read all files.  NULL with complaints. */
struct settings *options_settings(const struct options *options,
    struct complaints *complaints);
/* Without services, for an image that takes another's place.  NULL with
 * errno. */
struct settings *options_base(const struct options *options);
/* For settings_origin, with the options as arg. */
struct settings *options_read_again(const void *arg, struct error *e);
struct settings *options_restore(const void *arg, const char *text,
    struct error *e);

#endif
