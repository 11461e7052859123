/*
 * Listeners for tests: one opened by its text, clients of it.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_LISTENER_RIG_H
#define PREFORK_TESTS_LISTENER_RIG_H

#include <errno.h>
#include <poll.h>

#include "base/fd.h"
#include "listener/listener.h"
#include "rig.h"

#define RIG_WAIT_MS 20000

static struct error rig_error;

/* Number opened, or -1 with rig_error. */
static inline int
rig_try_listen(const char *text, int patience_ms, struct listener *out)
{
	struct endpoint found[ENDPOINTS_PER_ADDRESS];
	size_t opened = 0;
	int count;

	count = endpoint_parse(text, found, &rig_error);
	rig_require(count > 0, text);
	if (listener_open_all(found, (size_t)count, patience_ms, out, &opened,
		&rig_error) == -1)
		return -1;
	return (int)opened;
}

static inline void
rig_listen(const char *text, struct listener *out)
{
	if (rig_try_listen(text, 0, out) < 1) {
		printf("# %s\n", rig_error.text);
		exit(1);
	}
}

/* A client whose connect has begun; *error gets what connect said, or 0. */
static inline int
rig_begin_connect(const struct listener *listener, int *error)
{
	const struct endpoint *to = &listener->endpoint;
	int fd;

	fd = fd_socket(to->address.ss_family, to->type, true);
	rig_require(fd != -1, "socket");
	*error = 0;
	if (connect(fd, (const struct sockaddr *)&to->address, to->length) ==
	    -1)
		*error = errno;
	return fd;
}

static inline bool
rig_wait(int fd, short events, int timeout_ms)
{
	struct pollfd wanted = { .fd = fd, .events = events };

	return poll(&wanted, 1, timeout_ms) == 1;
}

/* errno of a connect, 0 when it is through. */
static inline int
rig_connect(const struct listener *listener, int *fd)
{
	socklen_t size = sizeof(int);
	int error;

	*fd = rig_begin_connect(listener, &error);
	if (error != EINPROGRESS)
		return error;
	if (!rig_wait(*fd, POLLOUT, RIG_WAIT_MS))
		return ETIMEDOUT;
	(void)getsockopt(*fd, SOL_SOCKET, SO_ERROR, &error, &size);
	return error;
}

static inline int
rig_connect_errno(const struct listener *listener)
{
	int fd, error;

	error = rig_connect(listener, &fd);
	fd_close(&fd);
	return error;
}

#endif
