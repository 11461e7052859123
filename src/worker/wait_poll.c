/*
 * Waiting with poll(2), on systems without EPOLLEXCLUSIVE.  Every idle worker
 * wakes for each connection; one gets it, the others find nothing.
 * Runs in: worker.
 */
#include "config.h"

#include "worker/wait.h"

#ifndef HAVE_EPOLL

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* items: channel, signals, then the listeners; poll passes over fd -1. */
#define FIRST_LISTENER 2

struct waiter {
	int listeners;
	struct pollfd items[];
};

struct waiter *
waiter_new(const struct listener *listeners, size_t count, int channel_fd,
    int signal_fd)
{
	struct waiter *waiter;
	size_t i;

	waiter = malloc(sizeof(*waiter) +
	    (count + FIRST_LISTENER) * sizeof(waiter->items[0]));
	if (waiter == NULL)
		return NULL;
	waiter->listeners = (int)count;
	waiter->items[0].fd = channel_fd;
	waiter->items[1].fd = signal_fd;
	for (i = 0; i < count; i++)
		waiter->items[FIRST_LISTENER + i].fd = listeners[i].fd;
	for (i = 0; i < count + FIRST_LISTENER; i++)
		waiter->items[i].events = POLLIN;
	return waiter;
}

void
waiter_free(struct waiter *waiter)
{
	int saved = errno;

	free(waiter);
	errno = saved;
}

int
waiter_wait(struct waiter *waiter, int last, int timeout_ms, bool *more)
{
	int i, index;

	/* All that wait are woken. */
	*more = false;

	if (poll(waiter->items, (nfds_t)(waiter->listeners + FIRST_LISTENER),
		timeout_ms) <= 0)
		return WAIT_NOTHING;
	if (waiter->items[0].revents != 0)
		return WAIT_CHANNEL;
	if ((waiter->items[1].revents & POLLNVAL) != 0)
		return WAIT_BROKEN;
	if (waiter->items[1].revents != 0)
		return WAIT_NOTHING;
	for (i = 1; i <= waiter->listeners; i++) {
		index = (last + i) % waiter->listeners;
		if ((waiter->items[FIRST_LISTENER + index].revents & ~POLLIN) !=
		    0)
			return WAIT_BROKEN;
		if (waiter->items[FIRST_LISTENER + index].revents != 0)
			return index;
	}
	return WAIT_NOTHING;
}

#endif
