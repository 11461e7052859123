/*
 * The rules of pool.h said a second time, as what must be true of each action
 * and after each step.  It follows the events by itself and reads of the pool
 * only what the pool shows.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_POOL_ORACLE_H
#define PREFORK_TESTS_POOL_ORACLE_H

#include "master/pool.h"

#define ORACLE_SLOTS 16

struct oracle_slot {
	bool alive, ready, told, killed, hasty, recycling;
	unsigned deaths, paid;
	int64_t spawned_ms, ready_ms;
	int64_t free_from_ms, free_to_ms; /* next fork not before */
	int64_t first_fork_ms, last_fork_ms;
	unsigned early_forks; /* in the first 10 s */
};

struct oracle {
	const struct pool *pool;
	bool ruin; /* all workers die at once: rule 4 in its short form */
	bool up, failed;
	struct oracle_slot slots[ORACLE_SLOTS];
	const char *broken; /* what was violated first, or NULL */
};

void oracle_init(struct oracle *oracle, const struct pool *pool);
/* Around each pool_step(). */
void oracle_before(struct oracle *oracle, const struct pool_event *event,
    int64_t now_ms);
void oracle_after(struct oracle *oracle, const struct pool_event *event,
    int64_t now_ms);
/* Nothing is under way: the pool has what it wants and sleeps for ever. */
void oracle_at_rest(struct oracle *oracle);

#endif
