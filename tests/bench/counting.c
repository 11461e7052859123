/*
 * What it takes to count one connection: the calls that a worker makes for the
 * scoreboard and the histograms, and nothing else.
 * Runs in: a process of its own, for make bench only.
 *
 *	counting
 *
 * prints "ns_per_connection N".
 */
#include "config.h"

#include <netinet/in.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "scoreboard/scoreboard.h"
#include "scoreboard/slot.h"
#include "scoreboard/tally.h"

#define CONNECTIONS 2000000

static void
count_one(struct scoreboard *board, const struct sockaddr *peer)
{
	struct tally_entry entry = { .received = 32, .sent = 32 };

	entry.begun_us = clock_us();
	slot_begin(board->slot, peer, entry.begun_us / 1000);
	entry.first_us = clock_us();
	entry.ended_us = clock_us();
	slot_end(board->slot, 0, entry.ended_us / 1000);
	tally_count(board->tally, &entry);
}

int
main(void)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };
	struct scoreboard board;
	int64_t begun_us;
	long i;

	if (scoreboard_open(&board, 1) == -1) {
		perror("counting");
		return EXIT_FAILURE;
	}
	begun_us = clock_us();
	for (i = 0; i < CONNECTIONS; i++)
		count_one(&board, (const struct sockaddr *)&peer);
	printf("ns_per_connection %" PRId64 "\n",
	    (clock_us() - begun_us) * 1000 / CONNECTIONS);
	scoreboard_close(&board);
	return EXIT_SUCCESS;
}
