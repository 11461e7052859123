/*
 * Waiting with epoll(7) and EPOLLEXCLUSIVE.  Only the listeners are
 * exclusive; the kernel then wakes one waiting worker per connection and
 * passes over those that are busy, because a busy one does not wait.
 * Runs in: worker.
 */
#include "config.h"

#include "worker/wait.h"

#ifdef HAVE_EPOLL

#include <sys/epoll.h>

#include <errno.h>
#include <stdlib.h>

#include "base/fd.h"

#define BATCH 16

struct waiter {
	int epoll_fd;
	int listeners;
};

static int
watch(const struct waiter *waiter, int fd, int tag, uint32_t events)
{
	struct epoll_event event = { .events = events };

	event.data.fd = tag;
	return epoll_ctl(waiter->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int
watch_all(const struct waiter *waiter, const struct listener *listeners,
    int channel_fd, int signal_fd)
{
	int i;

	if (watch(waiter, channel_fd, WAIT_CHANNEL, EPOLLIN) == -1 ||
	    watch(waiter, signal_fd, WAIT_NOTHING, EPOLLIN) == -1)
		return -1;
	for (i = 0; i < waiter->listeners; i++)
		if (listeners[i].fd >= 0 &&
		    watch(waiter, listeners[i].fd, i,
			EPOLLIN | EPOLLEXCLUSIVE) == -1)
			return -1;
	return 0;
}

struct waiter *
waiter_new(const struct listener *listeners, size_t count, int channel_fd,
    int signal_fd)
{
	struct waiter *waiter = malloc(sizeof(*waiter));

	if (waiter == NULL)
		return NULL;
	waiter->listeners = (int)count;
	waiter->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (waiter->epoll_fd == -1 ||
	    watch_all(waiter, listeners, channel_fd, signal_fd) == -1) {
		waiter_free(waiter);
		return NULL;
	}
	return waiter;
}

void
waiter_free(struct waiter *waiter)
{
	int saved = errno;

	if (waiter != NULL)
		fd_close(&waiter->epoll_fd);
	free(waiter);
	errno = saved;
}

/* Places after `last` on the ring of listeners. */
static int
distance(const struct waiter *waiter, int last, int index)
{
	return (index - last - 1 + waiter->listeners) % waiter->listeners;
}

int
waiter_wait(struct waiter *waiter, int last, int timeout_ms, bool *more)
{
	struct epoll_event events[BATCH];
	int count, i, tag, best = WAIT_NOTHING;

	*more = false;
	count = epoll_wait(waiter->epoll_fd, events, BATCH, timeout_ms);
	if (count == -1 && errno != EINTR)
		return WAIT_BROKEN;
	for (i = 0; i < count; i++) {
		tag = events[i].data.fd;
		if (tag == WAIT_CHANNEL || tag == WAIT_NOTHING)
			return tag;
		if ((events[i].events & (EPOLLHUP | EPOLLERR)) != 0)
			return WAIT_BROKEN;
		*more = *more || best >= 0;
		if (best < 0 ||
		    distance(waiter, last, tag) < distance(waiter, last, best))
			best = tag;
	}
	return best;
}

#endif
