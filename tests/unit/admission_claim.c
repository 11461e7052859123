/*
 * Places among connections: never more than the limit, whoever asks at once;
 * of two that ask for the last one, one gets it; the dead give theirs back.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <arpa/inet.h>

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "admission/admission.h"
#include "admission/claim.h"
#include "rig.h"
#include "scoreboard/slot.h"
#include "tap.h"

#define WORKERS 6
#define ROUNDS	100000
#define LIMIT	2

static struct scoreboard board;
static struct claim claim = { .service = 7, .source = 9 };

static void
setup(void)
{
	unsigned i;

	for (i = 0; i < board.slots; i++) {
		scoreboard_assign(&board, i, 1, 0);
		atomic_store(&board.slot[i].service, 7);
	}
	claim.max_connections = claim.per_source = 0;
}

static void
set(unsigned i, enum slot_claim state, uint64_t source)
{
	atomic_store(&board.slot[i].source, source);
	atomic_store(&board.slot[i].claim, (uint32_t)state);
}

static void
test_counting(void)
{
	setup();
	claim.max_connections = 3;
	claim.per_source = 2;
	is_int(claim_take(&board, 0, &claim), REFUSALS, "the first");
	is_int(claim_take(&board, 5, &claim), REFUSALS, "the second");
	is_int(claim_take(&board, 1, &claim), REFUSED_SOURCE, "the third");
	is_int(board.slot[1].claim, CLAIM_NONE, "which leaves nothing");
	claim.source = 10;
	is_int(claim_take(&board, 1, &claim), REFUSALS, "another source");
	is_int(claim_take(&board, 2, &claim), REFUSED_FULL, "is full");
	claim.service = 8;
	atomic_store(&board.slot[2].service, 8);
	is_int(claim_take(&board, 2, &claim), REFUSALS, "another service");
	claim.service = 7;
	slot_end(&board.slot[5], 0, 0);
	is_int(claim_take(&board, 3, &claim), REFUSALS, "after an end");
	scoreboard_release(&board, 0);
	is_int(claim_take(&board, 4, &claim), REFUSED_SOURCE, "two by now");
	claim.source = 0;
	is_int(claim_take(&board, 4, &claim), REFUSALS, "who has no source");
	claim.source = 9;
}

static void
test_asking(void)
{
	setup();
	claim.max_connections = 1;
	set(0, CLAIM_ASKED, 9);
	is_int(claim_take(&board, 1, &claim), REFUSED_FULL,
	    "who asks and is first counts");
	is_int(board.slot[0].claim, CLAIM_ASKED, "and is left alone");
	set(0, CLAIM_NONE, 9);
	set(2, CLAIM_ASKED, 9);
	is_int(claim_take(&board, 1, &claim), REFUSED_FULL,
	    "who asks for ever has it");
}

/* The one behind withdraws when it sees that we ask. */
static void
test_waiting(void)
{
	pid_t child;
	int i;

	setup();
	claim.max_connections = 1;
	set(2, CLAIM_ASKED, 9);
	child = fork();
	rig_require(child != -1, "fork");
	if (child == 0) {
		while (atomic_load(&board.slot[1].claim) != CLAIM_ASKED)
			continue;
		for (i = 0; i < 100; i++)
			(void)atomic_load(&board.slot[1].claim);
		set(2, CLAIM_NONE, 9);
		_exit(0);
	}
	/* It may be slower than we have patience. */
	for (i = 0; i < 10000; i++)
		if (claim_take(&board, 1, &claim) == REFUSALS)
			break;
	ok(i < 10000, "one that asks is waited for");
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

/* For the child: some time after number 1 has begun to ask. */
static void
withdraw(void)
{
	int i;

	atomic_store(&board.slot[3].source, 1);
	while (atomic_load(&board.slot[1].source) != 9)
		(void)sched_yield();
	for (i = 0; i < 50; i++)
		(void)sched_yield();
	set(0, CLAIM_NONE, 9);
	_exit(0);
}

/* The one before us is refused itself: then the place is ours. */
static void
test_stepping_back(void)
{
	enum refusal why = REFUSED_FULL;
	pid_t child;
	int i;

	/* It may be slower than we have patience. */
	for (i = 0; i < 1000 && why != REFUSALS; i++) {
		setup();
		claim.max_connections = 1;
		set(0, CLAIM_ASKED, 9);
		child = fork();
		rig_require(child != -1, "fork");
		if (child == 0)
			withdraw();
		while (atomic_load(&board.slot[3].source) == 0)
			(void)sched_yield();
		why = claim_take(&board, 1, &claim);
		(void)kill(child, SIGKILL);
		(void)waitpid(child, NULL, 0);
	}
	is_int(why, REFUSALS, "who is refused is in nobody's way");
}

struct shared {
	_Atomic int here, inside, most, wins;
};

static void
compete(struct shared *shared, unsigned own)
{
	int i, now, most;

	(void)atomic_fetch_add(&shared->here, 1);
	while (atomic_load(&shared->here) < WORKERS)
		(void)sched_yield();
	for (i = 0; i < ROUNDS; i++) {
		if (claim_take(&board, own, &claim) != REFUSALS)
			continue;
		now = atomic_fetch_add(&shared->inside, 1) + 1;
		most = atomic_load(&shared->most);
		while (now > most &&
		    !atomic_compare_exchange_weak(&shared->most, &most, now))
			continue;
		atomic_fetch_add(&shared->wins, 1);
		if (i % 64 == 0)
			(void)sched_yield();
		atomic_fetch_sub(&shared->inside, 1);
		slot_end(&board.slot[own], 0, 0);
	}
	_exit(0);
}

static void
test_race(const char *which)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[WORKERS];
	unsigned i;

	rig_require(shared != MAP_FAILED, "memory");
	for (i = 0; i < WORKERS; i++) {
		children[i] = fork();
		rig_require(children[i] != -1, "fork");
		if (children[i] == 0)
			compete(shared, i);
	}
	for (i = 0; i < WORKERS; i++)
		(void)waitpid(children[i], NULL, 0);
	ok(shared->most <= LIMIT, "%s: never more than %d", which, LIMIT);
	/* Two who are not let run while they have both places keep all out. */
	ok(shared->wins > 100, "%s: and not too few", which);
	(void)munmap(shared, sizeof(*shared));
}

