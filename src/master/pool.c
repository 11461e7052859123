/*
 * Pool policy: reactions to events, by state.  What a death costs is in
 * pool_backoff.c, which slots are filled and given up in pool_places.c;
 * performing the actions is the spawner's and the reaper's.
 * Runs in: master.
 */
#include "config.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/clock.h"
#include "master/pool.h"
#include "master/pool_backoff.h"
#include "master/pool_places.h"

int
pool_init(struct pool *pool, const struct pool_limits *limits)
{
	struct pool_slot *slots;
	struct pool_action *actions;

	BUG_ON(limits->want == 0 || limits->want > limits->capacity);
	slots = calloc(limits->capacity, sizeof(*slots));
	actions = calloc((size_t)limits->capacity + PLACES_POOL_ACTIONS,
	    sizeof(*actions));
	if (slots == NULL || actions == NULL) {
		free(slots);
		free(actions);
		return -1;
	}
	*pool = (struct pool) {
		.capacity = limits->capacity,
		.want = limits->want,
		.window = limits->window,
		.start_timeout_ms = limits->start_timeout_ms,
		.random = limits->seed,
		.slots = slots,
		.actions = actions,
	};
	/* Not 0: the caller's clock may start below it. */
	for (unsigned i = 0; i < pool->capacity; i++)
		slots[i].retry_at_ms = INT64_MIN;
	return 0;
}

void
pool_fini(struct pool *pool)
{
	free(pool->slots);
	free(pool->actions);
	*pool = (struct pool) { 0 };
}

void
pool_adopt(struct pool *pool, unsigned want)
{
	BUG_ON(want > pool->capacity);
	pool->want = want;
	pool->started = true;
	pool->proven = true;
}

void
pool_adopt_slot(struct pool *pool, unsigned slot, enum pool_slot_state state,
    int64_t since_ms)
{
	BUG_ON(slot >= pool->capacity || pool->slots[slot].state != POOL_EMPTY);
	places_enter(&pool->slots[slot], state, since_ms);
	pool->slots[slot].been_ready = state != POOL_STARTING;
}

void
pool_adopt_recycling(struct pool *pool, unsigned slot)
{
	BUG_ON(slot >= pool->capacity);
	pool->slots[slot].recycling = pool->slots[slot].state == POOL_READY;
}

static void
fail_canary(struct pool *pool)
{
	if (pool->proven || pool->failed)
		return;
	pool->failed = true;
	places_act(pool, ACTION_FAILED, 0, 0);
}

static bool
forgiven(const struct pool_event *event)
{
	return event->by_exit && event->served;
}

static void
starting_gone(struct pool *pool, const struct pool_event *event, int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[event->slot];

	places_enter(slot, POOL_EMPTY, now_ms);
	backoff_early_death(pool, slot, now_ms);
	fail_canary(pool);
	places_refill(pool, event->slot, now_ms);
}

static void
starting_ready(struct pool *pool, const struct pool_event *event,
    int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[event->slot];

	/* The word crossed the KILL: the process is as good as dead. */
	if (slot->killed)
		return;
	places_enter(slot, POOL_READY, now_ms);
	slot->been_ready = true;
	if (pool->proven)
		return;
	pool->proven = true;
	places_act(pool, ACTION_UP, event->slot, 0);
}

static void
ready_exited(struct pool *pool, const struct pool_event *event, int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[event->slot];

	places_enter(slot, POOL_EMPTY, now_ms);
	if (!forgiven(event))
		backoff_late_death(pool, slot, event->served, now_ms);
	places_refill(pool, event->slot, now_ms);
}

static void
ready_leaving(struct pool *pool, const struct pool_event *event, int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[event->slot];
	bool hasty =
	    now_ms - slot->since_ms < POOL_HASTY_MS && !slot->recycling;

	places_enter(slot, POOL_RETIRING, now_ms);
	slot->hasty = hasty;
}

static void
ready_recycle(struct pool *pool, const struct pool_event *event, int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[event->slot];

	if (event->served || now_ms - slot->since_ms >= POOL_HASTY_MS)
		slot->recycling = true;
}

