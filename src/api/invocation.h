/*
 * How the program was called: kept as it was, because parsing changes argv,
 * and so that an upgrade can call it again.
 * Runs in: starter.
 */
#ifndef PREFORK_API_INVOCATION_H
#define PREFORK_API_INVOCATION_H

#include "config/settings.h"

/* Copies argv; finds the binary as execvp(3) would.  What cannot be known is
 * NULL.  -1 with errno, and nothing to free. */
int invocation_init(struct invocation *invocation, int argc, char **argv);
/* We took the place of an image that was called by the same argv in another
 * directory, "" when that is not known: what is relative is so to that one. */
void invocation_move(struct invocation *invocation, const char *directory);
void invocation_fini(struct invocation *invocation);

#endif
