/*
 * Durations in buckets of growing width.
 * Runs in: every process.
 */
#include "config.h"

#include "base/histogram.h"

#define STEP_BITS 3u /* 2^3 buckets for each doubling */
#define STEPS	  (1u << STEP_BITS)

unsigned
histogram_bucket(uint64_t us)
{
	unsigned doublings = 0;

	/* Bucket 8 * d + i holds (8 + i) << (d - 1). */
	while ((us >> doublings) >= 2 * STEPS)
		doublings++;
	us >>= doublings;
	if (doublings * STEPS + us >= HISTOGRAM_BUCKETS)
		return HISTOGRAM_BUCKETS - 1;
	return doublings * STEPS + (unsigned)us;
}

uint64_t
histogram_low_us(unsigned bucket)
{
	unsigned doublings;

	if (bucket < 2 * STEPS)
		return bucket;
	doublings = bucket / STEPS - 1;
	return (uint64_t)(STEPS + bucket % STEPS) << doublings;
}

uint64_t
histogram_count(const uint64_t counts[HISTOGRAM_BUCKETS])
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		sum += counts[i];
	return sum;
}

uint64_t
histogram_below(const uint64_t counts[HISTOGRAM_BUCKETS], uint64_t us)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS && histogram_low_us(i) < us; i++)
		sum += counts[i];
	return sum;
}

static uint64_t
middle_us(unsigned bucket)
{
	uint64_t low = histogram_low_us(bucket);

	return low + (histogram_low_us(bucket + 1) - low) / 2;
}

uint64_t
histogram_quantile_us(const uint64_t counts[HISTOGRAM_BUCKETS], uint32_t parts)
{
	uint64_t count = histogram_count(counts), wanted, sum = 0;
	unsigned i;

	if (count == 0)
		return 0;
	/* In two steps, because the product may not fit. */
	wanted = count / 1000000 * parts +
	    (count % 1000000 * parts + 999999) / 1000000;
	if (wanted == 0)
		wanted = 1;
	for (i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		sum += counts[i];
		if (sum >= wanted)
			break;
	}
	return middle_us(i);
}
