/*
 * What is wrong with a configuration: not only the first thing, and where.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_COMPLAINTS_H
#define PREFORK_CONFIG_COMPLAINTS_H

#include "config/lexer.h"

/* More are counted but not kept. */
#define COMPLAINTS_MAX 20
/* "file:line:column", or what stands for a file. */
#define COMPLAINT_PLACE_BYTES 256

struct complaint {
	char place[COMPLAINT_PLACE_BYTES];
	struct error error;
};

struct complaints {
	unsigned count;
	struct complaint items[COMPLAINTS_MAX];
};

/* `position` NULL: `file` as a whole, or a word of the command line.  Returns
 * -1. */
int complain(struct complaints *complaints, const char *file,
    const struct position *position, const struct error *error);
/* The first one as one sentence, "file:line:column: why".  Returns -1. */
int complaints_first(const struct complaints *complaints, struct error *e);

#endif
