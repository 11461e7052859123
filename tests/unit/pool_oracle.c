/*
 * The rules of pool.h said a second time.
 * Runs in: a test.
 */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "pool_oracle.h"

static void
require(struct oracle *oracle, bool holds, const char *what)
{
	if (!holds && oracle->broken == NULL)
		oracle->broken = what;
}

void
oracle_init(struct oracle *oracle, const struct pool *pool)
{
	memset(oracle, 0, sizeof(*oracle));
	oracle->pool = pool;
	for (unsigned i = 0; i < ORACLE_SLOTS; i++) {
		oracle->slots[i].free_from_ms = INT64_MIN;
		oracle->slots[i].first_fork_ms = CLOCK_NEVER;
	}
}

static void
count_death(struct oracle_slot *slot, bool early, bool served, int64_t now_ms)
{
	static const int delays_ms[] = { 100, 200, 400, 800, 1600, 3200,
		60000 };
	unsigned most;
	int delay_ms;

	slot->deaths++;
	if (!early && slot->deaths <= 2)
		return;
	most = !early && served ? 5 : 6;
	delay_ms = delays_ms[slot->paid < most ? slot->paid : most];
	slot->paid++;
	slot->free_from_ms = now_ms + delay_ms;
	slot->free_to_ms = now_ms + delay_ms + delay_ms / 10;
}

static void
worker_gone(struct oracle_slot *slot, const struct pool_event *event,
    int64_t now_ms)
{
	bool forgiven = event->by_exit && event->served;

	slot->alive = false;
	if (slot->told)
		return;
	if (!slot->ready)
		count_death(slot, true, false, now_ms);
	else if ((event->kind == EVENT_EXITED) && !forgiven)
		count_death(slot, false, event->served, now_ms);
}

static void
end_ready(struct oracle_slot *slot, int64_t now_ms)
{
	if (slot->ready && !slot->told && !slot->hasty &&
	    now_ms - slot->ready_ms >= 60000)
		slot->deaths = slot->paid = 0;
}

static void
worker_leaves(struct oracle_slot *slot, int64_t now_ms)
{
	if (!slot->ready || slot->told || slot->hasty)
		return;
	end_ready(slot, now_ms);
	if (now_ms - slot->ready_ms < 1000 && !slot->recycling)
		slot->hasty = true;
	else
		slot->told = true;
}

static void
worker_recycles(struct oracle_slot *slot, bool served, int64_t now_ms)
{
	if (!slot->ready || slot->told || slot->hasty)
		return;
	if (served || now_ms - slot->ready_ms >= 1000)
		slot->recycling = true;
}

void
oracle_before(struct oracle *oracle, const struct pool_event *event,
    int64_t now_ms)
{
	struct oracle_slot *slot = &oracle->slots[event->slot];

	switch (event->kind) {
	case EVENT_SPAWN_FAILED:
	case EVENT_EXITED:
		end_ready(slot, now_ms);
		worker_gone(slot, event, now_ms);
		break;
	case EVENT_READY:
		if (slot->ready || slot->told || slot->killed)
			break;
		slot->ready = true;
		slot->ready_ms = now_ms;
		break;
	case EVENT_LEAVING:
		worker_leaves(slot, now_ms);
		break;
	case EVENT_RECYCLE:
		worker_recycles(slot, event->served, now_ms);
		break;
	case EVENT_RESIZE:
		if (event->want == 0)
			oracle->failed = false;
		break;
	case EVENT_START:
	case EVENT_TICK:
		break;
	}
}

/* Rule 4 as TESTING has it: 10 forks in 10 s, then one a minute. */
static void
check_rate(struct oracle *oracle, struct oracle_slot *slot, int64_t now_ms)
{
	if (slot->first_fork_ms == CLOCK_NEVER)
		slot->first_fork_ms = now_ms;
	if (now_ms - slot->first_fork_ms < 10000)
		require(oracle, ++slot->early_forks <= 10,
		    "over 10 forks in the first 10 s");
	else
		require(oracle, now_ms - slot->last_fork_ms >= 60000,
		    "over one fork a minute");
	slot->last_fork_ms = now_ms;
}

