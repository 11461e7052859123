/*
 * Receives and answers datagrams: one system call for each, no memory of its
 * own.
 * Runs in: worker; datagram_prepare in the master.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "listener/datagram.h"
#include "listener/datagram_way.h"

union control {
	struct cmsghdr aligned;
	unsigned char bytes[WAY_CONTROL_BYTES];
};

static bool
is_any(const struct sockaddr *bound)
{
	const void *any = bound;

	if (bound->sa_family == AF_INET)
		return ((const struct sockaddr_in *)any)->sin_addr.s_addr ==
		    htonl(INADDR_ANY);
	return bound->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)any)
					 ->sin6_addr);
}

int
datagram_prepare(int fd, const struct sockaddr *bound)
{
	return is_any(bound) ? way_prepare(fd, bound->sa_family) : 0;
}

/* As accept(2) has it, a connection of that peer is gone; here an earlier
 * answer was, of which the system tells us now. */
static int
fail(void)
{
	if (errno == ECONNREFUSED)
		errno = ECONNABORTED;
	return -1;
}

int
datagram_receive(int fd, struct datagram *datagram)
{
	struct iovec part = { datagram->data, datagram->room };
	union control control;
	struct msghdr message = {
		.msg_name = datagram->peer,
		.msg_namelen = sizeof(*datagram->peer),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

	if (got == -1)
		return fail();
	/* Of a socket that was shut this comes without an end. */
	if (got == 0 && message.msg_namelen == 0) {
		errno = EBADF;
		return -1;
	}
	datagram->bytes = (size_t)got;
	datagram->cut = (message.msg_flags & MSG_TRUNC) != 0;
	datagram->peer_length = message.msg_namelen;
	datagram->way.family = AF_UNSPEC;
	datagram->way.to_many = false;
	way_take(&message, &datagram->way);
	return 0;
}

ssize_t
datagram_send(int fd, const struct datagram *datagram, const void *data,
    size_t bytes)
{
	/* POSIX has no const for what is only read. */
	struct iovec part = { .iov_len = bytes };
	union control control;
	struct msghdr message = {
		.msg_name = datagram->peer,
		.msg_namelen = datagram->peer_length,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};

	memcpy(&part.iov_base, &data, sizeof(data));
	if (datagram->way.family == AF_UNSPEC)
		return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	memset(&control, 0, sizeof(control));
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
	way_put(&message, &datagram->way);
	return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
datagram_local(const struct datagram *datagram, struct sockaddr_storage *local)
{
	const struct datagram_way *way = &datagram->way;
	void *any = local;

	if (way->family == AF_INET)
		((struct sockaddr_in *)any)->sin_addr = way->asked.v4;
	else if (way->family == AF_INET6)
		((struct sockaddr_in6 *)any)->sin6_addr = way->asked.v6;
}
