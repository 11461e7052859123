/*
 * Pool policy: which deaths count, and how long each one delays the next fork.
 * Runs in: a test.
 */
#include "config.h"

#include "master/pool.h"
#include "pool_rig.h"
#include "tap.h"

static void
test_served_exit(void)
{
	all_ready(2, 2);
	for (int i = 0; i < 50; i++) {
		STEP(.kind = EVENT_EXITED, .slot = 1, .by_exit = true,
		    .served = true);
		if (strcmp(actions(), "spawn1") != 0)
			break;
		STEP(.kind = EVENT_READY, .slot = 1);
	}
	is_text(states(), "rr", "50 exits of the handler: replaced at once");
	is_int(pool.slots[1].deaths, 0, "none of them counts");
	crash(1);
	is_int(pool.slots[1].deaths, 1, "a signal does");
	STEP(.kind = EVENT_READY, .slot = 1);
	STEP(.kind = EVENT_EXITED, .slot = 1, .by_exit = true);
	is_int(pool.slots[1].deaths, 2, "exit before the first client does");
	STEP(.kind = EVENT_READY, .slot = 1);
	STEP(.kind = EVENT_EXITED, .slot = 1, .served = true);
	is_text(actions(), "backoff1", "a signal in a client's midst does");
	pool_fini(&pool);
}

/* Crash slot 1 again and again; the nth delay must be within 10 %. */
static void
check_delays(const int *delays, size_t count, bool ready_first)
{
	for (size_t i = 0; i < count; i++) {
		int64_t delay_ms = 0;

		if (ready_first)
			STEP(.kind = EVENT_READY, .slot = 1);
		crash(1);
		if (pool.actions[0].kind == ACTION_BACKOFF) {
			delay_ms = pool.actions[0].delay_ms;
			is_int(pool_deadline(&pool), now_ms + delay_ms,
			    "the deadline is the end of the back-off");
			wait_for_deadline();
		}
		ok(delay_ms >= delays[i] &&
			delay_ms <= delays[i] + delays[i] / 10,
		    "death %zu waits %d ms and up to 10 %%: %lld", i, delays[i],
		    (long long)delay_ms);
		is_text(actions(), "spawn1", "then forks");
	}
}

static void
test_backoff(void)
{
	static const int late[] = { 0, 0, 100, 200, 400, 800, 1600, 3200, 60000,
		60000 };
	static const int early[] = { 100, 200, 400, 800, 1600, 3200, 60000,
		60000 };

	all_ready(2, 2);
	crash(1);
	STEP(.kind = EVENT_READY, .slot = 1);
	now_ms += POOL_GOOD_MS - 1;
	crash(1);
	is_int(pool.slots[1].deaths, 2, "a minute but 1 ms is not good");
	STEP(.kind = EVENT_READY, .slot = 1);
	now_ms += POOL_GOOD_MS;
	check_delays(late, sizeof(late) / sizeof(late[0]), true);
	STEP(.kind = EVENT_READY, .slot = 1);
	now_ms += POOL_GOOD_MS;
	crash(1);
	is_text(actions(), "spawn1", "a good minute forgets all deaths");
	STEP(.kind = EVENT_READY, .slot = 1);
	now_ms += POOL_GOOD_MS;
	STEP(.kind = EVENT_RESIZE, .want = 1);
	is_int(pool.slots[1].deaths, 0, "also when it ends by retirement");
	pool_fini(&pool);
	setup(2, 2, 0, 0);
	STEP(.kind = EVENT_START);
	STEP(.kind = EVENT_READY, .slot = 0);
	check_delays(early, sizeof(early) / sizeof(early[0]), false);
	pool_fini(&pool);
}

static void
test_late_after_early(void)
{
	all_ready(2, 2);
	crash(1);
	is_text(actions(), "spawn1", "the first late death is free");
	crash(1);
	is_text(actions(), "backoff1", "an early one is not");
	wait_for_deadline();
	STEP(.kind = EVENT_READY, .slot = 1);
	crash(1);
	is_text(actions(), "backoff1", "the third of any kind is not free");
	pool_fini(&pool);
}

static void
test_jitter(void)
{
	int64_t first_ms = 0;
	bool differ = false;

	all_ready(16, 16);
	for (unsigned i = 0; i < 16; i++) {
		for (int death = 0; death < 3; death++) {
			STEP(.kind = EVENT_READY, .slot = i);
			crash(i);
		}
		if (i == 0)
			first_ms = pool.slots[0].retry_at_ms;
		differ |= pool.slots[i].retry_at_ms != first_ms;
	}
	is_text(states(), "bbbbbbbbbbbbbbbb", "all died alike");
	ok(differ, "slots that died together do not come back together");
	now_ms += 111;
	STEP(.kind = EVENT_TICK);
	is_int(pool.action_count, 16, "a late tick does all that is due");
	pool_fini(&pool);
}

static void
test_start_timeout(void)
{
	setup(3, 3, 0, 10000);
	STEP(.kind = EVENT_START);
	STEP(.kind = EVENT_READY, .slot = 0);
	now_ms += 10;
	crash(0);
	wait_for_deadline();
	is_text(actions(), "kill1 kill2", "both that hang are killed");
	is_int(pool_deadline(&pool), now_ms + 10, "the third has its own time");
	STEP(.kind = EVENT_READY, .slot = 1);
	is_text(states(), "sss", "READY after the kill is ignored");
	crash(1);
	is_text(actions(), "backoff1", "it counts as an early death");
	pool_fini(&pool);
}

static void
test_leaving_hastily(void)
{
	static const char *const expected[] = { "spawn0", "spawn0",
		"backoff0" };

	all_ready(3, 1);
	for (int i = 0; i < 3; i++) {
		now_ms += POOL_HASTY_MS - 1;
		STEP(.kind = EVENT_LEAVING, .slot = 0);
		is_text(actions(), "", "who leaves in haste keeps its place");
		STEP(.kind = EVENT_EXITED, .slot = 0, .by_exit = true);
		is_text(actions(), expected[i], "hasty exit %d counts", i);
		STEP(.kind = EVENT_TICK);
		if (pool.slots[0].state == POOL_STARTING)
			STEP(.kind = EVENT_READY, .slot = 0);
	}
	wait_for_deadline();
	STEP(.kind = EVENT_READY, .slot = 0);
	STEP(.kind = EVENT_LEAVING, .slot = 0);
	STEP(.kind = EVENT_EXITED, .slot = 0, .by_exit = true, .served = true);
	is_text(actions(), "spawn0", "unless it served");
	STEP(.kind = EVENT_READY, .slot = 0);
	STEP(.kind = EVENT_LEAVING, .slot = 0);
	STEP(.kind = EVENT_RESIZE, .want = 0);
	is_text(actions(), "", "one that leaves need not be told");
	STEP(.kind = EVENT_RESIZE, .want = 1);
	is_text(actions(), "spawn1", "its place was given up");
	pool_fini(&pool);
}

int
main(void)
{
	test_served_exit();
	test_backoff();
	test_late_after_early();
	test_jitter();
	test_start_timeout();
	test_leaving_hastily();
	return tap_done();
}
