/*
 * BUG_ON: always compiled in, for our own bugs only.  Logs PF0900 with file
 * and line, then abort(3).  Runs in: every process.
 */
#ifndef PREFORK_BASE_BUG_H
#define PREFORK_BASE_BUG_H

_Noreturn void bug_abort(const char *file, int line, const char *what);

#define BUG_ON(condition)                                          \
	do {                                                       \
		if (condition)                                     \
			bug_abort(__FILE__, __LINE__, #condition); \
	} while (0)

#endif
