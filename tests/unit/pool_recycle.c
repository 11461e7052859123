/*
 * Pool policy: workers that are to be recycled serve until others are READY in
 * their stead.
 * Runs in: a test.
 */
#include "config.h"

#include "base/clock.h"
#include "master/pool.h"
#include "pool_rig.h"
#include "tap.h"

static void
recycle(unsigned slot)
{
	STEP(.kind = EVENT_RECYCLE, .slot = slot, .served = true);
}

static void
test_replaced_first(void)
{
	all_ready(4, 2);
	recycle(0);
	is_text(actions(), "spawn2", "another is started, nobody is told");
	is_text(states(), "rrse", "it serves on");
	recycle(0);
	is_text(actions(), "", "said twice, started once");
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(actions(), "retire0", "the other is READY: now it is told");
	recycle(0);
	is_text(actions(), "", "too late to matter");
	STEP(.kind = EVENT_EXITED, .slot = 0, .by_exit = true, .served = true);
	is_text(actions(), "", "nobody takes its place a second time");
	is_text(states(), "erre", "two are READY");
	ok(pool_deadline(&pool) == CLOCK_NEVER, "no wake-up");
	pool_fini(&pool);
}

static void
test_replacement_fails(void)
{
	all_ready(3, 2);
	recycle(1);
	STEP(.kind = EVENT_SPAWN_FAILED, .slot = 2);
	is_text(actions(), "backoff2", "a fork that fails is tried later");
	is_text(states(), "rrb", "the old one serves on");
	wait_for_deadline();
	crash(2);
	is_text(actions(), "backoff2", "so is a worker that dies early");
	is_text(states(), "rrb", "and the old one serves on");
	wait_for_deadline();
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(actions(), "retire1", "until another is READY");
	pool_fini(&pool);
}

static void
test_dies_meanwhile(void)
{
	all_ready(3, 2);
	recycle(0);
	crash(0);
	is_text(actions(), "", "it has been replaced already");
	is_text(states(), "ers", "by the one that starts");
	is_int(pool.slots[0].deaths, 1, "its death counts as any");
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(actions(), "", "nobody is left to be told");
	recycle(2);
	STEP(.kind = EVENT_LEAVING, .slot = 2);
	is_text(actions(), "", "who leaves by itself is not told either");
	STEP(.kind = EVENT_EXITED, .slot = 2, .by_exit = true, .served = true);
	is_text(states(), "sre", "nor replaced twice, however soon it left");
	pool_fini(&pool);
}

static void
test_window(void)
{
	setup(8, 4, 2, 0);
	STEP(.kind = EVENT_START);
	for (unsigned i = 0; i < 4; i++)
		STEP(.kind = EVENT_READY, .slot = i);
	for (unsigned i = 0; i < 4; i++)
		recycle(i);
	is_text(states(), "rrrrssee", "replacements keep to the window");
	STEP(.kind = EVENT_READY, .slot = 4);
	is_text(actions(), "spawn6 retire0", "one for one");
	STEP(.kind = EVENT_READY, .slot = 6);
	is_text(actions(), "spawn7 retire1", "and in turn");
	STEP(.kind = EVENT_READY, .slot = 7);
	STEP(.kind = EVENT_READY, .slot = 5);
	is_text(states(), "ttttrrrr", "all are new");
	pool_fini(&pool);
}

static void
test_no_room(void)
{
	all_ready(3, 3);
	recycle(0);
	recycle(1);
	is_text(actions(), "", "no slot is empty: they wait");
	is_text(states(), "rrr", "and serve");
	crash(2);
	is_text(actions(), "spawn2", "one that dies is replaced");
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(states(), "rrr", "for itself, not for the others");
	STEP(.kind = EVENT_RESIZE, .want = 2);
	is_text(actions(), "retire0", "fewer are wanted: a recycled one goes");
	STEP(.kind = EVENT_EXITED, .slot = 0, .by_exit = true, .served = true);
	is_text(actions(), "spawn0", "which makes room for another");
	is_text(states(), "srr", "the second waits for that one");
	pool_fini(&pool);
}

/* With one empty slot only, those that come and go must not keep another one
 * from ever going. */
static void
test_turns(void)
{
	all_ready(4, 3);
	recycle(2);
	recycle(1);
	STEP(.kind = EVENT_READY, .slot = 3);
	is_text(actions(), "retire1", "one of two may go");
	crash(1);
	is_text(actions(), "spawn1", "the next is started in its slot");
	recycle(0);
	STEP(.kind = EVENT_READY, .slot = 1);
	is_text(actions(), "retire2", "who has waited comes before a new one");
	pool_fini(&pool);
}

static void
test_resize(void)
{
	all_ready(6, 2);
	recycle(0);
	STEP(.kind = EVENT_RESIZE, .want = 3);
	is_text(actions(), "spawn3", "one more is wanted");
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(states(), "rrrsee", "the old one still makes up for it");
	STEP(.kind = EVENT_READY, .slot = 3);
	is_text(actions(), "retire0", "and goes when it need not");
	recycle(1);
	STEP(.kind = EVENT_RESIZE, .want = 2);
	is_text(actions(), "retire4 retire1",
	    "fewer: no replacement is needed");
	recycle(2);
	STEP(.kind = EVENT_RESIZE, .want = 0);
	is_text(actions(), "retire5 retire3 retire2", "none: all go");
	pool_fini(&pool);
}

static void
test_hasty(void)
{
	all_ready(3, 1);
	now_ms += POOL_HASTY_MS - 1;
	STEP(.kind = EVENT_RECYCLE, .slot = 0);
	is_text(actions(), "", "too soon, and nobody was served");
	now_ms += 1;
	STEP(.kind = EVENT_RECYCLE, .slot = 0);
	is_text(actions(), "spawn1", "a second is long enough");
	STEP(.kind = EVENT_RECYCLE, .slot = 1, .served = true);
	is_text(actions(), "", "a word of one that is not READY is nothing");
	STEP(.kind = EVENT_READY, .slot = 1);
	is_text(actions(), "retire0", "READY");
	STEP(.kind = EVENT_RECYCLE, .slot = 1, .served = true);
	is_text(actions(), "spawn2", "at once for one that served");
	pool_fini(&pool);
}

static void
test_adopted(void)
{
	setup(3, 1, 0, 0);
	pool_adopt(&pool, 1);
	pool_adopt_slot(&pool, 0, POOL_READY, 0);
	pool_adopt_recycling(&pool, 0);
	pool_adopt_slot(&pool, 1, POOL_RETIRING, 0);
	pool_adopt_recycling(&pool, 1);
	STEP(.kind = EVENT_TICK);
	is_text(actions(), "spawn2", "an upgrade does not forget who goes");
	STEP(.kind = EVENT_READY, .slot = 2);
	is_text(actions(), "retire0", "and tells no one twice");
	pool_fini(&pool);
}

int
main(void)
{
	test_replaced_first();
	test_replacement_fails();
	test_dies_meanwhile();
	test_window();
	test_no_room();
	test_turns();
	test_resize();
	test_hasty();
	test_adopted();
	return tap_done();
}
