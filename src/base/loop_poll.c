/*
 * The event loop over poll(2), for systems without epoll(7) and, with
 * LOOP_FORCE_POLL, for the test that tries both.
 * Runs in: master.
 */
#include "config.h"

#include "base/loop.h"

#if !defined(HAVE_EPOLL) || defined(LOOP_FORCE_POLL)

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/bug.h"
#include "base/clock.h"

/*
 * Two arrays, one index.  watch->index is the place plus one, so that a
 * zeroed watch is not in.  The last one fills the place of one that goes, in
 * the midst of a batch too: put() makes it wait for the next poll(2), which
 * tells it again because events are levels.
 */
struct loop {
	void (*woken)(void *arg);
	void *woken_arg;
	struct pollfd *fds;
	struct loop_watch **watches;
	int count, room;
	bool in_batch;
};

struct loop *
loop_new(void)
{
	return calloc(1, sizeof(struct loop));
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	free(loop->fds);
	free(loop->watches);
	free(loop);
}

void
loop_forget(struct loop *loop)
{
	loop_free(loop);
}

static bool
is_in(const struct loop *loop, const struct loop_watch *watch)
{
	return watch->index > 0 && watch->index <= loop->count &&
	    loop->watches[watch->index - 1] == watch;
}

static int
grow(struct loop *loop)
{
	size_t room = loop->room > 0 ? (size_t)loop->room * 2 : 16;
	void *fds, *watches;

	if (loop->count < loop->room)
		return 0;
	fds = realloc(loop->fds, room * sizeof(loop->fds[0]));
	if (fds == NULL)
		return -1;
	loop->fds = fds;
	watches = realloc(loop->watches, room * sizeof(loop->watches[0]));
	if (watches == NULL)
		return -1;
	loop->watches = watches;
	loop->room = (int)room;
	return 0;
}

/* What epoll refuses, so that both refuse the same. */
static int
check_fd(const struct loop *loop, int fd)
{
	int i;

	if (fd < 0) {
		errno = EBADF;
		return -1;
	}
	for (i = 0; i < loop->count; i++) {
		if (loop->fds[i].fd != fd)
			continue;
		errno = EEXIST;
		return -1;
	}
	return 0;
}

static void
put(struct loop *loop, int place, struct loop_watch *watch)
{
	struct pollfd entry = { .fd = watch->fd, .events = watch->events };

	loop->fds[place] = entry;
	loop->watches[place] = watch;
	watch->index = place + 1;
}

int
loop_add(struct loop *loop, struct loop_watch *watch)
{
	if (check_fd(loop, watch->fd) == -1 || grow(loop) == -1)
		return -1;
	put(loop, loop->count++, watch);
	return 0;
}

int
loop_modify(struct loop *loop, struct loop_watch *watch, short events)
{
	if (!is_in(loop, watch)) {
		errno = ENOENT;
		return -1;
	}
	watch->events = events;
	loop->fds[watch->index - 1].events = events;
	return 0;
}

void
loop_remove(struct loop *loop, struct loop_watch *watch)
{
	int place = watch->index - 1;

	if (!is_in(loop, watch))
		return;
	watch->index = 0;
	loop->count--;
	if (place < loop->count)
		put(loop, place, loop->watches[loop->count]);
}

static int
call(struct loop *loop, int place)
{
	struct loop_watch *watch = loop->watches[place];
	short ready = loop->fds[place].revents;

	loop->fds[place].revents = 0;
	/* A callback before this one may have modified the watch. */
	ready &= (short)(watch->events | POLLERR | POLLHUP | POLLNVAL);
	if (ready == 0)
		return 0;
	watch->ready(watch->arg, ready);
	return 1;
}

void
loop_on_wake(struct loop *loop, void (*woken)(void *arg), void *arg)
{
	loop->woken = woken;
	loop->woken_arg = arg;
}

int
loop_wait(struct loop *loop, int64_t deadline_ms)
{
	int got, place, end = loop->count, called = 0;

	BUG_ON(loop->in_batch); /* called from a callback */
	got = poll(loop->fds, (nfds_t)end,
	    clock_timeout(deadline_ms, clock_ms()));
	/* After a SIGCONT: what came meanwhile before what is overdue. */
	if (got == -1 && errno == EINTR)
		got = poll(loop->fds, (nfds_t)end, 0);
	if (got == -1 && errno != EINTR)
		return -1;
	if (loop->woken != NULL)
		loop->woken(loop->woken_arg);
	if (got == -1)
		return 0;
	loop->in_batch = true;
	/* What a callback adds has no revents: it waits for the next time. */
	for (place = 0; got > 0 && place < end && place < loop->count; place++)
		called += call(loop, place);
	loop->in_batch = false;
	return called;
}

#endif
