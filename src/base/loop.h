/*
 * The master's event loop: descriptors and one deadline.  epoll(7) where
 * configure finds it, else poll(2).  Watches are the caller's storage and
 * must stay until loop_remove.  A callback may add and remove any watch, its
 * own included; a removed watch is not called again, also not from the batch
 * under way.  One watch per descriptor; loop_wait is not called from a
 * callback.  Runs in: master (and any process that wants one of its own).
 */
#ifndef PREFORK_BASE_LOOP_H
#define PREFORK_BASE_LOOP_H

#include <stdint.h>

struct loop;

struct loop_watch {
	int fd;
	short events;				 /* POLLIN | POLLOUT */
	void (*ready)(void *arg, short revents); /* POLLIN POLLOUT POLLHUP .. */
	void *arg;
	int index; /* the loop's own; 0 before loop_add */
};

/* NULL with errno. */
struct loop *loop_new(void);
/* Closes what the loop opened, not the watched descriptors. */
void loop_free(struct loop *loop);
/* After fork: close the inherited epoll descriptor without touching the
 * parent's set, and free. */
void loop_forget(struct loop *loop);
/* Level-triggered.  -1 with errno (ENOMEM, ENOSPC, EEXIST): nothing added. */
int loop_add(struct loop *loop, struct loop_watch *watch);
int loop_modify(struct loop *loop, struct loop_watch *watch, short events);
/* Before the descriptor is closed.  No-op for a watch that is not in. */
void loop_remove(struct loop *loop, struct loop_watch *watch);
/* Call woken(arg) after each wait, before what is ready is called. */
void loop_on_wake(struct loop *loop, void (*woken)(void *arg), void *arg);
/*
 * Wait until something is ready or `deadline_ms` (clock_ms time, CLOCK_NEVER
 * for none) and call what is ready.  EINTR counts as nothing ready.
 * Number of callbacks called, or -1 with errno.
 */
int loop_wait(struct loop *loop, int64_t deadline_ms);

#endif
