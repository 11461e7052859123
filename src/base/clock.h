/*
 * Monotonic time.  Runs in: every process.
 */
#ifndef PREFORK_BASE_CLOCK_H
#define PREFORK_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER INT64_MAX

/* CLOCK_MONOTONIC in milliseconds. Async-signal-safe. */
int64_t clock_ms(void);
/* The same in microseconds. */
int64_t clock_us(void);
/* Milliseconds from `now_ms` to `deadline_ms` as poll(2) wants them: -1 for
 * CLOCK_NEVER, 0 when past, INT_MAX at most. */
int clock_timeout(int64_t deadline_ms, int64_t now_ms);

#endif
