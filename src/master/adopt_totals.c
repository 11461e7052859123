/*
 * What was counted, from the state that was left.
 * Runs in: master, rehearsal.
 */
#include "config.h"

#include <string.h>

#include "master/adopt.h"

static struct totals *
totals_in(struct adoption *a, const struct state_line *line)
{
	const char *service = state_text(line, 0);

	return service != NULL ? totals_of(a->m, service) : NULL;
}

/* The counts behind the service's name. */
static int
take_counts(struct adoption *a, const struct state_line *line,
    uint64_t *const *fields, unsigned count)
{
	int64_t value;
	unsigned i;

	for (i = 0; i < count; i++) {
		if (state_number(line, i + 1, 0, COUNT_MAX, &value) == -1)
			return state_refuse(line, a->e);
		*fields[i] = (uint64_t)value;
	}
	return 0;
}

int
adopt_total(struct adoption *a, const struct state_line *line)
{
	struct totals *t = totals_in(a, line);
	uint64_t *fields[8];
	unsigned count = 8;

	if (t == NULL)
		return state_refuse(line, a->e);
	fields[0] = &t->accepted;
	fields[1] = &t->closed;
	fields[2] = &t->failed;
	fields[3] = &t->forked;
	fields[4] = &t->reaped;
	/* Of which, the lines that follow tell, if that image knew. */
	fields[5] = &t->crashed[CRASH_SIGNAL];
	fields[6] = &t->recycled;
	fields[7] = &t->timeouts;
	/* An image of an earlier version may know fewer. */
	if (line->count <= count)
		count = line->count - 1;
	return take_counts(a, line, fields, count);
}

/* Pairs of a reason's name and a count.  Reasons that only the other image
 * knows are no concern of this one. */
int
adopt_reasons(struct adoption *a, const struct state_line *line)
{
	struct totals *t = totals_in(a, line);
	const struct reasons *reasons = totals_reasons;
	const char *name;
	uint64_t *counts;
	int64_t count;
	unsigned i, k;

	while (strcmp(reasons->keyword, line->keyword) != 0)
		reasons++;
	if (t == NULL)
		return state_refuse(line, a->e);
	counts = (uint64_t *)(void *)((char *)t + reasons->offset);
	for (i = 1; i < line->count; i += 2) {
		name = state_text(line, i);
		if (name == NULL ||
		    state_number(line, i + 1, 0, COUNT_MAX, &count) == -1)
			return state_refuse(line, a->e);
		for (k = 0; k < reasons->count; k++)
			if (strcmp(reasons->name_of(k), name) == 0)
				counts[k] = (uint64_t)count;
	}
	return 0;
}

int
adopt_tally(struct adoption *a, const struct state_line *line)
{
	struct totals *t = totals_in(a, line);
	uint64_t *fields[4];

	if (t == NULL)
		return state_refuse(line, a->e);
	fields[0] = &t->tally.received;
	fields[1] = &t->tally.sent;
	fields[2] = &t->tally.served_us;
	fields[3] = &t->tally.first_us;
	return take_counts(a, line, fields, 4);
}

/* Durations and not numbers of buckets: another image may have others. */
static int
adopt_buckets(struct adoption *a, const struct state_line *line,
    uint64_t counts[HISTOGRAM_BUCKETS])
{
	int64_t us, count;
	unsigned i;

	for (i = 1; i < line->count; i += 2) {
		if (state_number(line, i, 0, INT64_MAX, &us) == -1 ||
		    state_number(line, i + 1, 0, COUNT_MAX, &count) == -1)
			return state_refuse(line, a->e);
		counts[histogram_bucket((uint64_t)us)] += (uint64_t)count;
	}
	return 0;
}

int
adopt_served(struct adoption *a, const struct state_line *line)
{
	struct totals *t = totals_in(a, line);

	if (t == NULL)
		return state_refuse(line, a->e);
	return adopt_buckets(a, line, t->tally.served);
}

int
adopt_first(struct adoption *a, const struct state_line *line)
{
	struct totals *t = totals_in(a, line);

	if (t == NULL)
		return state_refuse(line, a->e);
	return adopt_buckets(a, line, t->tally.first);
}
