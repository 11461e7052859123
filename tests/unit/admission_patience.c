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

/* Ends what worker 1 serves, in half the time that it is waited for. */
static pid_t
end_soon(void)
{
	pid_t child = fork();

	if (child == 0) {
		(void)poll(NULL, 0, PATIENCE_MS / 2);
		slot_end(&board.slot[1], 0, 0);
		_exit(0);
	}
	return child;
}

static void
test_in_time(void)
{
	int64_t took_ms;
	pid_t child;

	hold(1);
	child = end_soon();
	is_int(take(&took_ms), REFUSALS, "what is free soon is had");
	ok(took_ms >= PATIENCE_MS / 2 - 5, "then, and not before");
	is_int(board.slot[0].claim, CLAIM_HELD, "and held");
	(void)waitpid(child, NULL, 0);
	slot_end(&board.slot[0], 0, 0);
}

static void
test_in_vain(enum refusal why, const char *what)
{
	int64_t took_ms;

	hold(1);
	is_int(take(&took_ms), why, "%s", what);
	ok(took_ms >= PATIENCE_MS, "after the time");
	is_int(board.slot[0].claim, CLAIM_NONE, "nothing is left of it");
	is_int(take(&took_ms), why, "it is refused again");
	ok(took_ms < PATIENCE_MS, "at once");
	slot_end(&board.slot[1], 0, 0);
	is_int(take(&took_ms), REFUSALS, "what is free is had all the same");
	slot_end(&board.slot[0], 0, 0);
}

int
main(void)
{
	int64_t took_ms;
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
	is_int(take(&took_ms), REFUSED_SOURCE, "the first one");
	ok(took_ms < PATIENCE_MS, "is not waited for again");
	slot_end(&board.slot[1], 0, 0);
	claim.per_source = 0;
	claim.max_connections = 1;
	test_in_vain(REFUSED_FULL, "a full service refuses");
	claim.source = 11;
	hold(1);
	is_int(take(&took_ms), REFUSED_FULL, "whoever comes next");
	ok(took_ms < PATIENCE_MS, "at once");
	scoreboard_close(&board);
	return tap_done();
}
