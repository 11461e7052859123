/*
 * What a load run counts.  A flat struct: a child writes it to a pipe, its
 * parent adds it up.
 * Runs in: load generator.
 */
#ifndef PREFORK_BENCH_TALLY_H
#define PREFORK_BENCH_TALLY_H

#include <stdint.h>

/* Where an operation failed. */
enum failure {
	FAILED_CONNECT, /* socket, bind, connect */
	FAILED_SEND,
	FAILED_RECEIVE,
	FAILED_EARLY, /* end of file before the whole reply */
	FAILED_WRONG, /* a reply, but not the one */
	FAILED_LATE,  /* no reply until the end of the run */
	FAILURES
};

/* 32 to each power of two, up to 2^40 ns: an error of 3 % at most. */
#define TALLY_STEPS   32
#define TALLY_BUCKETS (36 * TALLY_STEPS)

struct tally {
	uint64_t operations;
	uint64_t failures[FAILURES];
	int32_t first_errno[FAILURES];
	int64_t elapsed_ns;
	int64_t longest_ns;
	uint64_t buckets[TALLY_BUCKETS];
};

const char *failure_name(enum failure failure);
/* An operation that went well. */
void tally_count(struct tally *tally, int64_t took_ns);
/* One that did not; error is an errno value or 0. */
void tally_fail(struct tally *tally, enum failure failure, int error);
/* Add the counts of one of several that ran at the same time. */
void tally_merge(struct tally *sum, const struct tally *part);
/* The time that the given share of the operations kept, 0 if there are none. */
int64_t tally_quantile_ns(const struct tally *tally, double share);

#endif
