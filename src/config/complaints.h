/*
 * What is wrong with a configuration: not only the first thing, and where.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_COMPLAINTS_H
#define PREFORK_CONFIG_COMPLAINTS_H

#include <stdbool.h>

#include "base/error.h"
#include "config/place.h"

/* More are counted but not kept. */
#define COMPLAINTS_MAX 20
/* "file:line:column", "file", or "" where there is none. */
#define COMPLAINT_PLACE_BYTES 256

struct complaint {
	char place[COMPLAINT_PLACE_BYTES];
	bool in_file; /* and not on the command line */
	struct error error;
};

struct complaints {
	unsigned count;
	struct complaint items[COMPLAINTS_MAX];
};

/* One more.  Returns -1. */
int complain(struct complaints *complaints, const struct place *place,
    const struct error *error);
void complaint_set(struct complaint *complaint, const struct place *place,
    const struct error *error);
/* Of its message, but what is wrong in a file is no wrong command line. */
int complaint_exit_code(const struct complaint *complaint);
/* As one sentence, "file:line:column: why". */
void complaint_sentence(const struct complaint *complaint, struct error *e);
/* The first one as one sentence.  Returns -1. */
int complaints_first(const struct complaints *complaints, struct error *e);

#endif
