/*
 * New connections of a source in a time: a cell of shared memory for each
 * says when it will have used up what it may have (the generic cell rate
 * algorithm, ITU-T I.371).  Which cell is a keyed hash of the source, so
 * nobody can choose whose cell to share; two sources that share one by chance
 * share the rate.
 * Runs in: master; asked by workers.
 */
#ifndef PREFORK_ADMISSION_RATE_H
#define PREFORK_ADMISSION_RATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct rate {
	int64_t interval_ns;  /* between two, in the long run */
	int64_t tolerance_ns; /* how much too early one may come */
};

/* The memory is there once in a process and its children, and for good: it
 * outlives generations.  To be called before the fork.  -1 with errno. */
int rate_open(void);
/* So many a second, and so many (at least 1) at once. */
struct rate rate_of(unsigned per_second, unsigned burst);
/* Of this service, source and rate, after rate_open. */
_Atomic int64_t *rate_cell(uint64_t service, uint64_t source,
    const struct rate *rate);
/* May one come now?  Then it has come.  Takes no lock. */
bool rate_take(_Atomic int64_t *cell, const struct rate *rate, int64_t now_ns);
/* CLOCK_MONOTONIC. */
int64_t rate_now_ns(void);

#endif
