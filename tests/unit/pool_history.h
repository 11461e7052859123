/*
 * One random history of a pool: its workers as processes that are well, die,
 * hang, leave, are recycled or cannot be forked, its operator and its timer,
 * all under a virtual clock and under the oracle's eyes. Runs in: a test.
 */
#ifndef PREFORK_TESTS_POOL_HISTORY_H
#define PREFORK_TESTS_POOL_HISTORY_H

#include "master/pool.h"
#include "pool_oracle.h"

/* When the faults have ended. */
#define QUIET_START_MS 500
#define QUIET_EXIT_MS  1000

struct process {
	bool alive, unborn, by_exit, served;
	int64_t ready_ms, recycle_ms, leave_ms, exit_ms;
};

/* In percent; the rest starts well and stays.  Whether a worker is recycled
 * does not depend on the rest of its fate. */
struct faults {
	unsigned fork_fails, hangs, dies_early, dies_late, leaves;
	unsigned recycled;
};

struct history {
	uint64_t seed, random;
	struct pool pool;
	struct oracle oracle;
	struct pool_event last;
	struct faults faults;
	bool quiet, ruin;
	struct process processes[ORACLE_SLOTS];
	int64_t now_ms, quiet_ms, tick_ms, resize_ms, deadline_ms;
	unsigned steps, steps_max;
};

/* How often each event came in each state, and each action was asked for. */
extern unsigned long history_cells[POOL_BACKOFF + 1][EVENT_TICK + 1];
extern unsigned long history_actions[ACTION_BACKOFF + 1];

uint64_t history_draw(struct history *history, uint64_t below);
bool history_chance(struct history *history, unsigned percent);
/* From 1 ms to two minutes, each order of magnitude as likely. */
int64_t history_some_time(struct history *history);
void history_deliver(struct history *history, struct pool_event event);
#define DELIVER(history, ...) \
	history_deliver((history), (struct pool_event) { __VA_ARGS__ })
/* Let the next thing happen; false when nothing ever will. */
bool history_advance(struct history *history);

#endif
