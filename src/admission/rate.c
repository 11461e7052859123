/*
 * Cells of rates and their memory.
 * Runs in: master; worker.
 */
#include "config.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "admission/rate.h"
#include "base/fd.h"

#define SECOND_NS INT64_C(1000000000)
#define CELLS	  65536u

struct table {
	uint64_t key[2];
	_Atomic int64_t cells[CELLS]; /* the time, in ns */
};

static struct table *table;

/* Better than nothing where there is no /dev/urandom, as in a bare chroot. */
static void
make_key(uint64_t key[2])
{
	int fd = fd_open("/dev/urandom", O_RDONLY, 0);

	key[0] = (uint64_t)rate_now_ns();
	key[1] = (uint64_t)getpid();
	if (fd >= 0)
		(void)!read(fd, key, 2 * sizeof(key[0]));
	fd_close(&fd);
}

int
rate_open(void)
{
	if (table != NULL)
		return 0;
	table = fd_memory_shared("prefork-rate", sizeof(*table));
	if (table == NULL)
		return -1;
	make_key(table->key);
	return 0;
}

struct rate
rate_of(unsigned per_second, unsigned burst)
{
	int64_t interval_ns = SECOND_NS / per_second;

	return (struct rate) {
		.interval_ns = interval_ns,
		.tolerance_ns = interval_ns * ((int64_t)burst - 1),
	};
}

/* Each bit of the input changes half of the bits of the output. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

/* The rate too: what was used up by another measure says nothing. */
_Atomic int64_t *
rate_cell(uint64_t service, uint64_t source, const struct rate *rate)
{
	uint64_t hash = mix(source ^ table->key[0]);

	hash = mix(hash ^ service ^ table->key[1]);
	hash = mix(hash ^ (uint64_t)rate->interval_ns ^
	    (uint64_t)rate->tolerance_ns << 20);
	return &table->cells[hash % CELLS];
}

/* The cell has the time at which nothing is used up any more. */
bool
rate_take(_Atomic int64_t *cell, const struct rate *rate, int64_t now_ns)
{
	int64_t until, from = atomic_load(cell);

	do {
		until = from > now_ns ? from : now_ns;
		if (until - now_ns > rate->tolerance_ns)
			return false;
	} while (!atomic_compare_exchange_weak(cell, &from,
	    until + rate->interval_ns));
	return true;
}

int64_t
rate_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}
