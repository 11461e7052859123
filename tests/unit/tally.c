/*
 * What a worker counts of ended connections, and what becomes of it.
 */
#include "config.h"

#include <sys/socket.h>

#include "rig.h"
#include "scoreboard/scoreboard.h"
#include "scoreboard/slot.h"
#include "scoreboard/tally.h"
#include "tap.h"

static struct scoreboard board;

static void
end_connection(unsigned index, const struct tally_entry *entry)
{
	const struct sockaddr peer = { .sa_family = AF_UNIX };

	slot_begin(&board.slot[index], &peer, 1);
	slot_end(&board.slot[index], 0, 2);
	tally_count(&board.tally[index], entry);
}

static struct tally
read_tally(unsigned index)
{
	struct tally sum = { 0 };

	tally_add(&sum, &board.slot[index], &board.tally[index]);
	return sum;
}

static void
test_count(void)
{
	static const struct tally_entry written = { .begun_us = 1000,
		.first_us = 1040,
		.ended_us = 6000,
		.received = 10,
		.sent = 200 };
	static const struct tally_entry silent = {
		.begun_us = 7000, .first_us = 0, .ended_us = 7005, .received = 1
	};
	struct tally sum;

	end_connection(1, &written);
	end_connection(1, &silent);
	end_connection(1, &silent);
	sum = read_tally(1);
	is_int(sum.received, 12, "bytes received");
	is_int(sum.sent, 200, "bytes sent");
	is_int(sum.served_us, 5010, "time in all");
	is_int(sum.first_us, 40, "time to the first byte");
	is_int(histogram_count(sum.served), 3, "three connections");
	is_int(sum.served[histogram_bucket(5000)], 1, "one was long");
	is_int(sum.served[histogram_bucket(5)], 2, "two were short");
	is_int(histogram_count(sum.first), 1, "one has written");
	is_int(sum.first[histogram_bucket(40)], 1, "after so long");
}

/* The next worker in its place begins with nothing. */
static void
test_release(void)
{
	struct tally sum;

	is_int(read_tally(0).received, 0, "a neighbour has nothing");
	scoreboard_release(&board, 1);
	scoreboard_assign(&board, 1, 2, 0);
	is_int(read_tally(1).received, 0, "nothing before the first has ended");
	end_connection(1, &(struct tally_entry) { .ended_us = 3 });
	sum = read_tally(1);
	is_int(histogram_count(sum.served), 1, "then only that one");
	is_int(sum.sent + sum.received + sum.first_us, 0,
	    "and nothing of who was there before");
}

int
main(void)
{
	rig_require(scoreboard_open(&board, 3) == 0, "scoreboard_open");
	test_count();
	test_release();
	scoreboard_close(&board);
	return tap_done();
}
