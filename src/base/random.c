/*
 * Random numbers for jitter, by splitmix64.
 * Runs in: every process.
 */
#include "config.h"

#include "base/random.h"

uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t
random_part(uint64_t *state, uint64_t whole, unsigned percent)
{
	uint64_t most = whole / 100 * percent + whole % 100 * percent / 100;

	return most == UINT64_MAX ? random_next(state) :
				    random_next(state) % (most + 1);
}
