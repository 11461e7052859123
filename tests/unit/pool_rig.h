/*
 * What the tests of the pool policy share: a pool under a clock of its own,
 * driven event by event, and its actions and states as text.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_POOL_RIG_H
#define PREFORK_TESTS_POOL_RIG_H

#include <stdlib.h>

#include "master/pool.h"
#include "tap.h"

static struct pool pool;
static int64_t now_ms;

static inline void
setup(unsigned capacity, unsigned want, unsigned window, int64_t timeout_ms)
{
	const struct pool_limits limits = {
		.capacity = capacity,
		.want = want,
		.window = window,
		.start_timeout_ms = timeout_ms,
		.seed = 42,
	};

	now_ms = 5000;
	if (pool_init(&pool, &limits) != 0)
		abort();
}

static inline void
step(struct pool_event event)
{
	pool_step(&pool, &event, now_ms);
}

#define STEP(...) step((struct pool_event) { __VA_ARGS__ })

static inline void
wait_for_deadline(void)
{
	now_ms = pool_deadline(&pool);
	STEP(.kind = EVENT_TICK);
}

/* The actions of the last step as "up0 spawn1 spawn2". */
static inline const char *
actions(void)
{
	static char text[1024];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < pool.action_count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s%u", i == 0 ? "" : " ",
		    pool_action_name(pool.actions[i].kind),
		    pool.actions[i].slot);
	return text;
}

/* The states of all slots by their first letters; RETIRING is t. */
static inline const char *
states(void)
{
	static const char letter[] = { [POOL_EMPTY] = 'e',
		[POOL_STARTING] = 's',
		[POOL_READY] = 'r',
		[POOL_RETIRING] = 't',
		[POOL_BACKOFF] = 'b' };
	static char text[64];

	for (unsigned i = 0; i < pool.capacity; i++)
		text[i] = letter[pool.slots[i].state];
	text[pool.capacity] = '\0';
	return text;
}

static inline void
all_ready(unsigned capacity, unsigned want)
{
	setup(capacity, want, 0, 10000);
	STEP(.kind = EVENT_START);
	for (unsigned i = 0; i < want; i++)
		STEP(.kind = EVENT_READY, .slot = i);
}

static inline void
crash(unsigned slot)
{
	STEP(.kind = EVENT_EXITED, .slot = slot);
}

#endif
