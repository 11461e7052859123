/*
 * What a death costs its slot: the count, the delay and its jitter; and the
 * names of the pool's enumerations.
 * Runs in: master.
 */
#include "config.h"

#include "base/random.h"
#include "master/pool_backoff.h"

static int64_t
delay_of(unsigned paid, int64_t cap_ms)
{
	int64_t delay_ms = POOL_BACKOFF_FIRST_MS;

	while (--paid > 0) {
		delay_ms *= 2;
		if (delay_ms > POOL_BACKOFF_LAST_STEP_MS)
			return cap_ms;
	}
	return delay_ms;
}

/* Jitter keeps slots that died together from forking together for ever. */
static void
pay(struct pool *pool, struct pool_slot *slot, int64_t cap_ms, int64_t now_ms)
{
	int64_t delay_ms = delay_of(++slot->paid, cap_ms);

	slot->retry_at_ms = now_ms + delay_ms +
	    (int64_t)random_part(&pool->random, (uint64_t)delay_ms, 10);
}

void
backoff_early_death(struct pool *pool, struct pool_slot *slot, int64_t now_ms)
{
	slot->deaths++;
	pay(pool, slot, POOL_BACKOFF_CAP_MS, now_ms);
}

void
backoff_late_death(struct pool *pool, struct pool_slot *slot, bool served,
    int64_t now_ms)
{
	if (++slot->deaths <= POOL_FREE_DEATHS)
		return;
	pay(pool, slot,
	    served ? POOL_BACKOFF_LAST_STEP_MS : POOL_BACKOFF_CAP_MS, now_ms);
}

void
backoff_forget_if_good(struct pool_slot *slot, int64_t now_ms)
{
	if (now_ms - slot->since_ms < POOL_GOOD_MS)
		return;
	slot->deaths = 0;
	slot->paid = 0;
}

const char *
pool_slot_state_name(enum pool_slot_state state)
{
	switch (state) {
	case POOL_EMPTY:
		return "empty";
	case POOL_STARTING:
		return "starting";
	case POOL_READY:
		return "ready";
	case POOL_RETIRING:
		return "retiring";
	case POOL_BACKOFF:
		return "backoff";
	}
	return "unknown";
}

const char *
pool_event_name(enum pool_event_kind kind)
{
	switch (kind) {
	case EVENT_START:
		return "start";
	case EVENT_SPAWN_FAILED:
		return "spawn-failed";
	case EVENT_READY:
		return "ready";
	case EVENT_EXITED:
		return "exited";
	case EVENT_LEAVING:
		return "leaving";
	case EVENT_RECYCLE:
		return "recycle";
	case EVENT_RESIZE:
		return "resize";
	case EVENT_TICK:
		return "tick";
	}
	return "unknown";
}

const char *
pool_action_name(enum pool_action_kind kind)
{
	switch (kind) {
	case ACTION_SPAWN:
		return "spawn";
	case ACTION_RETIRE:
		return "retire";
	case ACTION_KILL:
		return "kill";
	case ACTION_UP:
		return "up";
	case ACTION_FAILED:
		return "failed";
	case ACTION_BACKOFF:
		return "backoff";
	}
	return "unknown";
}
