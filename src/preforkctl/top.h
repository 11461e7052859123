/*
 * The verb top: figures and rates, live.
 * Runs in: preforkctl.
 */
#ifndef PREFORK_PREFORKCTL_TOP_H
#define PREFORK_PREFORKCTL_TOP_H

#include "base/error.h"

/* Until q, the end of the daemon, or `samples` of them, 0: any number.  Plain
 * lines where there is no terminal.  0, or -1 with `e`. */
int top(const char *path, unsigned samples, struct error *e);

#endif
