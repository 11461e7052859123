/*
 * Monotonic time.
 * Runs in: every process.
 */
#include "config.h"

#include <limits.h>
#include <time.h>

#include "base/clock.h"

int64_t
clock_us(void)
{
	struct timespec now = { 0, 0 };

	/* Cannot fail: POSIX.1-2008 systems that we build on have the clock,
	 * and the pointer is good. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}

int
clock_timeout(int64_t deadline_ms, int64_t now_ms)
{
	if (deadline_ms == CLOCK_NEVER)
		return -1;
	if (deadline_ms <= now_ms)
		return 0;
	/* Compared as a sum: the difference may not fit. */
	if (deadline_ms > now_ms + INT_MAX)
		return INT_MAX;
	return (int)(deadline_ms - now_ms);
}
