/*
 * One request to the daemon and its answer.
 * Runs in: preforkctl.
 */
#ifndef PREFORK_PREFORKCTL_TALK_H
#define PREFORK_PREFORKCTL_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct answer {
	bool joined; /* asked: the lines are parts of one */
	/* Asked: called with each line, which is not printed; or NULL. */
	void (*take)(void *arg, const char *text);
	void *arg;
	int code;	      /* what to exit with */
	bool ended;	      /* the daemon closed without a last line */
	bool replaced;	      /* but said that another takes its place */
	long long last_event; /* the last "seq" that was seen */
	char text[1024];
};

/*
 * What is asked of *answer is the caller's.  Connect to the socket at `path`,
 * send the request (VERB and words) and copy the lines of the answer to
 * standard output, until `deadline_ms` (clock_ms; CLOCK_NEVER: none).  -1 with
 * `e` (CONTROL_ABSENT, CONTROL_LATE).
 */
int talk(const char *path, const char *request, int64_t deadline_ms,
    struct answer *answer, struct error *e);

#endif
