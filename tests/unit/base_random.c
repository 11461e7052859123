/*
 * Random numbers for jitter: repeatable, and within their bounds.
 */
#include "config.h"

#include "base/random.h"
#include "tap.h"

static void
test_sequence(void)
{
	uint64_t a = 0, b = 0, c = 1;

	ok(random_next(&a) == random_next(&b), "a seed has one sequence");
	ok(random_next(&a) == random_next(&b), "and stays in it");
	ok(random_next(&a) != random_next(&c), "another seed has another");
}

static void
test_part(void)
{
	uint64_t state = 7, part;
	unsigned seen[11] = { 0 }, i, all = 0, beyond = 0;

	for (i = 0; i < 10000; i++) {
		part = random_part(&state, 100, 10);
		if (part <= 10)
			seen[part]++;
		else
			beyond++;
	}
	is_int(beyond, 0, "no more than 10 percent");
	for (i = 0; i <= 10; i++)
		all += seen[i] > 500;
	is_int(all, 11, "each of them, none much less than others");
	is_int(random_part(&state, 100, 0), 0, "nothing of nothing");
	is_int(random_part(&state, 0, 100), 0, "nothing of none");
	is_int(random_part(&state, 9, 10), 0, "less than one is nothing");
	ok(random_part(&state, UINT64_MAX, 50) <= UINT64_MAX / 2,
	    "half of the greatest");
	ok(random_part(&state, UINT64_MAX, 100) != 0, "all of the greatest");
}

int
main(void)
{
	test_sequence();
	test_part();
	return tap_done();
}
