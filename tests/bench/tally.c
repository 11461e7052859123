/*
 * Counts and latencies of a load run, in buckets whose width grows with the
 * value, so that a run of any length takes the same memory.
 * Runs in: load generator.
 */
#include "config.h"

#include <stddef.h>

#include "tally.h"

static const char *const names[FAILURES] = { "connect", "send", "receive",
	"early", "wrong", "late" };

const char *
failure_name(enum failure failure)
{
	return (unsigned)failure < FAILURES ? names[failure] : "unknown";
}

static size_t
bucket_of(int64_t value)
{
	uint64_t left = value < 0 ? 0 : (uint64_t)value;
	size_t shift = 0, index;

	while (left >= 2 * TALLY_STEPS) {
		left >>= 1;
		shift++;
	}
	index = shift * TALLY_STEPS + (size_t)left;
	return index < TALLY_BUCKETS ? index : TALLY_BUCKETS - 1;
}

/* The least value that is not below the bucket's. */
static int64_t
bucket_value(size_t index)
{
	size_t shift;

	if (index < 2 * TALLY_STEPS)
		return (int64_t)index;
	shift = index / TALLY_STEPS - 1;
	return (int64_t)(index % TALLY_STEPS + TALLY_STEPS) << shift;
}

void
tally_count(struct tally *tally, int64_t took_ns)
{
	tally->operations++;
	tally->buckets[bucket_of(took_ns)]++;
	if (took_ns > tally->longest_ns)
		tally->longest_ns = took_ns;
}

void
tally_fail(struct tally *tally, enum failure failure, int error)
{
	if (tally->failures[failure]++ == 0)
		tally->first_errno[failure] = error;
}

void
tally_merge(struct tally *sum, const struct tally *part)
{
	size_t i;

	sum->operations += part->operations;
	for (i = 0; i < FAILURES; i++) {
		if (sum->failures[i] == 0)
			sum->first_errno[i] = part->first_errno[i];
		sum->failures[i] += part->failures[i];
	}
	if (part->elapsed_ns > sum->elapsed_ns)
		sum->elapsed_ns = part->elapsed_ns;
	if (part->longest_ns > sum->longest_ns)
		sum->longest_ns = part->longest_ns;
	for (i = 0; i < TALLY_BUCKETS; i++)
		sum->buckets[i] += part->buckets[i];
}

int64_t
tally_quantile_ns(const struct tally *tally, double share)
{
	double wanted = share * (double)tally->operations;
	uint64_t below = 0;
	size_t i;

	if (tally->operations == 0)
		return 0;
	for (i = 0; i < TALLY_BUCKETS; i++) {
		below += tally->buckets[i];
		if (below > 0 && (double)below >= wanted)
			return bucket_value(i);
	}
	return tally->longest_ns;
}
