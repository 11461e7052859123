/*
 * Durations in buckets: none is further from its bucket's middle than
 * promised, and quantiles against a plain sort.
 */
#include "config.h"

#include <stdlib.h>

#include "base/histogram.h"
#include "tap.h"

#define VALUES 5000

static uint64_t values[VALUES];

static uint64_t
next_random(void)
{
	static uint64_t state = 12345;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return state >> 33;
}

static int
ascending(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static int
is_near(uint64_t got, uint64_t wanted)
{
	uint64_t off = got > wanted ? got - wanted : wanted - got;

	return off * 10000 <= wanted * 625;
}

static void
test_buckets(void)
{
	unsigned i, bad = 0;
	uint64_t low, end;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		low = histogram_low_us(i);
		end = histogram_low_us(i + 1);
		bad += histogram_bucket(low) != i ||
		    histogram_bucket(end - 1) != i || end <= low;
		if (i >= 16)
			bad += !is_near((low + end) / 2, low) ||
			    !is_near((low + end) / 2, end - 1);
	}
	is_int(bad, 0, "buckets meet, and are as narrow as promised");
	is_int(histogram_low_us(16), 16, "the first is exact up to here");
	is_int(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1,
	    "what is longer is the longest");
	ok(histogram_low_us(HISTOGRAM_BUCKETS) > UINT64_C(4) * 3600 * 1000000,
	    "more than four hours");
}

/* The largest of the smallest `parts` of a million. */
static uint64_t
oracle(uint32_t parts)
{
	uint64_t rank = ((uint64_t)VALUES * parts + 999999) / 1000000;

	return values[rank > 0 ? rank - 1 : 0];
}

static void
test_quantiles(void)
{
	static const uint32_t parts[] = { 1, 10000, 500000, 900000, 990000,
		999000, 1000000 };
	uint64_t counts[HISTOGRAM_BUCKETS] = { 0 };
	unsigned i;

	is_int(histogram_quantile_us(counts, 500000), 0, "of nothing");
	for (i = 0; i < VALUES; i++) {
		values[i] = next_random() >> (next_random() % 30);
		counts[histogram_bucket(values[i])]++;
	}
	qsort(values, VALUES, sizeof(values[0]), ascending);
	is_int(histogram_count(counts), VALUES, "all are counted");
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ok(is_near(histogram_quantile_us(counts, parts[i]),
		       oracle(parts[i])),
		    "%u of a million", parts[i]);
}

static void
test_large_counts(void)
{
	uint64_t counts[HISTOGRAM_BUCKETS] = { 0 };

	counts[5] = UINT64_C(1) << 60;
	counts[9] = UINT64_C(1) << 58;
	is_int(histogram_quantile_us(counts, 500000), 5, "large counts");
	is_int(histogram_quantile_us(counts, 990000), 9, "and their rest");
	is_int(histogram_below(counts, 9), UINT64_C(1) << 60, "below");
	is_int(histogram_below(counts, 10),
	    (UINT64_C(1) << 60) + (UINT64_C(1) << 58), "and with it");
}

int
main(void)
{
	test_buckets();
	test_quantiles();
	test_large_counts();
	return tap_done();
}
