/*
 * Listening sockets that were opened by somebody else.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/fd.h"
#include "listener/datagram.h"
#include "listener/listener.h"

static int
ask_int(int fd, int option, int *value)
{
	socklen_t length = sizeof(*value);

	return getsockopt(fd, SOL_SOCKET, option, value, &length);
}

static int
ask(int fd, struct endpoint *endpoint)
{
	int listening = 0;

	endpoint->length = sizeof(endpoint->address);
	if (ask_int(fd, SO_TYPE, &endpoint->type) == -1 ||
	    getsockname(fd, (struct sockaddr *)&endpoint->address,
		&endpoint->length) == -1)
		return -1;
	if (endpoint->type == SOCK_DGRAM)
		return datagram_prepare(fd,
		    (const struct sockaddr *)&endpoint->address);
	if (ask_int(fd, SO_ACCEPTCONN, &listening) == -1)
		return -1;
	errno = EINVAL;
	return listening && endpoint->type == SOCK_STREAM ? 0 : -1;
}

static bool
takes_both(int fd, const struct endpoint *endpoint)
{
	socklen_t length = sizeof(int);
	int only = 1;

	return endpoint->address.ss_family == AF_INET6 &&
	    getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &length) == 0 &&
	    only == 0;
}

int
listener_adopt(struct listener *out, int fd, int backlog, struct error *e)
{
	struct listener listener = { .fd = fd, .backlog = backlog };

	if (ask(fd, &listener.endpoint) == -1 ||
	    fd_set_cloexec(fd, true) == -1 ||
	    fd_set_nonblocking(fd, true) == -1)
		return error_set(e, PF_STATE,
		    "descriptor %d is no listening socket: %s", fd,
		    strerror(errno));
	listener.endpoint.backlog = backlog;
	listener.dual_stack = takes_both(fd, &listener.endpoint);
	endpoint_name(&listener.endpoint, listener.text, sizeof(listener.text));
	*out = listener;
	return 0;
}
