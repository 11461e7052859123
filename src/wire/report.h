/*
 * What a helper process (probe, rehearsal) says to the master: text through a
 * pipe: a line "ready", or a last line "PFnnnn sentence",
 * before which the name of a program may stand.  Text, because the
 * dynamic linker and crashing programs write there too, and what a helper has
 * started may do so after it; so ready counts together with exit code 0.
 * Runs in: master, probe, rehearsal.
 */
#ifndef PREFORK_WIRE_REPORT_H
#define PREFORK_WIRE_REPORT_H

#include <stdbool.h>

#include "base/error.h"

/* -1 with errno. */
int report_ready(int fd);
int report_error(int fd, const struct error *e);
/*
 * Read the verdict in everything that was said.  True: there is a line
 * "ready".  `e` has the reason of the last line; its id is PF_NONE and its
 * text is empty when that is none.
 */
bool report_read(const char *text, struct error *e);
/* The last line that has anything in it, within `text` up to its end; "" if
 * there is none. */
const char *report_last_line(const char *text);

#endif
