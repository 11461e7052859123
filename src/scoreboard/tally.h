/*
 * What a worker counts of each connection that has ended: plain stores, no
 * system call; and what the master makes of it.
 * Runs in: tally_count worker, tally_add master.
 */
#ifndef PREFORK_SCOREBOARD_TALLY_H
#define PREFORK_SCOREBOARD_TALLY_H

#include "scoreboard/layout.h"

/* The same in memory of one process. */
struct tally {
	uint64_t received, sent;      /* bytes */
	uint64_t served_us, first_us; /* sums */
	uint64_t served[HISTOGRAM_BUCKETS];
	uint64_t first[HISTOGRAM_BUCKETS];
};

/* Of one connection; times by clock_us. */
struct tally_entry {
	int64_t begun_us, first_us, ended_us; /* first_us: 0 never */
	uint64_t received, sent;
};

/* After slot_end, by which the master knows that there is something. */
void tally_count(struct scoreboard_tally *tally,
    const struct tally_entry *entry);
/* Add what the worker of `slot` has counted. */
void tally_add(struct tally *sum, const struct scoreboard_slot *slot,
    const struct scoreboard_tally *tally);

#endif
