/*
 * The end of a process that found itself wrong.
 * Runs in: every process.
 */
#include "config.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/log.h"

void
bug_abort(const char *file, int line, const char *what)
{
	log_event(PF_BUG, "%s:%d: %s", file, line, what);
	abort();
}
