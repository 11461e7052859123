/*
 * The directives, as one table: what each is called, what it takes, where it
 * stands, and what it is when nothing is said.  Everything that reads or tells
 * of directives does it by this table.
 * Runs in: starter, master.
 */
#ifndef PREFORK_CONFIG_DIRECTIVE_H
#define PREFORK_CONFIG_DIRECTIVE_H

#include "config/settings.h"

enum directive_scope {
	DIRECTIVE_DAEMON,  /* once, for all */
	DIRECTIVE_SERVICE, /* of each service by itself */
};

struct directive {
	const char *name;
	enum directive_scope scope;
	const char *syntax; /* of what follows the name */
	const char *preset; /* as text, in that syntax; "" for none */
	const char *help;   /* one line */
	/* How it is read: into the member at `offset` of struct settings or
	 * struct service_settings, by its kind and limits ... */
	size_t offset;
	int kind; /* enum quantity, or one of the file's own */
	int64_t min, max;
	/* ... or by a function of its own. */
	int (*set)(struct service_settings *service, unsigned count,
	    char **words, struct error *e);
};

/* The next one after `d`, the first after NULL, NULL after the last. */
const struct directive *directive_next(const struct directive *d);

/*
 * -o name=value or -o service.NAME.name=value.  A service's directive without
 * a service is for all of them.  -1 with `e` (PF_DIRECTIVE, PF_DIRECTIVE_VALUE)
 * that begins with "-o name".
 */
int directive_override(struct settings *settings, const char *text,
    struct error *e);

#endif
