/*
 * Asks for a place again and again, if that was of use lately.
 * Runs in: worker.
 */
#include "config.h"

#include <poll.h>
#include <sched.h>

#include "admission/patience.h"
#include "base/clock.h"

/* Sources share these by chance: one that follows another one is waited for
 * once more. */
#define MEMORIES 256

/* What it takes another processor to run who was woken. */
#define TURNS_US 200

static struct {
	uint64_t source; /* 0: all of the service */
	int64_t until_us;
} vain[MEMORIES];

static unsigned
memory_of(uint64_t source)
{
	return (unsigned)(source * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
	    MEMORIES;
}

/* The latter gives the processor to whoever wants it. */
static void
pause_since(int64_t begun_us, int64_t now_us)
{
	if (now_us - begun_us < TURNS_US)
		(void)sched_yield();
	else
		(void)poll(NULL, 0, 1);
}

static enum refusal
take_in_time(const struct scoreboard *board, unsigned own,
    const struct claim *claim, int64_t begun_us)
{
	int64_t now_us = begun_us;
	enum refusal why;

	do {
		pause_since(begun_us, now_us);
		why = claim_take(board, own, claim);
		now_us = clock_us();
	} while (why != REFUSALS && now_us - begun_us < PATIENCE_MS * 1000);
	return why;
}

enum refusal
patience_take(const struct scoreboard *board, unsigned own,
    const struct claim *claim)
{
	enum refusal why = claim_take(board, own, claim);
	int64_t now_us;
	uint64_t source;
	unsigned at;

	if (why == REFUSALS)
		return why;
	now_us = clock_us();
	source = why == REFUSED_SOURCE ? claim->source : 0;
	at = memory_of(source);
	if (vain[at].source == source && now_us < vain[at].until_us)
		return why;
	why = take_in_time(board, own, claim, now_us);
	if (why != REFUSALS) {
		vain[at].source = source;
		vain[at].until_us = now_us + PATIENCE_OFF_MS * 1000;
	}
	return why;
}
