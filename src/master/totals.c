/*
 * What was counted, by service.  Workers count for themselves; their numbers
 * are added when they are reaped, so a crash never makes a sum wrong.
 * Runs in: master.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admission/refusal.h"
#include "master/state.h"

struct totals *
totals_of(struct master *m, const char *service)
{
	struct totals *t;

	for (t = m->totals; t != NULL; t = t->next)
		if (strcmp(t->service, service) == 0)
			return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	(void)snprintf(t->service, sizeof(t->service), "%s", service);
	t->next = m->totals;
	m->totals = t;
	return t;
}

void
totals_forked(struct worker_record *record)
{
	struct totals *t = totals_of(record->master, crew_name(record->crew));

	if (t != NULL)
		t->forked++;
}

void
totals_fold(struct worker_record *record, const struct census *census,
    enum crash crash)
{
	struct master *m = record->master;
	struct totals *t = totals_of(m, crew_name(record->crew));
	unsigned i;

	if (t == NULL)
		return;
	for (i = 0; i < SCOREBOARD_REFUSALS; i++)
		t->refused[i] += census->refused[i];
	t->accepted += census->accepted;
	/* One that died in the midst has ended its connection all the same. */
	t->closed += census->accepted;
	t->failed += census->failed;
	t->timeouts += census->timeouts;
	tally_add(&t->tally, &m->board.slot[record->cell],
	    &m->board.tally[record->cell]);
	t->reaped++;
	if (crash != CRASH_NONE)
		t->crashed[crash]++;
	if (record->killed != KILL_NONE)
		t->killed[record->killed]++;
}

const struct reasons totals_reasons[TOTALS_REASONS] = {
	{ "refused", offsetof(struct totals, refused), REFUSALS, refusal_name },
	{ "crashed", offsetof(struct totals, crashed), CRASHES, crash_name },
	{ "killed", offsetof(struct totals, killed), KILL_REASONS,
	    kill_reason_label },
};

const uint64_t *
totals_counts(const struct reasons *reasons, const struct totals *t)
{
	return (const uint64_t *)(const void *)((const char *)t +
	    reasons->offset);
}

uint64_t
totals_sum(const uint64_t *counts, unsigned count)
{
	uint64_t sum = 0;

	while (count-- > 0)
		sum += counts[count];
	return sum;
}

void
totals_recycled(const struct worker_record *record)
{
	struct totals *t = totals_of(record->master, crew_name(record->crew));

	if (t != NULL)
		t->recycled++;
}

void
totals_free(struct master *m)
{
	struct totals *next;

	for (; m->totals != NULL; m->totals = next) {
		next = m->totals->next;
		free(m->totals);
	}
}
