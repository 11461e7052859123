/*
 * What the tests of connections share: a listener, both ends of a
 * connection to it.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_CONN_RIG_H
#define PREFORK_TESTS_CONN_RIG_H

#include <sys/socket.h>

#include <poll.h>

#include "base/fd.h"
#include "conn/conn.h"
#include "listener/listener.h"
#include "rig.h"
#include "tap.h"

struct pair {
	int peer;
	int served;
};

/* 0, or -1 where the system has no such protocol. */
static inline int
conn_listen(const char *address, struct listener *out)
{
	struct endpoint found[ENDPOINTS_PER_ADDRESS];
	struct error e = { 0 };
	size_t opened = 0;

	if (endpoint_parse(address, found, &e) == 1 &&
	    listener_open_all(found, 1, 0, out, &opened, &e) == 0 &&
	    opened == 1)
		return 0;
	printf("# %s: %s\n", address, e.text);
	return -1;
}

static inline const struct sockaddr *
conn_address(const struct listener *listener)
{
	return (const struct sockaddr *)&listener->endpoint.address;
}

/* `peer` is a socket that may have options already. */
static inline void
conn_connect_with(int peer, const struct listener *listener)
{
	rig_require(connect(peer, conn_address(listener),
			listener->endpoint.length) == 0,
	    "connect");
}

static inline int
conn_connect(const struct listener *listener)
{
	int peer =
	    fd_socket(conn_address(listener)->sa_family, SOCK_STREAM, false);

	rig_require(peer >= 0, "socket");
	conn_connect_with(peer, listener);
	return peer;
}

static inline int
conn_accept(const struct listener *listener)
{
	struct pollfd item = { .fd = listener->fd, .events = POLLIN };
	int fd;

	rig_require(poll(&item, 1, RIG_DEADLINE_S * 1000) == 1, "poll");
	fd = accept(listener->fd, NULL, NULL);
	rig_require(fd >= 0 && fd_set_nonblocking(fd, false) == 0, "accept");
	return fd;
}

static inline struct pair
conn_pair(const struct listener *listener)
{
	struct pair pair;

	pair.peer = conn_connect(listener);
	pair.served = conn_accept(listener);
	return pair;
}

static inline void
conn_unpair(struct pair *pair)
{
	fd_close(&pair->peer);
	fd_close(&pair->served);
}

#endif
