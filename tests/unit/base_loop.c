/*
 * The event loop: what is ready is called, what was removed never.
 * base_loop_poll.c makes the same program with the other backend.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/loop.h"
#include "tap.h"

#define PEERS 100

struct peer {
	struct loop_watch watch;
	int other; /* we write here to make the watch ready */
	int called;
	short revents;
};

static struct loop *loop;
static struct peer peers[PEERS];
static void (*action)(struct peer *peer);

static void
ready(void *arg, short revents)
{
	struct peer *peer = arg;

	peer->called++;
	peer->revents = revents;
	if (action != NULL)
		action(peer);
}

static void
peer_open(struct peer *peer)
{
	int ends[2];

	if (fd_socketpair(ends) == -1)
		exit(1);
	peer->watch = (struct loop_watch) {
		.fd = ends[0], .events = POLLIN, .ready = ready, .arg = peer
	};
	peer->other = ends[1];
	peer->called = 0;
	if (loop_add(loop, &peer->watch) == -1)
		exit(1);
}

static void
peer_close(struct peer *peer)
{
	loop_remove(loop, &peer->watch);
	fd_close(&peer->watch.fd);
	fd_close(&peer->other);
}

static void
peers_open(int count)
{
	int i;

	loop = loop_new();
	if (loop == NULL)
		exit(1);
	action = NULL;
	for (i = 0; i < count; i++)
		peer_open(&peers[i]);
}

static void
peers_close(int count)
{
	int i;

	for (i = 0; i < count; i++)
		peer_close(&peers[i]);
	loop_free(loop);
}

static void
make_ready(int count)
{
	int i;

	for (i = 0; i < count; i++)
		(void)fd_write_all(peers[i].other, "x", 1);
}

static int
called(int count)
{
	int i, sum = 0;

	for (i = 0; i < count; i++)
		sum += peers[i].called;
	return sum;
}

/* Until `want` calls in all; a loop that loses one hits the deadline. */
static void
run(int want)
{
	int64_t deadline = clock_ms() + 10000;
	int sum = 0;

	while (sum < want && clock_ms() < deadline)
		sum += loop_wait(loop, deadline);
}

static void
test_ready(void)
{
	peers_open(3);
	is_int(loop_wait(loop, 0), 0, "nothing is ready");
	(void)fd_write_all(peers[1].other, "x", 1);
	is_int(loop_wait(loop, CLOCK_NEVER), 1, "one is");
	ok(peers[1].called == 1 && peers[1].revents == POLLIN, "the right one");
	is_int(loop_wait(loop, CLOCK_NEVER), 1, "level-triggered: again");
	fd_close(&peers[2].other);
	run(2);
	ok((peers[2].revents & POLLIN) != 0, "a hang-up is readable");
	is_int(loop_modify(loop, &peers[1].watch, POLLIN | POLLOUT), 0,
	    "modify");
	run(2);
	is_int(peers[1].revents, POLLIN | POLLOUT, "both directions");
	is_int(peers[0].called, 0, "the silent one was never called");
	peers_close(3);
}

static void
test_deadline(void)
{
	int64_t begin = clock_ms();

	peers_open(1);
	is_int(loop_wait(loop, begin + 20), 0, "the deadline ends the wait");
	ok(clock_ms() >= begin + 20, "not before it");
	peers_close(1);
}

static void
test_errors(void)
{
	struct loop_watch none = { .fd = -1, .events = POLLIN };
	struct loop_watch twin;

	peers_open(2);
	is_int(loop_add(loop, &none), -1, "no descriptor");
	is_int(errno, EBADF, "the reason");
	twin = peers[0].watch;
	twin.index = 0;
	is_int(loop_add(loop, &twin), -1, "one watch for a descriptor");
	is_int(errno, EEXIST, "the reason");
	is_int(loop_modify(loop, &twin, POLLIN), -1, "a watch that is not in");
	loop_remove(loop, &twin);
	loop_remove(loop, &peers[1].watch);
	loop_remove(loop, &peers[1].watch);
	make_ready(2);
	run(1);
	is_int(peers[0].called, 1, "removing strangers or twice is harmless");
	is_int(peers[1].called, 0, "a removed watch is silent");
	is_int(loop_add(loop, &peers[1].watch), 0, "and may come back");
	run(2);
	is_int(peers[1].called, 1, "to be called");
	peers_close(2);
}

static void
many_close_all(struct peer *peer)
{
	int i;

	(void)peer;
	for (i = 0; i < PEERS; i++)
		peer_close(&peers[i]);
}

static void
test_remove_all(void)
{
	peers_open(PEERS);
	action = many_close_all;
	make_ready(PEERS);
	is_int(loop_wait(loop, clock_ms() + 10000), 1,
	    "one callback removes all, the rest of the batch is not called");
	is_int(loop_wait(loop, 0), 0, "nor later");
	is_int(called(PEERS), 1, "one call in all");
	peers_close(PEERS);
}

static void
remove_self(struct peer *peer)
{
	loop_remove(loop, &peer->watch);
}

