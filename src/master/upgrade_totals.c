/*
 * What was counted, as lines of the state.
 *
 *	total SERVICE ACCEPTED CLOSED FAILED FORKED REAPED CRASHED RECYCLED
 *	refused SERVICE REASON COUNT...		pairs; connections
 *	tally SERVICE RECEIVED SENT SERVED FIRST	bytes; sums,
 *microseconds served SERVICE DURATION COUNT...	pairs; the low end of a bucket
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

static void
put_refused(struct state_writer *w, const struct totals *t)
{
	unsigned i;

	state_keyword(w, "refused");
	state_put_text(w, t->service);
	for (i = 0; i < REFUSALS; i++) {
		state_put_text(w, refusal_name((enum refusal)i));
		state_put_number(w, (int64_t)t->refused[i]);
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
		state_put_number(w, (int64_t)counts[i]);
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
	state_put_number(w, (int64_t)tally->received);
	state_put_number(w, (int64_t)tally->sent);
	state_put_number(w, (int64_t)tally->served_us);
	state_put_number(w, (int64_t)tally->first_us);
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
		state_put_number(w, (int64_t)t->accepted);
		state_put_number(w, (int64_t)t->closed);
		state_put_number(w, (int64_t)t->failed);
		state_put_number(w, (int64_t)t->forked);
		state_put_number(w, (int64_t)t->reaped);
		state_put_number(w, (int64_t)t->crashed);
		state_put_number(w, (int64_t)t->recycled);
		state_end_line(w);
		put_refused(w, t);
		put_tally(w, t);
	}
}
