/*
 * Answers as JSON: an object with ok, code and text.
 * Runs in: preforkctl.
 */
#ifndef PREFORK_PREFORKCTL_ANSWER_JSON_H
#define PREFORK_PREFORKCTL_ANSWER_JSON_H

#include "preforkctl/talk.h"

/* Of a verb whose answer is its outcome alone.  Returns the exit code. */
int answer_json(const struct answer *answer);
/* A line of a text; the first one, for which *begun is false, begins the
 * object.  "} is left to the caller. */
void answer_json_line(void *begun, const char *line);

#endif