static void
test_remove_self(void)
{
	int i, good = 1;

	peers_open(PEERS);
	action = remove_self;
	make_ready(PEERS);
	run(PEERS);
	for (i = 0; i < PEERS; i++)
		good = good && peers[i].called == 1;
	ok(good, "each that removes itself is called once");
	is_int(loop_wait(loop, 0), 0, "and then no more");
	peers_close(PEERS);
}

/* The same memory and most likely the same descriptor, as slots reuse both. */
static void
replace_others(struct peer *peer)
{
	int i;

	for (i = 0; i < PEERS; i++)
		if (&peers[i] != peer) {
			peer_close(&peers[i]);
			peer_open(&peers[i]);
		}
	action = NULL;
}

static void
test_replace(void)
{
	int i, first = -1;

	peers_open(PEERS);
	action = replace_others;
	make_ready(PEERS);
	is_int(loop_wait(loop, clock_ms() + 10000), 1,
	    "a replaced watch does not inherit the batch");
	for (i = 0; i < PEERS; i++)
		if (peers[i].called > 0)
			first = i;
	loop_remove(loop, &peers[first].watch);
	for (i = 0; i < PEERS; i++)
		if (i != first)
			(void)fd_write_all(peers[i].other, "x", 1);
	action = remove_self;
	run(PEERS - 1);
	is_int(called(PEERS), PEERS, "all the new ones are in");
	peers_close(PEERS);
}

/* Every third goes: gaps everywhere. */
static void
remove_thirds(struct peer *peer)
{
	int i;

	(void)peer;
	for (i = 0; i < PEERS; i += 3)
		loop_remove(loop, &peers[PEERS - 1 - i].watch);
	action = remove_self;
	remove_self(peer);
}

static void
test_gaps(void)
{
	int round, i, alive;

	peers_open(PEERS);
	for (round = 0; round < 50; round++) {
		for (i = 0; i < PEERS; i++)
			peers[i].called = 0;
		action = remove_thirds;
		if (round == 0)
			make_ready(PEERS);
		alive = loop_wait(loop, clock_ms() + 10000);
		while (loop_wait(loop, 0) > 0)
			;
		for (i = 0; i < PEERS; i++)
			if (loop_add(loop, &peers[i].watch) == -1)
				alive = -1;
		if (alive < 1 || called(PEERS) < PEERS * 2 / 3 ||
		    called(PEERS) > PEERS * 2 / 3 + 1)
			break;
	}
	is_int(round, 50, "gaps close, round after round");
	peers_close(PEERS);
}

static void
stop_writing(struct peer *peer)
{
	int i;

	for (i = 0; i < 2; i++)
		if (&peers[i] != peer)
			(void)loop_modify(loop, &peers[i].watch, POLLIN);
	(void)loop_modify(loop, &peer->watch, 0);
	action = NULL;
}

static void
test_modify_in_batch(void)
{
	peers_open(2);
	(void)loop_modify(loop, &peers[0].watch, POLLOUT);
	(void)loop_modify(loop, &peers[1].watch, POLLOUT);
	action = stop_writing;
	is_int(loop_wait(loop, clock_ms() + 10000), 1,
	    "what is no longer wanted is not told");
	is_int(loop_wait(loop, 0), 0, "and stays so");
	peers_close(2);
}

static void
test_forget(void)
{
	int status = -1;
	pid_t child;

	peers_open(2);
	child = fork();
	if (child == 0) {
		fd_close(&peers[0].watch.fd);
		loop_forget(loop);
		_exit(0);
	}
	(void)waitpid(child, &status, 0);
	is_int(status, 0, "a child forgets the loop");
	make_ready(2);
	action = remove_self;
	run(2);
	is_int(called(2), 2, "the parent's set is whole");
	peers_close(2);
}

static void
on_alarm(int signo)
{
	(void)signo;
}

static void
test_interrupt(void)
{
	struct sigaction nothing = { .sa_handler = on_alarm }, before;
	/* Again and again: the first may come before the wait. */
	struct itimerval often = { { 0, 10000 }, { 0, 10000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	int64_t deadline = clock_ms() + 30000;

	sigemptyset(&nothing.sa_mask);
	(void)sigaction(SIGALRM, &nothing, &before);
	peers_open(1);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	is_int(loop_wait(loop, deadline), 0, "a signal is nothing ready");
	(void)setitimer(ITIMER_REAL, &never, NULL);
	ok(clock_ms() < deadline, "and ends the wait");
	peers_close(1);
	(void)sigaction(SIGALRM, &before, NULL);
	(void)alarm(60);
}

int
main(void)
{
	int before = dup(0), fd = before;

	fd_close(&fd);
	/* What hangs in spite of all ends here. */
	(void)alarm(60);
	test_ready();
	test_deadline();
	test_errors();
	test_remove_all();
	test_remove_self();
	test_replace();
	test_gaps();
	test_modify_in_batch();
	test_forget();
	test_interrupt();
	is_int(dup(0), before, "no descriptor is left");
	return tap_done();
}
