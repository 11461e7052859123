/*
 * Which workers are to be recycled: those that say so, and those that are old.
 * How one is replaced is the pool's business (rule 8 of pool.h).
 * Runs in: master.
 */
#include "config.h"

#include "base/clock.h"
#include "base/random.h"
#include "master/state.h"

#define AGE_JITTER 10 /* percent, taken off */

/* Those of an old generation go anyway, those of a new one have not begun. */
static bool
may_recycle(const struct crew *crew)
{
	const struct master *m = crew->cohort->master;

	return crew->cohort == m->current && m->life < LIFE_STOPPING;
}

void
recycle_worker(struct worker_record *record, enum recycle_reason why)
{
	struct crew *crew = record->crew;
	const struct pool_slot *slot;
	struct census census;

	if (record->recycle != RECYCLE_NONE || record->detached ||
	    !may_recycle(crew))
		return;
	slot = &crew->pool.slots[record->slot];
	census_read(&record->master->board.slot[record->cell], &census);
	record->recycle = why;
	crew_event(crew,
	    (struct pool_event) { .kind = EVENT_RECYCLE,
		.slot = record->slot,
		.served = census.accepted > 0 });
	if (slot->state == POOL_READY && !slot->recycling)
		record->recycle = RECYCLE_NONE;
}

/* From the pid, so that it is the same whenever it is asked for, also by the
 * master that comes after an upgrade. */
static int64_t
age_of_retirement(const struct worker_record *record, int64_t max_age_ms)
{
	uint64_t seed = (uint64_t)record->pid;
	int64_t age_ms = max_age_ms -
	    (int64_t)random_part(&seed, (uint64_t)max_age_ms, AGE_JITTER);

	/* Before that the pool would not hear of it. */
	return age_ms > POOL_HASTY_MS ? age_ms : POOL_HASTY_MS;
}

static int64_t
slot_due(const struct crew *crew, unsigned slot)
{
	const struct pool_slot *place = &crew->pool.slots[slot];
	int64_t max_age_ms = crew->cohort->generation->services[crew->service]
				 .settings->max_age_ms;

	if (place->state != POOL_READY || place->recycling)
		return CLOCK_NEVER;
	return place->since_ms +
	    age_of_retirement(crew->by_slot[slot], max_age_ms);
}

static bool
has_max_age(const struct crew *crew)
{
	return crew->cohort->generation->services[crew->service]
		   .settings->max_age_ms > 0 &&
	    may_recycle(crew);
}

void
recycle_tick(struct crew *crew, int64_t now_ms)
{
	unsigned slot;

	if (!has_max_age(crew))
		return;
	for (slot = 0; slot < crew->pool.capacity; slot++)
		if (slot_due(crew, slot) <= now_ms)
			recycle_worker(crew->by_slot[slot], RECYCLE_AGE);
}

int64_t
recycle_deadline(const struct crew *crew)
{
	int64_t next = CLOCK_NEVER, due;
	unsigned slot;

	if (!has_max_age(crew))
		return CLOCK_NEVER;
	for (slot = 0; slot < crew->pool.capacity; slot++) {
		due = slot_due(crew, slot);
		if (due < next)
			next = due;
	}
	return next;
}
