/*
 * splitmix64.
 * Runs in: nemesis.
 */
#include "config.h"

#include "dice.h"

#define GOLDEN 0x9e3779b97f4a7c15u

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t
dice_next(struct dice *dice)
{
	dice->state += GOLDEN;
	return mix(dice->state);
}

struct dice
dice_for(uint64_t seed, uint64_t stream, uint64_t number)
{
	struct dice dice = { mix(mix(seed + GOLDEN) + stream) + number };

	/* So that neighbours do not walk the same path a step apart. */
	dice.state = mix(dice.state);
	return dice;
}

unsigned
dice_below(struct dice *dice, unsigned limit)
{
	return (unsigned)(dice_next(dice) % limit);
}

unsigned
dice_between(struct dice *dice, unsigned least, unsigned most)
{
	return least + dice_below(dice, most - least + 1);
}

bool
dice_once_in(struct dice *dice, unsigned times)
{
	return dice_below(dice, times) == 0;
}

unsigned char
noise_byte(uint64_t key, uint64_t at)
{
	uint64_t word = mix(key + (at / 8 + 1) * GOLDEN);

	return (unsigned char)(word >> (at % 8 * 8));
}