static void
check_spawn(struct oracle *oracle, unsigned index, int64_t now_ms)
{
	struct oracle_slot *slot = &oracle->slots[index];

	require(oracle, !slot->alive, "spawn over a live worker");
	require(oracle, !oracle->failed, "spawn in a failed pool");
	require(oracle, oracle->up || index == 0, "spawn before the canary");
	require(oracle, now_ms >= slot->free_from_ms, "spawn in the back-off");
	if (oracle->ruin)
		check_rate(oracle, slot, now_ms);
	slot->alive = true;
	slot->ready = slot->told = slot->killed = slot->hasty = false;
	slot->recycling = false;
	slot->spawned_ms = now_ms;
}

static void
check_kill(struct oracle *oracle, struct oracle_slot *slot, int64_t now_ms)
{
	int64_t timeout_ms = oracle->pool->start_timeout_ms;

	require(oracle, slot->alive && !slot->killed, "kill of no worker");
	require(oracle, !slot->ready && !slot->told, "kill of no starter");
	require(oracle,
	    timeout_ms > 0 && now_ms - slot->spawned_ms >= timeout_ms,
	    "kill too early");
	slot->killed = true;
}

static void
check_retire(struct oracle *oracle, struct oracle_slot *slot, int64_t now_ms)
{
	require(oracle, slot->alive && !slot->told, "retire of no worker");
	require(oracle, !slot->hasty, "retire of one that leaves");
	end_ready(slot, now_ms);
	slot->told = true;
	if (!slot->ready || slot->recycling)
		return;
	require(oracle, pool_count(oracle->pool, POOL_STARTING) == 0,
	    "retired a ready one before a starting one");
	require(oracle, pool_count(oracle->pool, POOL_BACKOFF) == 0,
	    "retired a ready one before a waiting one");
}

static void
check_action(struct oracle *oracle, const struct pool_event *event,
    const struct pool_action *action, int64_t now_ms)
{
	struct oracle_slot *slot = &oracle->slots[action->slot];

	switch (action->kind) {
	case ACTION_SPAWN:
		check_spawn(oracle, action->slot, now_ms);
		break;
	case ACTION_RETIRE:
		require(oracle, event->kind == EVENT_RESIZE || slot->recycling,
		    "why retire?");
		check_retire(oracle, slot, now_ms);
		break;
	case ACTION_KILL:
		require(oracle, event->kind == EVENT_TICK, "why kill?");
		check_kill(oracle, slot, now_ms);
		break;
	case ACTION_UP:
		require(oracle, !oracle->up, "up twice");
		require(oracle, slot->ready, "up without a ready worker");
		oracle->up = true;
		break;
	case ACTION_FAILED:
		require(oracle, !oracle->up, "failed after up");
		require(oracle, !oracle->failed, "failed twice");
		oracle->failed = true;
		break;
	case ACTION_BACKOFF:
		require(oracle, !slot->alive, "back-off of a live worker");
		require(oracle,
		    now_ms + action->delay_ms >= slot->free_from_ms &&
			now_ms + action->delay_ms <= slot->free_to_ms,
		    "delay out of its range");
		break;
	}
}

/* A spawn that is neither a replacement nor a retry is growth. */
static void
check_window(struct oracle *oracle, const struct pool_event *event, bool was_up)
{
	const struct pool *pool = oracle->pool;

	if (pool->window == 0 || !was_up || event->kind == EVENT_TICK)
		return;
	for (unsigned i = 0; i < pool->action_count; i++)
		if (pool->actions[i].kind == ACTION_SPAWN &&
		    (event->kind != EVENT_EXITED ||
			pool->actions[i].slot != event->slot))
			require(oracle,
			    pool_count(pool, POOL_STARTING) <= pool->window,
			    "growth beyond the window");
}

static void
check_slot(struct oracle *oracle, unsigned index, int64_t deadline_ms)
{
	const struct pool_slot *slot = &oracle->pool->slots[index];
	struct oracle_slot *mine = &oracle->slots[index];
	enum pool_slot_state state = slot->state;
	int64_t timeout_ms = oracle->pool->start_timeout_ms;

	require(oracle,
	    mine->alive == (state != POOL_EMPTY && state != POOL_BACKOFF),
	    "state does not fit the process");
	require(oracle,
	    (state == POOL_RETIRING) ==
		(mine->alive && (mine->told || mine->hasty)),
	    "RETIRING or not");
	if (state == POOL_BACKOFF)
		require(oracle, deadline_ms <= mine->free_to_ms,
		    "a slot's back-off has no deadline");
	if (state == POOL_STARTING && timeout_ms > 0 && !mine->killed)
		require(oracle, deadline_ms <= mine->spawned_ms + timeout_ms,
		    "a slot's start has no deadline");
	if (state == POOL_READY)
		require(oracle, mine->ready, "READY without its word");
}

