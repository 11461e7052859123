/*
 * ready.h with epoll(7): its cost does not grow with the sockets that wait.
 * Runs in: load generator.
 */
#include "config.h"

#include "ready.h"

#ifdef HAVE_EPOLL

#include <sys/epoll.h>

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH 64

struct ready {
	int epoll_fd;
};

struct ready *
ready_new(unsigned count)
{
	struct ready *ready = malloc(sizeof(*ready));

	(void)count;
	if (ready == NULL)
		return NULL;
	ready->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (ready->epoll_fd == -1) {
		free(ready);
		return NULL;
	}
	return ready;
}

void
ready_free(struct ready *ready)
{
	if (ready != NULL)
		(void)close(ready->epoll_fd);
	free(ready);
}

static int
control(const struct ready *ready, int operation, unsigned number, int fd,
    bool to_write)
{
	struct epoll_event event = { .events = to_write ? EPOLLOUT : EPOLLIN };

	event.data.u32 = number;
	return epoll_ctl(ready->epoll_fd, operation, fd, &event);
}

int
ready_add(struct ready *ready, unsigned number, int fd, bool to_write)
{
	return control(ready, EPOLL_CTL_ADD, number, fd, to_write);
}

int
ready_change(struct ready *ready, unsigned number, int fd, bool to_write)
{
	return control(ready, EPOLL_CTL_MOD, number, fd, to_write);
}

void
ready_forget(struct ready *ready, unsigned number)
{
	/* The kernel forgets a socket whose last descriptor is closed. */
	(void)ready;
	(void)number;
}

int
ready_wait(struct ready *ready, unsigned *numbers, int most, int timeout_ms)
{
	struct epoll_event events[BATCH];
	int count, i;

	if (most > BATCH)
		most = BATCH;
	count = epoll_wait(ready->epoll_fd, events, most, timeout_ms);
	for (i = 0; i < count; i++)
		numbers[i] = events[i].data.u32;
	return count;
}

#endif
