/*
 * The event loop over epoll(7).  loop_poll.c is the same for the rest.
 * Runs in: master.
 */
#include "config.h"

#include "base/loop.h"

#ifdef HAVE_EPOLL

#include <sys/epoll.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/bug.h"
#include "base/clock.h"
#include "base/fd.h"

#define BATCH 64

_Static_assert((int)EPOLLIN == POLLIN && (int)EPOLLOUT == POLLOUT &&
	(int)EPOLLERR == POLLERR && (int)EPOLLHUP == POLLHUP,
    "epoll's bits are handed on as poll's");

enum { INDEX_OUT, INDEX_IN }; /* watch->index */

struct loop {
	void (*woken)(void *arg);
	void *woken_arg;
	int fd;
	int next, end; /* of the batch under way: not yet called */
	struct epoll_event batch[BATCH];
};

struct loop *
loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop == NULL)
		return NULL;
	loop->fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->fd != -1)
		return loop;
	free(loop);
	return NULL;
}

/* No EPOLL_CTL_DEL anywhere here: parent and child share the set, and only
 * the last close ends it. */
void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	fd_close(&loop->fd);
	free(loop);
}

void
loop_forget(struct loop *loop)
{
	loop_free(loop);
}

static int
control(struct loop *loop, int verb, struct loop_watch *watch, short events)
{
	struct epoll_event event = { .events = (uint32_t)(unsigned short)events,
		.data = { .ptr = watch } };

	return epoll_ctl(loop->fd, verb, watch->fd, &event);
}

int
loop_add(struct loop *loop, struct loop_watch *watch)
{
	if (control(loop, EPOLL_CTL_ADD, watch, watch->events) == -1)
		return -1;
	watch->index = INDEX_IN;
	return 0;
}

int
loop_modify(struct loop *loop, struct loop_watch *watch, short events)
{
	if (watch->index != INDEX_IN) {
		errno = ENOENT;
		return -1;
	}
	if (control(loop, EPOLL_CTL_MOD, watch, events) == -1)
		return -1;
	watch->events = events;
	return 0;
}

void
loop_remove(struct loop *loop, struct loop_watch *watch)
{
	int saved = errno, i;

	if (watch->index != INDEX_IN)
		return;
	watch->index = INDEX_OUT;
	(void)control(loop, EPOLL_CTL_DEL, watch, 0);
	/* The kernel has told us already; the memory may be another's soon. */
	for (i = loop->next; i < loop->end; i++)
		if (loop->batch[i].data.ptr == watch)
			loop->batch[i].data.ptr = NULL;
	errno = saved;
}

static int
call(const struct epoll_event *event)
{
	struct loop_watch *watch = event->data.ptr;
	short ready;

	if (watch == NULL)
		return 0;
	/* A callback before this one may have modified the watch. */
	ready = (short)(event->events &
	    (unsigned)(watch->events | POLLERR | POLLHUP));
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
	int got, called = 0;

	BUG_ON(loop->next < loop->end); /* called from a callback */
	got = epoll_wait(loop->fd, loop->batch, BATCH,
	    clock_timeout(deadline_ms, clock_ms()));
	/* After a SIGCONT: what came meanwhile before what is overdue. */
	if (got == -1 && errno == EINTR)
		got = epoll_wait(loop->fd, loop->batch, BATCH, 0);
	if (got == -1 && errno != EINTR)
		return -1;
	if (loop->woken != NULL)
		loop->woken(loop->woken_arg);
	if (got == -1)
		return 0;
	loop->end = got;
	for (loop->next = 0; loop->next < loop->end;)
		called += call(&loop->batch[loop->next++]);
	return called;
}

#endif