static bool
is_recycled(const struct oracle_slot *slot)
{
	return slot->alive && slot->ready && slot->recycling && !slot->told;
}

/* Rule 8: who is told leaves as many READY as are wanted, and nobody stays who
 * is not needed for that. */
static void
check_recycling(struct oracle *oracle)
{
	const struct pool *pool = oracle->pool;
	unsigned ready = pool_count(pool, POOL_READY), recycled = 0;
	bool told = false;

	for (unsigned i = 0; i < pool->capacity; i++)
		recycled += is_recycled(&oracle->slots[i]);
	for (unsigned i = 0; i < pool->action_count; i++)
		told |= pool->actions[i].kind == ACTION_RETIRE &&
		    oracle->slots[pool->actions[i].slot].recycling;
	require(oracle, !told || ready >= pool->want,
	    "recycled before another was READY");
	require(oracle, recycled == 0 || ready <= pool->want,
	    "who is recycled stays for nothing");
}

static bool
growth_must_wait(const struct oracle *oracle)
{
	const struct pool *pool = oracle->pool;

	if (oracle->failed)
		return true;
	if (!oracle->up)
		return pool->slots[0].state != POOL_EMPTY;
	return pool_count(pool, POOL_EMPTY) == 0 ||
	    (pool->window > 0 &&
		pool_count(pool, POOL_STARTING) >= pool->window);
}

static unsigned
places(const struct oracle *oracle)
{
	const struct pool *pool = oracle->pool;
	unsigned held = pool_count(pool, POOL_STARTING) +
	    pool_count(pool, POOL_READY) + pool_count(pool, POOL_BACKOFF);

	for (unsigned i = 0; i < pool->capacity; i++) {
		held += pool->slots[i].hasty;
		held -= is_recycled(&oracle->slots[i]);
	}
	return held;
}

static void
check_pool(struct oracle *oracle, const struct pool_event *event,
    int64_t now_ms)
{
	const struct pool *pool = oracle->pool;
	int64_t deadline_ms = pool_deadline(pool);
	unsigned held = places(oracle);

	for (unsigned i = 0; i < pool->capacity; i++)
		check_slot(oracle, i, deadline_ms);
	check_recycling(oracle);
	require(oracle, held <= pool->want, "more than wanted");
	require(oracle, held == pool->want || growth_must_wait(oracle),
	    "a wanted slot is stuck");
	if (event->kind == EVENT_TICK)
		require(oracle, deadline_ms > now_ms, "due after a tick");
	if (pool_count(pool, POOL_BACKOFF) == 0 &&
	    (pool->start_timeout_ms == 0 ||
		pool_count(pool, POOL_STARTING) == 0))
		require(oracle, deadline_ms == CLOCK_NEVER, "idle wake-up");
}

void
oracle_after(struct oracle *oracle, const struct pool_event *event,
    int64_t now_ms)
{
	const struct pool *pool = oracle->pool;
	bool was_up = oracle->up;

	for (unsigned i = 0; i < pool->action_count; i++)
		check_action(oracle, event, &pool->actions[i], now_ms);
	check_window(oracle, event, was_up);
	/* Shrinking gives up the place of one that leaves without an action;
	 * what it asks of us is only not to count its death. */
	for (unsigned i = 0; event->kind == EVENT_RESIZE && i < pool->capacity;
	     i++)
		if (oracle->slots[i].hasty && !pool->slots[i].hasty) {
			oracle->slots[i].hasty = false;
			oracle->slots[i].told = true;
		}
	check_pool(oracle, event, now_ms);
}

void
oracle_at_rest(struct oracle *oracle)
{
	const struct pool *pool = oracle->pool;

	require(oracle, pool_count(pool, POOL_READY) == pool->want,
	    "not as many ready as wanted");
	require(oracle,
	    pool_count(pool, POOL_EMPTY) == pool->capacity - pool->want,
	    "the rest is not empty");
	require(oracle, pool_deadline(pool) == CLOCK_NEVER,
	    "a wake-up at rest");
}
