/*
 * What was counted, as lines of the state.
 *
 *	total SERVICE ACCEPTED CLOSED FAILED FORKED REAPED CRASHED RECYCLED
 *		TIMEOUTS
 *	refused SERVICE REASON COUNT...		pairs; connections
 *	tally SERVICE RECEIVED SENT SERVED FIRST	bytes; microseconds
 *	served SERVICE DURATION COUNT...	pairs; the low end of a bucket
 *	first SERVICE DURATION COUNT...
 *
 * Runs in: master.
 */
#include "config.h"

#include "master/state.h"
#include "master/upgrade.h"

/* Of a bucket and its count, in a line. */
#define PAIRS ((STATE_WORDS - 1) / 2)

/* A worker that wrote nonsense into its slot must not make an upgrade fail. */
static void
put_count(struct state_writer *w, uint64_t count)
{
	state_put_number(w, count <= INT64_MAX ? (int64_t)count : INT64_MAX);
}

/* A few to the line. */
static void
put_reasons(struct state_writer *w, const struct reasons *reasons,
    const struct totals *t)
{
	const uint64_t *counts = totals_counts(reasons, t);
	unsigned i;

	for (i = 0; i < reasons->count; i++) {
		if (i % PAIRS == 0) {
			if (i > 0)
				state_end_line(w);
			state_keyword(w, reasons->keyword);
			state_put_text(w, t->service);
		}
		state_put_text(w, reasons->name_of(i));
		put_count(w, counts[i]);
	}
	state_end_line(w);
}

/* Those that are not empty, a few to the line. */
static void
put_buckets(struct state_writer *w, const char *keyword, const char *service,
    const uint64_t counts[HISTOGRAM_BUCKETS])
{
	unsigned i, pairs = 0;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (counts[i] == 0)
			continue;
		if (pairs++ % PAIRS == 0) {
			if (pairs > 1)
				state_end_line(w);
			state_keyword(w, keyword);
			state_put_text(w, service);
		}
		state_put_number(w, (int64_t)histogram_low_us(i));
		put_count(w, counts[i]);
	}
	if (pairs > 0)
		state_end_line(w);
}

static void
put_tally(struct state_writer *w, const struct totals *t)
{
	const struct tally *tally = &t->tally;

	state_keyword(w, "tally");
	state_put_text(w, t->service);
	put_count(w, tally->received);
	put_count(w, tally->sent);
	put_count(w, tally->served_us);
	put_count(w, tally->first_us);
	state_end_line(w);
	put_buckets(w, "served", t->service, tally->served);
	put_buckets(w, "first", t->service, tally->first);
}

void
upgrade_put_totals(struct state_writer *w, const struct totals *t)
{
	unsigned i;

	for (; t != NULL; t = t->next) {
		state_keyword(w, "total");
		state_put_text(w, t->service);
		put_count(w, t->accepted);
		put_count(w, t->closed);
		put_count(w, t->failed);
		put_count(w, t->forked);
		put_count(w, t->reaped);
		put_count(w, totals_sum(t->crashed, CRASHES));
		put_count(w, t->recycled);
		put_count(w, t->timeouts);
		state_end_line(w);
		for (i = 0; i < TOTALS_REASONS; i++)
			put_reasons(w, &totals_reasons[i], t);
		put_tally(w, t);
	}
}
