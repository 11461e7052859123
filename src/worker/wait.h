/*
 * How an idle worker waits: for a connection, for its channel, for a signal.
 * Two definitions: wait_epoll.c (EPOLLEXCLUSIVE: one connection wakes one
 * worker) and wait_poll.c (POSIX: it wakes them all).
 * Runs in: worker.
 */
#ifndef PREFORK_WORKER_WAIT_H
#define PREFORK_WORKER_WAIT_H

#include <stdbool.h>
#include <stddef.h>

#include "listener/listener.h"

struct waiter;

enum {
	WAIT_CHANNEL = -1, /* look into the channel */
	/* A handler closed what we wait with, or a listener is shut. */
	WAIT_BROKEN = -3,
	WAIT_NOTHING = -2, /* a signal, or the timeout: look at both */
};

/* Listeners whose descriptor is -1 are left out.  NULL with errno. */
struct waiter *waiter_new(const struct listener *listeners, size_t count,
    int channel_fd, int signal_fd);
/* After this no connection wakes this worker. */
void waiter_free(struct waiter *waiter);
/*
 * Wait up to timeout_ms (-1: for ever).  Index of a listener that has a
 * connection, the first one after `last` that has, so that none starves; or
 * one of the above.  *more: another listener has one too, and it may be that
 * nobody else was woken for it.
 */
int waiter_wait(struct waiter *waiter, int last, int timeout_ms, bool *more);

#endif
