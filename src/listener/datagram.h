/*
 * Datagrams of a shared socket: who sent one, which of our addresses it asked,
 * and an answer that leaves from there.
 * Runs in: worker; datagram_prepare in the master.
 */
#ifndef PREFORK_LISTENER_DATAGRAM_H
#define PREFORK_LISTENER_DATAGRAM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

/* No datagram over IPv4 or IPv6 is longer, but for jumbograms. */
#define DATAGRAM_BYTES 65535

/* Which of our addresses was asked, on a socket that is bound to all. */
struct datagram_way {
	int family; /* AF_UNSPEC: not known, or that which it is bound to */
	unsigned interface;
	union {
		struct in_addr v4;
		struct in6_addr v6;
	} asked;
	bool to_many; /* a broadcast or multicast address was */
};

struct datagram {
	/* The caller's. */
	void *data;
	size_t room;
	struct sockaddr_storage *peer;
	/* As it came. */
	size_t bytes;
	bool cut; /* it was longer than room */
	socklen_t peer_length;
	struct datagram_way way;
};

/* Have the socket tell which address is asked, where it is bound to all and the
 * system can.  -1 with errno. */
int datagram_prepare(int fd, const struct sockaddr *bound);
/* Take one; does not wait.  -1 with errno: EAGAIN where there is none,
 * ECONNABORTED when this one is gone, EBADF also when somebody has shut the
 * socket. */
int datagram_receive(int fd, struct datagram *datagram);
/* Send an answer; does not wait.  -1 with errno. */
ssize_t datagram_send(int fd, const struct datagram *datagram, const void *data,
    size_t bytes);
/* Put the address that was asked into `local`, the one that the socket is bound
 * to. */
void datagram_local(const struct datagram *datagram,
    struct sockaddr_storage *local);

#endif
