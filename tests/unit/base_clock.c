/*
 * Monotonic time, and deadlines as poll(2) wants them.
 */
#include "config.h"

#include <limits.h>

#include "base/clock.h"
#include "tap.h"

int
main(void)
{
	int64_t now = clock_ms();

	ok(now > 0 && clock_ms() >= now, "the clock does not go back");
	is_int(clock_timeout(CLOCK_NEVER, now), -1, "never");
	is_int(clock_timeout(now - 5, now), 0, "past");
	is_int(clock_timeout(now + 5, now), 5, "soon");
	is_int(clock_timeout(CLOCK_NEVER - 1, now), INT_MAX, "far");
	is_int(clock_timeout(0, INT64_MIN), INT_MAX, "no overflow");
	return tap_done();
}
