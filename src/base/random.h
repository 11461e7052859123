/*
 * Random numbers for jitter; not for secrets.  The state is the caller's, so
 * that a test can repeat what it saw.  Runs in: every process.
 */
#ifndef PREFORK_BASE_RANDOM_H
#define PREFORK_BASE_RANDOM_H

#include <stdint.h>

/* The next number of the sequence that *state is in.  Any seed is good, 0
 * too. */
uint64_t random_next(uint64_t *state);
/* From 0 up to `percent` (0 to 100) percent of `whole`, each as likely. */
uint64_t random_part(uint64_t *state, uint64_t whole, unsigned percent);

#endif
