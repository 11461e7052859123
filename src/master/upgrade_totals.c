/*
 * What was counted, as lines of the state.
 *
 *	total SERVICE ACCEPTED CLOSED FAILED FORKED REAPED CRASHED RECYCLED
 *	refused SERVICE REASON COUNT...		pairs; connections
 *	tally SERVICE RECEIVED SENT SERVED FIRST	bytes; microseconds
 *	served SERVICE DURATION COUNT...	pairs; the low end of a bucket
 *	first SERVICE DURATION COUNT...
 *
 * Runs in: master.
 */
#include "config.h"

#include "admission/refusal.h"
#include "master/totals.h"
#include "master/upgrade.h"

/* Of a bucket and its count, in a line. */
#define PAIRS ((STATE_WORDS - 1) / 2)

/* A worker that wrote nonsense into its slot must not make an upgrade fail. */
static void
put_count(struct state_writer *w, uint64_t count)
{
	state_put_number(w, count <= INT64_MAX ? (int64_t)count : INT64_MAX);
}

static void
put_refused(struct state_writer *w, const struct totals *t)
{
	unsigned i;

	state_keyword(w, "refused");
	state_put_text(w, t->service);
	for (i = 0; i < REFUSALS; i++) {
		state_put_text(w, refusal_name((enum refusal)i));
		put_count(w, t->refused[i]);
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
	for (; t != NULL; t = t->next) {
		state_keyword(w, "total");
		state_put_text(w, t->service);
		put_count(w, t->accepted);
		put_count(w, t->closed);
		put_count(w, t->failed);
		put_count(w, t->forked);
		put_count(w, t->reaped);
		put_count(w, t->crashed);
		put_count(w, t->recycled);
		state_end_line(w);
		put_refused(w, t);
		put_tally(w, t);
	}
}
