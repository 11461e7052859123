/*
 * Random histories of a pool: faults, then their end, after which the pool must
 * come to rest.  What must hold at each step is in pool_oracle.c, the world
 * around the pool in pool_history.c.  PREFORK_SIMULATIONS is how many,
 * PREFORK_SEED the first; a failure prints both for a repetition.
 * Runs in: a test.
 */
#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "pool_history.h"
#include "tap.h"

#define SIMULATIONS    200000
#define FAULTY_STEPS   60
#define TOO_MANY_STEPS 5000

static void
mend_process(struct history *history, unsigned index)
{
	const struct oracle_slot *seen = &history->oracle.slots[index];
	struct process *process = &history->processes[index];
	bool hangs = process->ready_ms == CLOCK_NEVER &&
	    process->exit_ms == CLOCK_NEVER && !seen->ready;
	int64_t soon_ms = history->now_ms + QUIET_EXIT_MS;

	process->recycle_ms = CLOCK_NEVER;
	if (seen->told || seen->killed || seen->hasty || hangs ||
	    (!seen->ready && process->ready_ms == CLOCK_NEVER)) {
		/* start_timeout is what ends a worker that hangs. */
		if (hangs && history->pool.start_timeout_ms > 0)
			return;
		if (process->exit_ms > soon_ms)
			process->exit_ms = soon_ms;
		return;
	}
	process->leave_ms = process->exit_ms = CLOCK_NEVER;
	if (!seen->ready && process->ready_ms > soon_ms)
		process->ready_ms = soon_ms;
}

static void
end_faults(struct history *history)
{
	history->quiet = true;
	history->oracle.ruin = false;
	history->quiet_ms = history->now_ms;
	history->resize_ms = history->now_ms + 1;
	history->deadline_ms = INT64_MIN;
	for (unsigned i = 0; i < history->pool.capacity; i++)
		if (!history->processes[i].unborn)
			mend_process(history, i);
}

static void
come_to_rest(struct history *history)
{
	while (history->steps < history->steps_max && history_advance(history))
		continue;
	if (history->oracle.broken != NULL)
		return;
	if (history->steps >= history->steps_max)
		history->oracle.broken = "no rest";
	oracle_at_rest(&history->oracle);
}

static void
resize_to_rest(struct history *history, unsigned want)
{
	if (history->oracle.broken != NULL)
		return;
	DELIVER(history, .kind = EVENT_RESIZE, .want = want);
	come_to_rest(history);
}

/* The longest back-off, a start that hangs, then starts one after the other;
 * where one slot only is empty who is recycled must end before the next. */
static int64_t
rest_limit_ms(const struct pool *pool)
{
	return POOL_BACKOFF_CAP_MS + POOL_BACKOFF_CAP_MS / 10 +
	    pool->start_timeout_ms + 4 * QUIET_EXIT_MS +
	    (int64_t)(pool->capacity + 4) * (QUIET_START_MS + QUIET_EXIT_MS);
}

static void
play(struct history *history)
{
	unsigned faulty = history->ruin ? TOO_MANY_STEPS : FAULTY_STEPS;

	DELIVER(history, .kind = EVENT_START);
	while (history->steps < faulty && history->steps_max != 0 &&
	    history->now_ms < history->quiet_ms && history_advance(history))
		continue;
	end_faults(history);
	come_to_rest(history);
	if (history->oracle.broken == NULL &&
	    history->now_ms - history->quiet_ms > rest_limit_ms(&history->pool))
		history->oracle.broken = "rest came too late";
	resize_to_rest(history, 0);
	if (history_chance(history, 25))
		resize_to_rest(history, history->pool.capacity);
}

static void
choose_faults(struct history *history)
{
	struct faults *faults = &history->faults;

	history->ruin = history_chance(history, 5);
	faults->fork_fails = (unsigned)history_draw(history, 20);
	faults->hangs = faults->fork_fails;
	if (!history->ruin)
		faults->hangs += (unsigned)history_draw(history, 20);
	faults->dies_early =
	    faults->hangs + (unsigned)history_draw(history, 30);
	faults->dies_late =
	    faults->dies_early + (unsigned)history_draw(history, 30);
	if (history->ruin)
		faults->dies_late = 100;
	faults->leaves =
	    faults->dies_late + (unsigned)history_draw(history, 30);
	faults->recycled =
	    history->ruin ? 0 : (unsigned)history_draw(history, 60);
	history->resize_ms =
	    history->ruin ? CLOCK_NEVER : history_some_time(history);
	history->quiet_ms =
	    history->ruin ? 200000 : (int64_t)history_draw(history, 1000000);
}

static bool
run(uint64_t seed)
{
	static struct history history;
	struct pool_limits limits;

	history = (struct history) { .seed = seed, .random = seed };
	limits = (struct pool_limits) {
		.capacity = 1 + (unsigned)history_draw(&history, ORACLE_SLOTS),
		.window = (unsigned)history_draw(&history, 5),
		.start_timeout_ms = (int64_t)history_draw(&history, 3) * 5000,
		.seed = history_draw(&history, UINT64_MAX),
	};
	limits.want = 1 + (unsigned)history_draw(&history, limits.capacity);
	choose_faults(&history);
	history.deadline_ms = INT64_MIN;
	history.tick_ms = CLOCK_NEVER;
	history.steps_max = TOO_MANY_STEPS;
	if (pool_init(&history.pool, &limits) != 0)
		abort();
	oracle_init(&history.oracle, &history.pool);
	history.oracle.ruin = history.ruin;
	play(&history);
	pool_fini(&history.pool);
	if (history.oracle.broken != NULL)
		printf("# PREFORK_SEED=%llu PREFORK_SIMULATIONS=1: %s, step "
		       "%u, %s of slot %u at %lld ms\n",
		    (unsigned long long)seed, history.oracle.broken,
		    history.steps, pool_event_name(history.last.kind),
		    history.last.slot, (long long)history.now_ms);
	return history.oracle.broken == NULL;
}

static uint64_t
number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

/* A simulation that never gets somewhere proves nothing about it. */
static void
check_coverage(void)
{
	static const char *const possible[] = {
		[POOL_STARTING] = "-###-#",
		[POOL_READY] = "--####",
		[POOL_RETIRING] = "--####",
	};
	unsigned missed = 0;

	for (int state = POOL_STARTING; state <= POOL_RETIRING; state++)
		for (int kind = 0; possible[state][kind] != '\0'; kind++)
			missed += possible[state][kind] == '#' &&
			    history_cells[state][kind] == 0;
	for (int kind = ACTION_SPAWN; kind <= ACTION_BACKOFF; kind++)
		missed += history_actions[kind] == 0;
	is_int(missed, 0, "each cell of state x event and each action came");
}

int
main(void)
{
	uint64_t seed = number_from("PREFORK_SEED", (uint64_t)time(NULL) << 20);
	uint64_t count = number_from("PREFORK_SIMULATIONS", SIMULATIONS);
	uint64_t done = 0;
	unsigned failures = 0;

	printf("# PREFORK_SEED=%llu PREFORK_SIMULATIONS=%llu\n",
	    (unsigned long long)seed, (unsigned long long)count);
	for (; done < count && failures < 5; done++)
		failures += !run(seed + done);
	ok(failures == 0, "%llu histories from seed %llu keep all rules",
	    (unsigned long long)done, (unsigned long long)seed);
	if (count >= 1000)
		check_coverage();
	return tap_done();
}
