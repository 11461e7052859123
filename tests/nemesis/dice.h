/*
 * Chance that can be repeated: everything random comes from the seed, by
 * splitmix64.  Each misfortune and each client has dice of its own, so that
 * the times at which things happen do not change what happens.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_DICE_H
#define NEMESIS_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* Of which thing (stream), and which of them. */
struct dice dice_for(uint64_t seed, uint64_t stream, uint64_t number);
uint64_t dice_next(struct dice *dice);
/* 0 .. limit - 1; limit is not 0. */
unsigned dice_below(struct dice *dice, unsigned limit);
/* least .. most. */
unsigned dice_between(struct dice *dice, unsigned least, unsigned most);
/* Once in so many times. */
bool dice_once_in(struct dice *dice, unsigned times);
/* Byte `at` of the endless text that belongs to `key`. */
unsigned char noise_byte(uint64_t key, uint64_t at);

#endif
