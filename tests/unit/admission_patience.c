/*
 * Waiting for a place: it is had as soon as it is free, and whoever has too
 * many is waited for only once.
 */
#include "config.h"

#include <sys/wait.h>

#include <poll.h>
#include <unistd.h>

#include "admission/patience.h"
#include "base/clock.h"
#include "scoreboard/slot.h"
#include "tap.h"

static struct scoreboard board;
static struct claim claim = { .service = 7, .source = 9 };

static void
hold(unsigned i)
{
	atomic_store(&board.slot[i].source, claim.source);
	atomic_store(&board.slot[i].claim, (uint32_t)CLAIM_HELD);
}

static enum refusal
take(int64_t *took_ms)
{
	int64_t begun_ms = clock_ms();
	enum refusal why = patience_take(&board, 0, &claim);

	*took_ms = clock_ms() - begun_ms;
	return why;
}

#define SOON_MS (PATIENCE_MS / 10)
#define TRIES	10

/* Ends what worker 1 serves, long before nobody waits for it any more. */
static pid_t
end_soon(void)
{
	pid_t child = fork();

	if (child == 0) {
		(void)poll(NULL, 0, SOON_MS);
		slot_end(&board.slot[1], 0, 0);
		_exit(0);
	}
	return child;
}

/* Of a source each, because a busy machine may make one fail. */
static void
test_in_time(void)
{
	int64_t begun_ms = clock_ms(), took_ms;
	enum refusal why = REFUSED_SOURCE;
	unsigned tries;
	pid_t child;

	for (tries = 0; tries < TRIES && why != REFUSALS; tries++) {
		claim.source = 100 + tries;
		begun_ms = clock_ms();
		hold(1);
		child = end_soon();
		why = take(&took_ms);
		(void)waitpid(child, NULL, 0);
	}
	is_int(why, REFUSALS, "what is free soon is had");
	ok(clock_ms() - begun_ms >= SOON_MS, "then, and not before");
	is_int(board.slot[0].claim, CLAIM_HELD, "and held");
	slot_end(&board.slot[0], 0, 0);
	claim.source = 9;
}

/* At least once; others may be kept from running for so long. */
static void
is_at_once(enum refusal expected, const char *what)
{
	int64_t took_ms = PATIENCE_MS;
	enum refusal why = expected;
	unsigned tries;

	for (tries = 0;
	     tries < TRIES && why == expected && took_ms >= PATIENCE_MS;
	     tries++)
		why = take(&took_ms);
	ok(why == expected && took_ms < PATIENCE_MS, "%s", what);
}

static void
test_in_vain(enum refusal why, const char *what)
{
	int64_t took_ms;

	hold(1);
	is_int(take(&took_ms), why, "%s", what);
	ok(took_ms >= PATIENCE_MS, "after the time");
	is_int(board.slot[0].claim, CLAIM_NONE, "nothing is left of it");
	is_at_once(why, "it is refused again at once");
	slot_end(&board.slot[1], 0, 0);
	is_int(take(&took_ms), REFUSALS, "what is free is had all the same");
	slot_end(&board.slot[0], 0, 0);
}

int
main(void)
{
	unsigned i;

	if (scoreboard_open(&board, 2) == -1)
		return 1;
	for (i = 0; i < board.slots; i++) {
		scoreboard_assign(&board, i, 1, 0);
		atomic_store(&board.slot[i].service, 7);
	}
	claim.per_source = 1;
	test_in_time();
	test_in_vain(REFUSED_SOURCE, "who has too many is refused");
	claim.source = 10;
	test_in_vain(REFUSED_SOURCE, "so is another source");
	claim.source = 9;
	hold(1);
	is_at_once(REFUSED_SOURCE, "the first one is not waited for again");
	slot_end(&board.slot[1], 0, 0);
	claim.per_source = 0;
	claim.max_connections = 1;
	test_in_vain(REFUSED_FULL, "a full service refuses");
	claim.source = 11;
	hold(1);
	is_at_once(REFUSED_FULL, "whoever comes next is refused at once");
	scoreboard_close(&board);
	return tap_done();
}
