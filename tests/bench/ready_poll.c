/*
 * ready.h with poll(2).
 * Runs in: load generator.
 */
#include "config.h"

#include "ready.h"

#ifndef HAVE_EPOLL

#include <poll.h>
#include <stdlib.h>

struct ready {
	struct pollfd *items;
	unsigned count;
};

struct ready *
ready_new(unsigned count)
{
	struct ready *ready = malloc(sizeof(*ready));
	unsigned i;

	if (ready == NULL)
		return NULL;
	ready->count = count;
	ready->items = calloc(count, sizeof(ready->items[0]));
	if (ready->items == NULL) {
		free(ready);
		return NULL;
	}
	for (i = 0; i < count; i++)
		ready->items[i].fd = -1;
	return ready;
}

void
ready_free(struct ready *ready)
{
	if (ready != NULL)
		free(ready->items);
	free(ready);
}

int
ready_change(struct ready *ready, unsigned number, int fd, bool to_write)
{
	ready->items[number].fd = fd;
	ready->items[number].events = to_write ? POLLOUT : POLLIN;
	return 0;
}

int
ready_add(struct ready *ready, unsigned number, int fd, bool to_write)
{
	return ready_change(ready, number, fd, to_write);
}

void
ready_forget(struct ready *ready, unsigned number)
{
	ready->items[number].fd = -1;
}

int
ready_wait(struct ready *ready, unsigned *numbers, int most, int timeout_ms)
{
	int found = poll(ready->items, ready->count, timeout_ms), count = 0;
	unsigned i;

	if (found == -1)
		return -1;
	for (i = 0; i < ready->count && count < most; i++)
		if (ready->items[i].revents != 0)
			numbers[count++] = i;
	return count;
}

#endif
