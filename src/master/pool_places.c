/*
 * Which slots are filled and which given up, so that as many places are held
 * as are wanted.
 * Runs in: master.
 */
#include "config.h"

#include <limits.h>
#include <stddef.h>

#include "base/bug.h"
#include "master/pool_backoff.h"
#include "master/pool_places.h"

void
places_act(struct pool *pool, enum pool_action_kind kind, unsigned index,
    int64_t delay_ms)
{
	BUG_ON(pool->action_count >= pool->capacity + PLACES_POOL_ACTIONS);
	pool->actions[pool->action_count++] = (struct pool_action) {
		.kind = kind,
		.slot = index,
		.delay_ms = delay_ms,
	};
}

/* Every change of state passes here, so a good minute is seen whatever ends
 * it, and an idle pool needs no timer for it. */
void
places_enter(struct pool_slot *slot, enum pool_slot_state state, int64_t now_ms)
{
	if (slot->state == POOL_READY)
		backoff_forget_if_good(slot, now_ms);
	slot->state = state;
	slot->since_ms = now_ms;
	slot->killed = false;
	slot->hasty = false;
	slot->recycling = false;
}

/* Does the slot count towards want? */
static bool
holds_place(const struct pool_slot *slot)
{
	if (slot->state == POOL_RETIRING)
		return slot->hasty;
	return slot->state != POOL_EMPTY && !slot->recycling;
}

static unsigned
places_held(const struct pool *pool)
{
	unsigned held = 0;

	for (unsigned i = 0; i < pool->capacity; i++)
		held += holds_place(&pool->slots[i]);
	return held;
}

static bool
rested(const struct pool_slot *slot, int64_t now_ms)
{
	return slot->retry_at_ms <= now_ms;
}

void
places_fill(struct pool *pool, unsigned index, int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[index];

	if (rested(slot, now_ms)) {
		places_enter(slot, POOL_STARTING, now_ms);
		places_act(pool, ACTION_SPAWN, index, 0);
	} else {
		places_enter(slot, POOL_BACKOFF, now_ms);
		places_act(pool, ACTION_BACKOFF, index,
		    slot->retry_at_ms - now_ms);
	}
}

/* Slots that may be started: a pool that is not proven has its canary only. */
static unsigned
reach(const struct pool *pool)
{
	if (pool->failed)
		return 0;
	return pool->proven ? pool->capacity : 1;
}

static unsigned
window_room(const struct pool *pool)
{
	unsigned starting;

	if (pool->window == 0)
		return UINT_MAX;
	starting = pool_count(pool, POOL_STARTING);
	return starting < pool->window ? pool->window - starting : 0;
}

static unsigned
fill_empty(struct pool *pool, bool want_rested, unsigned count, int64_t now_ms)
{
	unsigned filled = 0, end = reach(pool);

	for (unsigned i = 0; i < end && filled < count; i++) {
		const struct pool_slot *slot = &pool->slots[i];

		if (slot->state != POOL_EMPTY ||
		    rested(slot, now_ms) != want_rested)
			continue;
		places_fill(pool, i, now_ms);
		filled++;
	}
	return filled;
}

static void
grow(struct pool *pool, unsigned missing, int64_t now_ms)
{
	unsigned room = window_room(pool);
	unsigned count = missing < room ? missing : room;
	unsigned filled = fill_empty(pool, true, count, now_ms);

	/* While the window is what holds growth back, a slot that still has to
	 * wait must not take the place of one that need not. */
	if (filled < room)
		fill_empty(pool, false, missing - filled, now_ms);
}

static void
give_up(struct pool *pool, unsigned index, int64_t now_ms)
{
	struct pool_slot *slot = &pool->slots[index];

	switch (slot->state) {
	case POOL_RETIRING:
		slot->hasty = false;
		break;
	case POOL_STARTING:
	case POOL_READY:
		places_enter(slot, POOL_RETIRING, now_ms);
		places_act(pool, ACTION_RETIRE, index, 0);
		break;
	case POOL_BACKOFF:
	case POOL_EMPTY:
		places_enter(slot, POOL_EMPTY, now_ms);
		break;
	}
}

static void
shrink(struct pool *pool, unsigned surplus, int64_t now_ms)
{
	static const enum pool_slot_state order[] = { POOL_RETIRING,
		POOL_BACKOFF, POOL_STARTING, POOL_READY };

	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++) {
		for (unsigned i = pool->capacity; i > 0 && surplus > 0; i--) {
			const struct pool_slot *slot = &pool->slots[i - 1];

			if (slot->state != order[o] || !holds_place(slot))
				continue;
			give_up(pool, i - 1, now_ms);
			surplus--;
		}
	}
}

/* Recycled workers of which nobody has need any more. */
static unsigned
recycled_surplus(const struct pool *pool)
{
	unsigned recycled = 0, others, needed;

	for (unsigned i = 0; i < pool->capacity; i++)
		recycled += pool->slots[i].recycling;
	if (recycled == 0)
		return 0;
	others = pool_count(pool, POOL_READY) - recycled;
	needed = pool->want > others ? pool->want - others : 0;
	return recycled > needed ? recycled - needed : 0;
}

/* From where the last time ended, so that none stays for ever while others
 * come and go. */
static void
retire_recycled(struct pool *pool, int64_t now_ms)
{
	unsigned surplus = recycled_surplus(pool);

	for (unsigned i = 0; i < pool->capacity && surplus > 0; i++) {
		unsigned index = (pool->recycle_next + i) % pool->capacity;

		if (!pool->slots[index].recycling)
			continue;
		give_up(pool, index, now_ms);
		if (--surplus == 0)
			pool->recycle_next = index + 1;
	}
}

void
places_settle(struct pool *pool, int64_t now_ms)
{
	unsigned held = places_held(pool);

	if (held > pool->want)
		shrink(pool, held - pool->want, now_ms);
	else if (held < pool->want)
		grow(pool, pool->want - held, now_ms);
	retire_recycled(pool, now_ms);
}

/* The process of a slot is gone.  The slot itself comes before places_settle(),
 * which would keep a replacement waiting for the window. */
void
places_refill(struct pool *pool, unsigned index, int64_t now_ms)
{
	if (index < reach(pool) && places_held(pool) < pool->want)
		places_fill(pool, index, now_ms);
}