static void
retiring_exited(struct pool *pool, const struct pool_event *event,
    int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[event->slot];
	bool counts = slot->hasty && !forgiven(event);

	places_enter(slot, POOL_EMPTY, now_ms);
	if (counts)
		backoff_late_death(pool, slot, event->served, now_ms);
	places_refill(pool, event->slot, now_ms);
}

static void
nothing(struct pool *pool, const struct pool_event *event, int64_t now_ms)
{
	(void)pool;
	(void)event;
	(void)now_ms;
}

/* State x event; what is missing is our bug. */
static void (*const reactions[][EVENT_RECYCLE + 1])(struct pool *,
    const struct pool_event *, int64_t) = {
	[POOL_STARTING] = {
		[EVENT_SPAWN_FAILED] = starting_gone,
		[EVENT_READY] = starting_ready,
		[EVENT_EXITED] = starting_gone,
		[EVENT_LEAVING] = nothing,
		[EVENT_RECYCLE] = nothing,
	},
	[POOL_READY] = {
		[EVENT_READY] = nothing,
		[EVENT_EXITED] = ready_exited,
		[EVENT_LEAVING] = ready_leaving,
		[EVENT_RECYCLE] = ready_recycle,
	},
	[POOL_RETIRING] = {
		[EVENT_READY] = nothing,
		[EVENT_EXITED] = retiring_exited,
		[EVENT_LEAVING] = nothing,
		[EVENT_RECYCLE] = nothing,
	},
	[POOL_BACKOFF] = { 0 },
};

static void
react(struct pool *pool, const struct pool_event *event, int64_t now_ms)
{
	enum pool_slot_state state;

	BUG_ON(event->slot >= pool->capacity);
	state = pool->slots[event->slot].state;
	BUG_ON(reactions[state][event->kind] == NULL);
	reactions[state][event->kind](pool, event, now_ms);
}

static void
resize(struct pool *pool, unsigned want)
{
	BUG_ON(want > pool->capacity);
	pool->want = want;
	if (want == 0)
		pool->failed = false;
}

static int64_t
slot_deadline(const struct pool *pool, const struct pool_slot *slot)
{
	if (slot->state == POOL_BACKOFF)
		return slot->retry_at_ms;
	if (slot->state == POOL_STARTING && !slot->killed &&
	    pool->start_timeout_ms > 0)
		return slot->since_ms + pool->start_timeout_ms;
	return CLOCK_NEVER;
}

static void
slot_due(struct pool *pool, unsigned index, int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[index];

	if (slot->state == POOL_BACKOFF) {
		places_fill(pool, index, now_ms);
		return;
	}
	slot->killed = true;
	places_act(pool, ACTION_KILL, index, 0);
	fail_canary(pool);
}

static void
tick(struct pool *pool, int64_t now_ms)
{
	for (unsigned i = 0; i < pool->capacity; i++)
		if (slot_deadline(pool, &pool->slots[i]) <= now_ms)
			slot_due(pool, i, now_ms);
}

void
pool_step(struct pool *pool, const struct pool_event *event, int64_t now_ms)
{
	BUG_ON(pool->started != (event->kind != EVENT_START));
	pool->action_count = 0;
	pool->started = true;
	switch (event->kind) {
	case EVENT_START:
		break;
	case EVENT_RESIZE:
		resize(pool, event->want);
		break;
	case EVENT_TICK:
		tick(pool, now_ms);
		break;
	case EVENT_SPAWN_FAILED:
	case EVENT_READY:
	case EVENT_EXITED:
	case EVENT_LEAVING:
	case EVENT_RECYCLE:
		react(pool, event, now_ms);
		break;
	}
	places_settle(pool, now_ms);
}

int64_t
pool_deadline(const struct pool *pool)
{
	int64_t first_ms = CLOCK_NEVER;

	for (unsigned i = 0; i < pool->capacity; i++) {
		int64_t at_ms = slot_deadline(pool, &pool->slots[i]);

		if (at_ms < first_ms)
			first_ms = at_ms;
	}
	return first_ms;
}

unsigned
pool_count(const struct pool *pool, enum pool_slot_state state)
{
	unsigned count = 0;

	for (unsigned i = 0; i < pool->capacity; i++)
		count += pool->slots[i].state == state;
	return count;
}
