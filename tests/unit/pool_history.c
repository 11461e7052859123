/*
 * One random history of a pool: what happens next, and what the actions of the
 * pool do to its processes.
 * Runs in: a test.
 */
#include "config.h"

#include <stddef.h>

#include "base/clock.h"
#include "pool_history.h"

unsigned long history_cells[POOL_BACKOFF + 1][EVENT_TICK + 1];
unsigned long history_actions[ACTION_BACKOFF + 1];

uint64_t
history_draw(struct history *history, uint64_t below)
{
	uint64_t z = history->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

bool
history_chance(struct history *history, unsigned percent)
{
	return history_draw(history, 100) < percent;
}

int64_t
history_some_time(struct history *history)
{
	return 1 +
	    (int64_t)history_draw(history,
		UINT64_C(1) << history_draw(history, 18));
}

static int64_t
in_time(struct history *history)
{
	if (history->quiet)
		return 1 + (int64_t)history_draw(history, QUIET_START_MS);
	return history->ruin ? 1 + (int64_t)history_draw(history, 15) :
			       history_some_time(history);
}

static void
fork_process(struct history *history, struct process *process)
{
	const struct faults *faults = &history->faults;
	unsigned fate = (unsigned)history_draw(history, 100);
	int64_t early_ms = history->now_ms + in_time(history);
	int64_t late_ms = early_ms + in_time(history);

	*process = (struct process) {
		.alive = true,
		.by_exit = history_chance(history, 50),
		.served = !history->ruin && history_chance(history, 30),
		.ready_ms = early_ms,
		.recycle_ms = CLOCK_NEVER,
		.leave_ms = CLOCK_NEVER,
		.exit_ms = CLOCK_NEVER,
	};
	if (history->quiet)
		return;
	if (history_chance(history, faults->recycled))
		process->recycle_ms = history->now_ms + in_time(history);
	if (history->ruin && !history->pool.proven)
		fate = faults->dies_late - 1;
	if (fate < faults->fork_fails) {
		process->unborn = true;
	} else if (fate < faults->hangs) {
		process->ready_ms = CLOCK_NEVER;
	} else if (fate < faults->dies_early) {
		process->ready_ms = CLOCK_NEVER;
		process->exit_ms = early_ms;
	} else if (fate < faults->dies_late) {
		process->exit_ms = late_ms;
	} else if (fate < faults->leaves) {
		process->leave_ms = late_ms;
		process->exit_ms = late_ms + in_time(history);
	}
}

static void
must_exit(struct history *history, struct process *process, bool by_exit)
{
	int64_t exit_ms = history->now_ms + 1;

	if (by_exit)
		exit_ms += history->quiet ?
		    (int64_t)history_draw(history, QUIET_EXIT_MS) :
		    history_some_time(history);
	if (exit_ms < process->exit_ms) {
		process->exit_ms = exit_ms;
		process->by_exit = by_exit;
	}
}

static void
perform(struct history *history, const struct pool_action *action)
{
	struct process *process = &history->processes[action->slot];

	history_actions[action->kind]++;
	switch (action->kind) {
	case ACTION_SPAWN:
		fork_process(history, process);
		break;
	case ACTION_RETIRE:
		must_exit(history, process, true);
		break;
	case ACTION_KILL:
		must_exit(history, process, false);
		break;
	case ACTION_FAILED:
		history->resize_ms = history->now_ms + in_time(history);
		break;
	case ACTION_UP:
	case ACTION_BACKOFF:
		break;
	}
}

void
history_deliver(struct history *history, struct pool_event event)
{
	struct pool *pool = &history->pool;

	history->steps++;
	history_cells[pool->slots[event.slot].state][event.kind]++;
	oracle_before(&history->oracle, &event, history->now_ms);
	pool_step(pool, &event, history->now_ms);
	oracle_after(&history->oracle, &event, history->now_ms);
	for (unsigned i = 0; i < pool->action_count; i++)
		perform(history, &pool->actions[i]);
	history->last = event;
	if (history->oracle.broken != NULL)
		history->steps_max = 0;
}

static void
process_word(struct history *history, unsigned slot)
{
	struct process *process = &history->processes[slot];

	if (process->ready_ms <= history->now_ms) {
		process->ready_ms = CLOCK_NEVER;
		DELIVER(history, .kind = EVENT_READY, .slot = slot);
		if (history_chance(history, 2))
			DELIVER(history, .kind = EVENT_READY, .slot = slot);
	} else if (process->recycle_ms <= history->now_ms) {
		process->recycle_ms = CLOCK_NEVER;
		DELIVER(history, .kind = EVENT_RECYCLE, .slot = slot,
		    .served = process->served);
	} else if (process->leave_ms <= history->now_ms) {
		process->leave_ms = CLOCK_NEVER;
		DELIVER(history, .kind = EVENT_LEAVING, .slot = slot);
		if (history_chance(history, 2))
			DELIVER(history, .kind = EVENT_LEAVING, .slot = slot);
	} else {
		process->alive = false;
		DELIVER(history, .kind = EVENT_EXITED, .slot = slot,
		    .by_exit = process->by_exit, .served = process->served);
	}
}

static int64_t
process_next(const struct process *process)
{
	int64_t at_ms = process->exit_ms;

	if (!process->alive)
		return CLOCK_NEVER;
	if (process->unborn)
		return INT64_MIN;
	if (process->ready_ms < at_ms)
		at_ms = process->ready_ms;
	if (process->recycle_ms < at_ms)
		at_ms = process->recycle_ms;
	return process->leave_ms < at_ms ? process->leave_ms : at_ms;
}

/* The operator undoes each failure and each drain; without faults nothing else.
 */
static void
operate(struct history *history)
{
	unsigned capacity = history->pool.capacity, want = 0;
	bool again;

	if (history->oracle.failed)
		want = 0;
	else if (history->pool.want == 0)
		want = 1 + (unsigned)history_draw(history, capacity);
	else if (history->quiet)
		want = history->pool.want;
	else
		want = (unsigned)history_draw(history, capacity + 1);
	again = want == 0 || !history->quiet;
	history->resize_ms =
	    again ? history->now_ms + in_time(history) : CLOCK_NEVER;
	DELIVER(history, .kind = EVENT_RESIZE, .want = want);
}

static int64_t
lateness(struct history *history)
{
	if (history->quiet || history->ruin || history_chance(history, 80))
		return 0;
	return history_some_time(history);
}

static void
plan_tick(struct history *history)
{
	int64_t deadline_ms = pool_deadline(&history->pool);

	if (deadline_ms == history->deadline_ms)
		return;
	history->deadline_ms = history->tick_ms = deadline_ms;
	if (deadline_ms != CLOCK_NEVER)
		history->tick_ms += lateness(history);
}

static unsigned
first_process(const struct history *history, int64_t *at_ms)
{
	unsigned first = 0;

	*at_ms = CLOCK_NEVER;
	for (unsigned i = 0; i < history->pool.capacity; i++) {
		int64_t next_ms = process_next(&history->processes[i]);

		if (next_ms < *at_ms) {
			*at_ms = next_ms;
			first = i;
		}
	}
	return first;
}

bool
history_advance(struct history *history)
{
	int64_t process_ms, at_ms;
	unsigned slot = first_process(history, &process_ms);

	if (process_ms == INT64_MIN) {
		history->processes[slot].alive = false;
		DELIVER(history, .kind = EVENT_SPAWN_FAILED, .slot = slot);
		return true;
	}
	plan_tick(history);
	at_ms = process_ms < history->tick_ms ? process_ms : history->tick_ms;
	if (history->resize_ms < at_ms)
		at_ms = history->resize_ms;
	if (at_ms == CLOCK_NEVER)
		return false;
	if (at_ms > history->now_ms)
		history->now_ms = at_ms;
	if (at_ms == process_ms)
		process_word(history, slot);
	else if (at_ms == history->tick_ms || history_chance(history, 2))
		DELIVER(history, .kind = EVENT_TICK);
	else
		operate(history);
	return true;
}
