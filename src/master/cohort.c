/*
 * All workers of one generation: made, started, counted, timed, freed.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/state.h"

static unsigned
capacity_for(const struct service_settings *settings)
{
	return settings->workers > SETTINGS_MAX_WORKERS / 2 ?
	    CREW_MOST :
	    settings->workers * 2 + CREW_SPARE;
}

static int
crew_init(struct crew *crew, struct cohort *cohort, unsigned service,
    unsigned capacity)
{
	const struct settings *settings = cohort->generation->settings;
	const struct service_settings *own = &settings->services[service];
	struct pool_limits limits = {
		.capacity = capacity > 0 ? capacity : capacity_for(own),
		.want = own->workers,
		.window = (own->workers * settings->window_percent + 99) / 100,
		.start_timeout_ms = settings->start_timeout_ms,
		.seed =
		    (uint64_t)clock_ms() ^ ((uint64_t)getpid() << 32) ^ service,
	};

	crew->cohort = cohort;
	crew->service = service;
	crew->by_slot = calloc(limits.capacity, sizeof(*crew->by_slot));
	crew->spawn_failed =
	    calloc(limits.capacity, sizeof(*crew->spawn_failed));
	if (crew->by_slot == NULL || crew->spawn_failed == NULL)
		return -1;
	return pool_init(&crew->pool, &limits);
}

static void
crew_fini(struct crew *crew)
{
	pool_fini(&crew->pool);
	free(crew->by_slot);
	free(crew->spawn_failed);
}

struct cohort *
cohort_new(struct master *m, struct generation *generation, unsigned capacity)
{
	struct cohort *cohort = calloc(1, sizeof(*cohort));
	unsigned i;

	if (cohort == NULL)
		return NULL;
	cohort->master = m;
	cohort->drain_deadline_ms = CLOCK_NEVER;
	cohort->crews =
	    calloc(generation->service_count, sizeof(*cohort->crews));
	if (cohort->crews == NULL) {
		free(cohort);
		return NULL;
	}
	cohort->generation = generation_ref(generation);
	for (i = 0; i < generation->service_count; i++)
		if (crew_init(&cohort->crews[i], cohort, i, capacity) == -1) {
			cohort_free(cohort);
			errno = ENOMEM;
			return NULL;
		}
	return cohort;
}

void
cohort_free(struct cohort *cohort)
{
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++)
		crew_fini(&cohort->crews[i]);
	free(cohort->crews);
	generation_unref(cohort->generation);
	free(cohort);
}

void
cohort_start(struct cohort *cohort)
{
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++)
		crew_event(&cohort->crews[i],
		    (struct pool_event) { .kind = EVENT_START });
}

void
cohort_resize_all(struct cohort *cohort, unsigned want)
{
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++)
		crew_event(&cohort->crews[i],
		    (struct pool_event) { .kind = EVENT_RESIZE, .want = want });
}

unsigned
cohort_alive(const struct cohort *cohort)
{
	unsigned alive = 0;
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++)
		alive += cohort->crews[i].alive;
	return alive;
}

/* One without a channel is as good as dead, and will be. */
static unsigned
count_ready(const struct crew *crew)
{
	unsigned slot, count = 0;

	for (slot = 0; slot < crew->pool.capacity; slot++)
		count += crew->pool.slots[slot].state == POOL_READY &&
		    crew->by_slot[slot]->deaf_since_ms == 0;
	return count;
}

bool
cohort_complete(const struct cohort *cohort)
{
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++)
		if (count_ready(&cohort->crews[i]) < cohort->crews[i].pool.want)
			return false;
	return true;
}

bool
cohort_serves(const struct cohort *cohort)
{
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++)
		if (count_ready(&cohort->crews[i]) == 0)
			return false;
	return true;
}

/* Of all that served first nobody is left, and the next one has to wait. */
bool
cohort_collapsed(const struct cohort *cohort)
{
	const struct crew *crew;
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++) {
		crew = &cohort->crews[i];
		if (crew->up && crew->alive == 0 &&
		    pool_count(&crew->pool, POOL_BACKOFF) > 0)
			return true;
	}
	return false;
}

int64_t
cohort_deadline(const struct cohort *cohort)
{
	int64_t next = cohort->drain_deadline_ms, due;
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++) {
		due = pool_deadline(&cohort->crews[i].pool);
		if (due < next)
			next = due;
		due = recycle_deadline(&cohort->crews[i]);
		if (due < next)
			next = due;
	}
	return next;
}

void
cohort_kill(struct cohort *cohort, enum kill_reason why)
{
	const struct crew *crew;
	unsigned slot;
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++) {
		crew = &cohort->crews[i];
		for (slot = 0; slot < crew->pool.capacity; slot++)
			if (crew->by_slot[slot] != NULL)
				record_kill(crew->by_slot[slot], why);
	}
}

void
cohort_kill_starting(struct cohort *cohort, enum kill_reason why)
{
	const struct crew *crew;
	unsigned slot;
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++) {
		crew = &cohort->crews[i];
		for (slot = 0; slot < crew->pool.capacity; slot++)
			if (crew->pool.slots[slot].state == POOL_STARTING)
				record_kill(crew->by_slot[slot], why);
	}
}

void
cohort_admit(struct cohort *cohort)
{
	const struct crew *crew;
	unsigned slot;
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++) {
		crew = &cohort->crews[i];
		for (slot = 0; slot < crew->pool.capacity; slot++)
			if (crew->by_slot[slot] != NULL)
				record_admit(crew->by_slot[slot]);
	}
}

void
cohort_tick(struct cohort *cohort, int64_t now_ms)
{
	struct crew *crew;
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++) {
		crew = &cohort->crews[i];
		if (pool_deadline(&crew->pool) <= now_ms)
			crew_event(crew,
			    (struct pool_event) { .kind = EVENT_TICK });
		recycle_tick(crew, now_ms);
	}
	if (now_ms < cohort->drain_deadline_ms)
		return;
	cohort->drain_deadline_ms = CLOCK_NEVER;
	log_event(PF_DRAIN_DEADLINE,
	    "generation %u still has %u workers after %lld ms",
	    cohort->generation->number, cohort_alive(cohort),
	    (long long)cohort->generation->settings->drain_timeout_ms);
	cohort_kill(cohort, KILL_DRAIN_TIMEOUT);
}
