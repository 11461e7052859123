/*
 * Rates: a cell against a bucket that is filled by the time, and many
 * processes at one cell.
 */
#include "config.h"

#include <sys/wait.h>

#include <unistd.h>

#include "admission/rate.h"
#include "base/random.h"
#include "rig.h"
#include "tap.h"

#define STEPS	200000
#define WORKERS 4
#define TRIES	20000

static uint64_t seed = 11;

/* What is in the bucket, as time. */
struct bucket {
	int64_t level_ns, at_ns;
};

static bool
oracle(struct bucket *bucket, const struct rate *rate, int64_t now_ns)
{
	int64_t most = rate->tolerance_ns + rate->interval_ns;

	bucket->level_ns += now_ns - bucket->at_ns;
	bucket->at_ns = now_ns;
	if (bucket->level_ns > most)
		bucket->level_ns = most;
	if (bucket->level_ns < rate->interval_ns)
		return false;
	bucket->level_ns -= rate->interval_ns;
	return true;
}

static void
test_oracle(unsigned per_second, unsigned burst)
{
	struct rate rate = rate_of(per_second, burst);
	int64_t now_ns = INT64_C(1) << 40;
	struct bucket bucket = { .level_ns = now_ns, .at_ns = now_ns };
	_Atomic int64_t cell = 0;
	int i, wrong = 0, let_in = 0;
	bool allowed;

	for (i = 0; i < STEPS; i++) {
		/* Often nothing, at times a long pause, else about as much as
		 * one needs. */
		if (random_next(&seed) % 4 > 0)
			now_ns += (int64_t)(random_next(&seed) %
			    (uint64_t)(2 * rate.interval_ns));
		if (random_next(&seed) % 1000 == 0)
			now_ns += rate.tolerance_ns / 2;
		allowed = rate_take(&cell, &rate, now_ns);
		wrong += allowed != oracle(&bucket, &rate, now_ns);
		let_in += allowed;
	}
	is_int(wrong, 0, "%u/s burst %u is a bucket", per_second, burst);
	ok(let_in > STEPS / 10 && let_in < STEPS, "which is full at times");
}

static void
test_burst(void)
{
	struct rate rate = rate_of(20, 40);
	_Atomic int64_t cell = 0;
	int i, let_in = 0;

	for (i = 0; i < 100; i++)
		let_in += rate_take(&cell, &rate, INT64_C(5000000000));
	is_int(let_in, 40, "at once the burst");
	for (i = 0; i < 5000; i++)
		let_in += rate_take(&cell, &rate,
		    INT64_C(5000000000) + i * INT64_C(1000000));
	is_int(let_in, 40 + 99, "and 20 in each of 5 seconds");
}

static int
count_taken(_Atomic int64_t *cell, const struct rate *rate)
{
	int i, taken = 0;

	for (i = 0; i < TRIES; i++)
		taken += rate_take(cell, rate, 1000 * i);
	return taken;
}

static void
test_processes(void)
{
	struct rate rate = rate_of(1000000, 5000);
	_Atomic int64_t *cell = rate_cell(1, 2, &rate);
	_Atomic int64_t *sum = rate_cell(3, 4, &rate);
	pid_t children[WORKERS];
	int i;

	rig_require(cell != sum, "two cells");
	atomic_store(cell, 0);
	for (i = 0; i < WORKERS; i++) {
		children[i] = fork();
		rig_require(children[i] != -1, "fork");
		if (children[i] == 0) {
			atomic_fetch_add(sum, count_taken(cell, &rate));
			_exit(0);
		}
	}
	for (i = 0; i < WORKERS; i++)
		(void)waitpid(children[i], NULL, 0);
	ok(atomic_load(sum) <= TRIES - 1 + 5000 && atomic_load(sum) >= TRIES,
	    "together they get what one would get");
}

static void
test_cells(void)
{
	struct rate rate = rate_of(20, 40), other = rate_of(20, 41);
	int i, same = 0;

	ok(rate_cell(1, 2, &rate) == rate_cell(1, 2, &rate), "one cell");
	for (i = 0; i < 100; i++) {
		same += rate_cell(1, 2, &rate) == rate_cell(1, 3u + i, &rate);
		same +=
		    rate_cell(1, 2u + i, &rate) == rate_cell(2, 2u + i, &rate);
		same +=
		    rate_cell(1, 2u + i, &rate) == rate_cell(1, 2u + i, &other);
	}
	ok(same < 5, "others for other sources, services and rates");
}

int
main(void)
{
	rig_require(rate_open() == 0 && rate_open() == 0, "memory");
	test_oracle(20, 40);
	test_oracle(1, 1);
	test_oracle(1000000, 7);
	test_burst();
	test_cells();
	test_processes();
	return tap_done();
}
