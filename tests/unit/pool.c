/*
 * Pool policy: canary, growth, shrinking, recycling, and each cell of state x
 * event.  What deaths cost is pool_deaths.c's.
 * Runs in: a test.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "master/pool.h"
#include "pool_rig.h"
#include "tap.h"

static void
test_canary(void)
{
	setup(4, 4, 0, 10000);
	STEP(.kind = EVENT_START);
	is_text(actions(), "spawn0", "only the canary is started");
	STEP(.kind = EVENT_TICK);
	is_text(actions(), "", "an early tick does nothing");
	STEP(.kind = EVENT_READY, .slot = 0);
	is_text(actions(), "up0 spawn1 spawn2 spawn3", "then all the others");
	STEP(.kind = EVENT_READY, .slot = 1);
	is_text(actions(), "", "up is said once");
	is_text(states(), "rrss", "states after the canary");
	pool_fini(&pool);
}

static void
test_canary_dies(void)
{
	setup(2, 2, 0, 10000);
	STEP(.kind = EVENT_START);
	STEP(.kind = EVENT_EXITED, .slot = 0, .by_exit = true);
	is_text(actions(), "failed0", "a canary that exits fails the pool");
	ok(pool_deadline(&pool) == CLOCK_NEVER, "a failed pool has no timer");
	STEP(.kind = EVENT_RESIZE, .want = 1);
	is_text(actions(), "", "a failed pool starts nothing");
	STEP(.kind = EVENT_RESIZE, .want = 0);
	STEP(.kind = EVENT_RESIZE, .want = 2);
	is_text(actions(), "backoff0", "after 0 the canary waits its time");
	wait_for_deadline();
	is_text(actions(), "spawn0", "and tries again, alone");
	STEP(.kind = EVENT_SPAWN_FAILED, .slot = 0);
	is_text(actions(), "failed0", "a fork that fails fails the pool");
	pool_fini(&pool);
}

static void
test_canary_hangs(void)
{
	setup(2, 2, 0, 10000);
	STEP(.kind = EVENT_START);
	is_int(pool_deadline(&pool), 15000, "start_timeout is the deadline");
	now_ms = 14999;
	STEP(.kind = EVENT_TICK);
	is_text(actions(), "", "not killed a moment too early");
	wait_for_deadline();
	is_text(actions(), "kill0 failed0", "a canary that hangs is killed");
	ok(pool_deadline(&pool) == CLOCK_NEVER, "killed once only");
	STEP(.kind = EVENT_READY, .slot = 0);
	is_text(actions(), "", "READY that crossed the kill is too late");
	crash(0);
	is_text(actions(), "", "failed is said once");
	pool_fini(&pool);
}

static void
test_canary_drained(void)
{
	setup(2, 2, 0, 10000);
	STEP(.kind = EVENT_START);
	STEP(.kind = EVENT_RESIZE, .want = 0);
	is_text(actions(), "retire0", "a canary can be retired");
	STEP(.kind = EVENT_READY, .slot = 0);
	is_text(actions(), "", "its late READY proves nothing");
	STEP(.kind = EVENT_RESIZE, .want = 2);
	is_text(actions(), "", "only slot 0 can be the canary");
	STEP(.kind = EVENT_EXITED, .slot = 0, .by_exit = true);
	is_text(actions(), "spawn0", "the next canary follows it");
	pool_fini(&pool);
}

static void
test_window(void)
{
	setup(6, 5, 2, 0);
	STEP(.kind = EVENT_START);
	STEP(.kind = EVENT_READY, .slot = 0);
	is_text(actions(), "up0 spawn1 spawn2", "two at once");
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(actions(), "spawn3", "one ready, one more");
	STEP(.kind = EVENT_EXITED, .slot = 0, .by_exit = true, .served = true);
	is_text(actions(), "spawn0", "a replacement needs no window");
	STEP(.kind = EVENT_READY, .slot = 3);
	is_text(actions(), "", "but counts while it starts");
	STEP(.kind = EVENT_SPAWN_FAILED, .slot = 0);
	is_text(actions(), "backoff0 spawn4", "a failed fork makes room");
	is_text(states(), "bsrrse", "never more than want");
	ok(pool.slots[1].since_ms == 5000 &&
		pool_deadline(&pool) == pool.slots[0].retry_at_ms,
	    "without start_timeout only the back-off is due");
	pool_fini(&pool);
}

static void
test_shrink_order(void)
{
	all_ready(6, 6);
	crash(1);
	crash(1);
	crash(3);
	is_text(states(), "rbrsrr", "one waits, one starts, four are ready");
	STEP(.kind = EVENT_RESIZE, .want = 5);
	is_text(actions(), "", "the one that waits is given up first");
	is_text(states(), "rersrr", "it is empty");
	STEP(.kind = EVENT_RESIZE, .want = 4);
	is_text(actions(), "retire3", "then the one that starts");
	STEP(.kind = EVENT_RESIZE, .want = 2);
	is_text(actions(), "retire5 retire4", "then the highest ready ones");
	STEP(.kind = EVENT_RESIZE, .want = 3);
	is_text(actions(), "backoff1", "an empty slot waits out its time");
	STEP(.kind = EVENT_RESIZE, .want = 4);
	is_text(actions(), "", "retiring slots cannot be filled yet");
	crash(4);
	is_text(actions(), "spawn4", "filled at once on exit");
	crash(5);
	is_text(actions(), "", "one that is not wanted stays empty");
	is_text(states(), "rbrtse", "states at the end");
	is_int(pool.slots[4].deaths, 0, "death in retirement does not count");
	pool_fini(&pool);
}

static void
test_grow_prefers_rested(void)
{
	setup(4, 3, 1, 0);
	STEP(.kind = EVENT_START);
	STEP(.kind = EVENT_READY, .slot = 0);
	crash(1);
	is_text(actions(), "backoff1 spawn2", "slot 1 waits");
	STEP(.kind = EVENT_RESIZE, .want = 1);
	STEP(.kind = EVENT_RESIZE, .want = 2);
	is_text(actions(), "spawn3", "a rested slot goes before a lower one");
	STEP(.kind = EVENT_RESIZE, .want = 3);
	is_text(states(), "rets", "the window full, nothing takes a place");
	STEP(.kind = EVENT_READY, .slot = 3);
	is_text(actions(), "backoff1", "the waiting one comes last");
	pool_fini(&pool);
}

static void
test_drain(void)
{
	all_ready(3, 3);
	STEP(.kind = EVENT_RESIZE, .want = 0);
	is_text(actions(), "retire2 retire1 retire0", "0 retires all");
	for (unsigned i = 0; i < 3; i++)
		STEP(.kind = EVENT_EXITED, .slot = i, .by_exit = true);
	is_text(states(), "eee", "all empty");
	ok(pool_deadline(&pool) == CLOCK_NEVER, "no wake-up");
	STEP(.kind = EVENT_RESIZE, .want = 3);
	is_text(actions(), "spawn0 spawn1 spawn2", "back, without a canary");
	STEP(.kind = EVENT_READY, .slot = 0);
	is_text(actions(), "", "up is not said again");
	pool_fini(&pool);
}

static void
test_leaving(void)
{
	all_ready(3, 2);
	now_ms += POOL_HASTY_MS;
	STEP(.kind = EVENT_LEAVING, .slot = 0);
	is_text(actions(), "spawn2", "a spare slot replaces it at once");
	STEP(.kind = EVENT_LEAVING, .slot = 1);
	is_text(actions(), "", "no spare slot, nothing yet");
	STEP(.kind = EVENT_EXITED, .slot = 1, .by_exit = true);
	is_text(actions(), "spawn1", "its own is filled when it exits");
	crash(0);
	is_text(actions(), "", "the other was replaced before");
	is_text(states(), "ess", "states of a recycled pool");
	pool_fini(&pool);
}

/* The words of a worker never do harm. */
static void
test_ignored(void)
{
	all_ready(2, 2);
	STEP(.kind = EVENT_READY, .slot = 1);
	is_text(states(), "rr", "READY twice");
	crash(1);
	STEP(.kind = EVENT_LEAVING, .slot = 1);
	is_text(states(), "rs", "LEAVING before READY");
	STEP(.kind = EVENT_RESIZE, .want = 1);
	STEP(.kind = EVENT_READY, .slot = 1);
	STEP(.kind = EVENT_LEAVING, .slot = 1);
	is_text(states(), "rt", "either in RETIRING");
	pool_fini(&pool);
}

