/*
 * Names of hosts that another process looks up, because that may take longer
 * than the master can stay away.  The master reads a file and asks nobody;
 * where it finds a name that it does not know, a child reads the same file,
 * asks, and notes the answers in memory that both have; then the master reads
 * again.
 * Runs in: master at a reload, and its helper.
 */
#ifndef PREFORK_LISTENER_NAMES_H
#define PREFORK_LISTENER_NAMES_H

#include <stdbool.h>

#include "listener/endpoint.h"

/* From now on this process knows no name, and asks for none.  -1 with errno.
 * To be called before the fork of who asks. */
int names_begin(void);
/* Was there one that was not known, since then? */
bool names_are_missing(void);
/* In the child: ask, and note. */
void names_note(void);
/* All as it was before: who wants to know asks. */
void names_end(void);

/* endpoint_parse only: what is known of `text`, as it counts; 0 when the
 * system is to be asked; -1 with `e` when it must not. */
int names_find(const char *text, struct endpoint *out, struct error *e);
/* It has answered.  -1 with `e` when there is no room. */
int names_add(const char *text, const struct endpoint *found, int count,
    struct error *e);

#endif
