/*
 * Connections that take longer than their service allows.  Handlers that read
 * and write through the connection API meet the limits there and end by
 * themselves; this is for those that compute, sleep in a call, are stopped, or
 * use the bare descriptor.  ABRT first, so that there is evidence.
 *
 * What a worker's slot says is the worker's word: times of the future count as
 * now.  After the master itself stood still everybody's time begins anew.
 * Runs in: master.
 */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "master/state.h"

/* Both together are less than a fifth of the limit, from a second on. */
#define MOST_MS	 2000
#define LEAST_MS 100

/* For the connection API to be first, on a busy machine too. */
static int64_t
allowance(int64_t limit_ms)
{
	int64_t part_ms = limit_ms / 10;

	if (part_ms < LEAST_MS)
		return LEAST_MS;
	return part_ms < MOST_MS ? part_ms : MOST_MS;
}

/* For the dump. */
static int64_t
grace(int64_t limit_ms)
{
	int64_t part_ms = limit_ms / 16 + 1;

	return part_ms < MOST_MS ? part_ms : MOST_MS;
}

static const struct timeouts *
timeouts_of(const struct worker_record *record)
{
	const struct cohort *cohort = record->crew->cohort;

	return &cohort->generation->services[record->crew->service]
		    .settings->timeouts;
}

static bool
is_guarded(const struct worker_record *record)
{
	const struct timeouts *t = timeouts_of(record);

	return record->admitted && record->killed == KILL_NONE &&
	    (t->total_ms > 0 || t->idle_ms > 0);
}

struct hang {
	enum kill_reason why; /* KILL_NONE: none */
	int64_t limit_ms;
	int64_t due_ms; /* CLOCK_NEVER: none */
};

static int64_t
begin_of(const struct master *m, int64_t told_ms, int64_t now_ms)
{
	if (told_ms > now_ms)
		told_ms = now_ms;
	return told_ms > m->resumed_ms ? told_ms : m->resumed_ms;
}

static void
consider(struct hang *hang, enum kill_reason why, int64_t begin_ms,
    int64_t limit_ms)
{
	int64_t due_ms = begin_ms + limit_ms + allowance(limit_ms);

	if (limit_ms == 0 || due_ms >= hang->due_ms)
		return;
	hang->why = why;
	hang->limit_ms = limit_ms;
	hang->due_ms = due_ms;
}

/* When a worker that is busy now will have taken too long; for one that is
 * idle: when one that begins at once could have. */
static struct hang
hang_of(const struct worker_record *record, const struct census *census,
    int64_t now_ms)
{
	const struct timeouts *t = timeouts_of(record);
	struct hang hang = { .due_ms = CLOCK_NEVER };
	int64_t since_ms = now_ms, active_ms = now_ms;

	if (census->state == SLOT_BUSY) {
		since_ms = begin_of(record->master, census->since_ms, now_ms);
		active_ms = census->active_ms > census->since_ms ?
		    begin_of(record->master, census->active_ms, now_ms) :
		    since_ms;
	}
	consider(&hang, KILL_TOTAL, since_ms, t->total_ms);
	consider(&hang, KILL_IDLE, active_ms, t->idle_ms);
	return hang;
}

static void
accuse(struct worker_record *record, const struct census *census,
    const struct hang *hang, int64_t now_ms)
{
	char client[ENDPOINT_TEXT_BYTES + 16], evidence[320];

	describe_client(census, client, sizeof(client));
	(void)snprintf(evidence, sizeof(evidence),
	    " (limit %lld ms): busy for %lld ms%s%s%s",
	    (long long)hang->limit_ms, (long long)(now_ms - census->since_ms),
	    client, census->note[0] != '\0' ? ", note: " : "", census->note);
	escalate(record, hang->why, grace(hang->limit_ms), evidence);
}

/* clock_ms, because it is the workers' time. */
void
watchdog_tick(struct master *m)
{
	int64_t now_ms = clock_ms();
	struct census census;
	struct hang hang;
	unsigned i;

	if (now_ms < m->watchdog_ms)
		return;
	m->watchdog_ms = CLOCK_NEVER;
	for (i = 0; i < m->cells_end; i++) {
		if (m->records[i] == NULL || !is_guarded(m->records[i]))
			continue;
		census_read(&m->board.slot[i], &census);
		hang = hang_of(m->records[i], &census, now_ms);
		if (hang.due_ms <= now_ms && census.state == SLOT_BUSY)
			accuse(m->records[i], &census, &hang, now_ms);
		else if (hang.due_ms < m->watchdog_ms)
			m->watchdog_ms = hang.due_ms;
	}
}

/* A worker was let in: it may be looked at sooner than anybody else. */
void
watchdog_watch(const struct worker_record *record)
{
	const struct timeouts *t = timeouts_of(record);

	if (t->total_ms > 0 || t->idle_ms > 0)
		record->master->watchdog_ms = 0;
}

int64_t
watchdog_deadline(const struct master *m)
{
	if (m->watchdog_ms == CLOCK_NEVER)
		return CLOCK_NEVER;
	return m->watchdog_ms - m->lost_ms;
}