/* Does the event abort a copy of this process? */
static bool
is_bug(struct pool_event event)
{
	int status, null_fd;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		null_fd = open("/dev/null", O_WRONLY);
		dup2(null_fd, STDERR_FILENO);
		step(event);
		_exit(0);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		return false;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
test_bugs(void)
{
	static const enum pool_event_kind kinds[] = { EVENT_SPAWN_FAILED,
		EVENT_READY, EVENT_EXITED, EVENT_LEAVING, EVENT_RECYCLE };
	/* by state: SPAWN_FAILED READY EXITED LEAVING RECYCLE */
	static const char *const cells[] = {
		[POOL_EMPTY] = "bbbbb",
		[POOL_STARTING] = ".....",
		[POOL_READY] = "b....",
		[POOL_RETIRING] = "b....",
		[POOL_BACKOFF] = "bbbbb",
	};

	setup(2, 1, 0, 0);
	ok(is_bug((struct pool_event) { .kind = EVENT_TICK }),
	    "a tick before the start is a bug");
	STEP(.kind = EVENT_START);
	ok(is_bug((struct pool_event) { .kind = EVENT_START }),
	    "so is a second start");
	ok(is_bug((struct pool_event) { .kind = EVENT_RESIZE, .want = 3 }),
	    "and a want above capacity");
	ok(is_bug((struct pool_event) { .kind = EVENT_READY, .slot = 2 }),
	    "and a slot that is not there");
	for (int state = POOL_EMPTY; state <= POOL_BACKOFF; state++) {
		pool.slots[0].state = (enum pool_slot_state)state;
		for (int i = 0; i < 5; i++)
			ok(is_bug((struct pool_event) { .kind = kinds[i] }) ==
				(cells[state][i] == 'b'),
			    "%s for a slot that is %s",
			    pool_event_name(kinds[i]),
			    pool_slot_state_name(pool.slots[0].state));
	}
	pool_fini(&pool);
}

/* The pool of a process image before us. */
static void
test_adopt(void)
{
	setup(5, 5, 0, 10000);
	pool_adopt(&pool, 3);
	pool_adopt_slot(&pool, 1, POOL_READY, 1000);
	pool_adopt_slot(&pool, 4, POOL_RETIRING, 2000);
	pool_adopt_slot(&pool, 2, POOL_STARTING, 3000);
	is_text(states(), "erset", "slots are as they were");
	is_int(pool_deadline(&pool), 13000, "its time goes on");
	STEP(.kind = EVENT_TICK);
	is_text(actions(), "spawn0", "who is missing is started at a tick");
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(actions(), "", "the pool was proven and up before");
	STEP(.kind = EVENT_LEAVING, .slot = 1);
	is_text(actions(), "spawn3", "who leaves later is not hasty");
	STEP(.kind = EVENT_EXITED, .slot = 4);
	is_text(states(), "strse", "who was retiring is not replaced");
	wait_for_deadline();
	is_text(actions(), "kill0 kill3", "new ones have a time of their own");
	pool_fini(&pool);
}

static void
test_adopt_deaths(void)
{
	setup(2, 2, 0, 10000);
	pool_adopt(&pool, 2);
	pool_adopt_slot(&pool, 0, POOL_STARTING, -6000);
	pool_adopt_slot(&pool, 1, POOL_READY, now_ms);
	STEP(.kind = EVENT_TICK);
	is_text(actions(), "kill0", "one whose time is over is killed");
	crash(0);
	is_text(actions(), "backoff0", "which fails no pool that is proven");
	crash(1);
	is_text(actions(), "spawn1", "a first death is free, as ever");
	pool_fini(&pool);
}

static void
test_adopt_drained(void)
{
	setup(3, 3, 0, 10000);
	pool_adopt(&pool, 0);
	pool_adopt_slot(&pool, 2, POOL_RETIRING, now_ms);
	STEP(.kind = EVENT_TICK);
	is_text(actions(), "", "a drained pool starts nobody");
	STEP(.kind = EVENT_EXITED, .slot = 2, .by_exit = true);
	is_text(actions(), "", "nor when its last one ends");
	ok(pool_deadline(&pool) == CLOCK_NEVER, "and waits for nothing");
	STEP(.kind = EVENT_RESIZE, .want = 2);
	is_text(actions(), "spawn0 spawn1", "until it is told to");
	pool_fini(&pool);
}

static void
test_adopt_fewer(void)
{
	setup(4, 4, 0, 10000);
	pool_adopt(&pool, 1);
	pool_adopt_slot(&pool, 0, POOL_READY, now_ms);
	pool_adopt_slot(&pool, 3, POOL_READY, now_ms);
	STEP(.kind = EVENT_TICK);
	is_text(actions(), "retire3", "who is too many is told to go");
	pool_fini(&pool);
}

static void
test_names(void)
{
	is_text(pool_slot_state_name(POOL_BACKOFF), "backoff", "state name");
	is_text(pool_event_name(EVENT_RESIZE), "resize", "event name");
	is_text(pool_action_name(ACTION_KILL), "kill", "action name");
	is_text(pool_event_name((enum pool_event_kind)99), "unknown",
	    "no name");
}

/* A whole herd: the actions of one step must have room. */
static void
test_large(void)
{
	all_ready(4096, 4096);
	is_int(pool_count(&pool, POOL_READY), 4096, "4096 workers ready");
	STEP(.kind = EVENT_RESIZE, .want = 0);
	is_int(pool.action_count, 4096, "all retired in one step");
	for (unsigned i = 0; i < 4096; i++)
		crash(i);
	is_int(pool_count(&pool, POOL_EMPTY), 4096, "all gone");
	pool_fini(&pool);
}

int
main(void)
{
	test_canary();
	test_canary_dies();
	test_canary_hangs();
	test_canary_drained();
	test_window();
	test_shrink_order();
	test_grow_prefers_rested();
	test_drain();
	test_leaving();
	test_ignored();
	test_bugs();
	test_adopt();
	test_adopt_deaths();
	test_adopt_drained();
	test_adopt_fewer();
	test_names();
	test_large();
	return tap_done();
}