/* All limits of a service, in their order. */
static void
test_order(void)
{
	const struct admission_settings settings = {
		.max_connections = 2, .per_source = 1, .rate = 1, .burst = 2
	};
	struct slot_client client = { .family = AF_INET };
	struct admission *admission = NULL;
	unsigned i;

	setup();
	for (i = 0; i < board.slots; i++)
		scoreboard_name(&board, i, "s");
	rig_require(admission_new(&settings, "s", &admission) == 0,
	    "admission");
	is_int(admission_limits(admission, &client, &board, 0), REFUSALS,
	    "the first of a source");
	for (i = 0; i < 5; i++)
		is_int(admission_limits(admission, &client, &board, 1),
		    REFUSED_SOURCE, "another one, which uses up no rate");
	slot_end(&board.slot[0], 0, 0);
	is_int(admission_limits(admission, &client, &board, 0), REFUSALS,
	    "one more that may come at once");
	slot_end(&board.slot[0], 0, 0);
	is_int(admission_limits(admission, &client, &board, 0), REFUSED_RATE,
	    "and no more");
	is_int(board.slot[0].claim, CLAIM_NONE, "which has no place");
	client.family = AF_UNIX;
	is_int(admission_limits(admission, &client, &board, 0), REFUSALS,
	    "a unix socket has no source");
	is_int(admission_limits(admission, &client, &board, 1), REFUSALS,
	    "nor another one");
	is_int(admission_limits(admission, &client, &board, 2), REFUSED_FULL,
	    "but all have a limit");
	admission_free(admission);
}

static uint64_t
source_of(sa_family_t family, const char *text, unsigned v4, unsigned v6)
{
	struct slot_client client = { .family = family };

	if (text != NULL)
		(void)inet_pton(family, text, client.address);
	return claim_source(&client, v4, v6);
}

static void
test_sources(void)
{
	uint64_t one = source_of(AF_INET, "192.0.2.1", 32, 64);

	ok(one != source_of(AF_INET, "192.0.2.2", 32, 64), "addresses");
	ok(one == source_of(AF_INET6, "::ffff:192.0.2.1", 32, 64), "mapped");
	ok(source_of(AF_INET, "192.0.2.1", 24, 64) ==
		source_of(AF_INET, "192.0.2.255", 24, 64),
	    "a network");
	ok(source_of(AF_INET, "192.0.2.1", 24, 64) !=
		source_of(AF_INET, "192.0.3.1", 24, 64),
	    "and the next");
	one = source_of(AF_INET6, "2001:db8::1", 32, 64);
	ok(one == source_of(AF_INET6, "2001:db8::2", 32, 64), "IPv6 by 64");
	ok(one != source_of(AF_INET6, "2001:db8:0:1::1", 32, 64), "bits");
	ok(source_of(AF_INET6, "2001:db8::1", 32, 128) !=
		source_of(AF_INET6, "2001:db8::2", 32, 128),
	    "or by 128");
	ok(source_of(AF_INET6, "::1", 32, 64) != 0, "is never none");
	is_int(source_of(AF_UNIX, NULL, 32, 64), 0, "a unix socket has none");
}

int
main(void)
{
	rig_require(scoreboard_open(&board, WORKERS + 2) == 0, "scoreboard");
	test_counting();
	test_asking();
	test_waiting();
	test_stepping_back();
	setup();
	claim.max_connections = LIMIT;
	test_race("max_connections");
	setup();
	claim.per_source = LIMIT;
	test_race("per_source");
	test_sources();
	test_order();
	scoreboard_close(&board);
	return tap_done();
}
