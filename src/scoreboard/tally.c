/*
 * Durations and bytes of ended connections.  Single writer, as in slot.c.
 * Runs in: worker, master.
 */
#include "config.h"

#include "scoreboard/tally.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define ADD(field, value)                                      \
	atomic_store_explicit(&(field), LOAD(field) + (value), \
	    memory_order_relaxed)

void
tally_count(struct scoreboard_tally *tally, const struct tally_entry *entry)
{
	uint64_t served_us = (uint64_t)(entry->ended_us - entry->begun_us);
	uint64_t first_us = (uint64_t)(entry->first_us - entry->begun_us);

	ADD(tally->received, entry->received);
	ADD(tally->sent, entry->sent);
	ADD(tally->served_us, served_us);
	ADD(tally->served[histogram_bucket(served_us)], 1);
	if (entry->first_us == 0)
		return;
	ADD(tally->first_us, first_us);
	ADD(tally->first[histogram_bucket(first_us)], 1);
}

void
tally_add(struct tally *sum, const struct scoreboard_slot *slot,
    const struct scoreboard_tally *tally)
{
	unsigned i;

	/* A look would make a page of it. */
	if (LOAD(slot->closed) == 0)
		return;
	sum->received += LOAD(tally->received);
	sum->sent += LOAD(tally->sent);
	sum->served_us += LOAD(tally->served_us);
	sum->first_us += LOAD(tally->first_us);
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		sum->served[i] += LOAD(tally->served[i]);
		sum->first[i] += LOAD(tally->first[i]);
	}
}
