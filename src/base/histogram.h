/*
 * Durations counted in buckets whose width grows with the duration: eight for
 * each doubling, so that the middle of a bucket is never more than 6.25 % from
 * what was counted there, from 16 microseconds to more than four hours.  What
 * is shorter is exact, what is longer is counted as the longest.
 * Runs in: every process.
 */
#ifndef PREFORK_BASE_HISTOGRAM_H
#define PREFORK_BASE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 254

/* Of a duration in microseconds. */
unsigned histogram_bucket(uint64_t us);
/* The shortest duration of a bucket; of HISTOGRAM_BUCKETS, the end of all. */
uint64_t histogram_low_us(unsigned bucket);
uint64_t histogram_count(const uint64_t counts[HISTOGRAM_BUCKETS]);
/* How many took less than `us`, which is the low end of a bucket. */
uint64_t histogram_below(const uint64_t counts[HISTOGRAM_BUCKETS], uint64_t us);
/* What `parts` of a million took at most; 0 when nothing was counted.  1000000
 * gives the longest. */
uint64_t histogram_quantile_us(const uint64_t counts[HISTOGRAM_BUCKETS],
    uint32_t parts);

#endif
