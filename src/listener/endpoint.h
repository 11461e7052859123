/*
 * Where a service listens: the text of an address and its socket addresses.
 * Runs in: master at start, probe.
 */
#ifndef PREFORK_LISTENER_ENDPOINT_H
#define PREFORK_LISTENER_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/error.h"

#define ENDPOINT_TEXT_BYTES   128
#define ENDPOINTS_PER_ADDRESS 16
#define ENDPOINT_ANY_PASSED   "*"

struct endpoint {
	int type;    /* SOCK_STREAM or SOCK_DGRAM */
	int backlog; /* 0, as endpoint_parse leaves it: LISTENER_BACKLOG */
	socklen_t length;
	struct sockaddr_storage address;
	bool defer; /* connections wait until the client has sent */
	/* Of a unix socket; as endpoint_parse leaves it: mode 0660, ours. */
	mode_t mode;
	bool owned; /* uid and gid are given; -1 leaves one as it is */
	uid_t uid;
	gid_t gid;
	/* True on the IPv4 half of *:port, which takes the port that its IPv6
	 * half (the endpoint before it) was given when port is 0. */
	bool same_port;
	/* True on the IPv6 half, and on the IPv6 addresses of a name that has
	 * IPv4 ones too: it may be left out where the system has no IPv6. */
	bool optional;
};

/*
 * Parse host:port, [v6]:port, *:port (an IPv6 then an IPv4 endpoint, each
 * bound with IPV6_V6ONLY), unix:/path, unix:@name (where the system has names
 * outside the file system), udp:host:port and fd:name, which is a stream socket
 * that was passed to us and has family AF_UNSPEC.  A host gives one endpoint
 * per address of it (getaddrinfo, which may block: names.h helps a master that
 * serves). port: decimal 0-65535, or a service name after a host. Returns the
 * number of endpoints stored in out (at most ENDPOINTS_PER_ADDRESS), or -1 with
 * `e` (BAD_ADDRESS, RESOLVE).
 */
int endpoint_parse(const char *text, struct endpoint *out, struct error *e);
/* "127.0.0.1:7007", "[::1]:7007", "unix:/run/x.sock"; v4-mapped addresses as
 * IPv4; an unnamed unix peer is "unix:". Always terminates. */
void endpoint_format(const struct sockaddr *address, socklen_t length,
    char *text, size_t bytes);
/* The same of where somebody listens: with udp: before it for datagrams. */
void endpoint_name(const struct endpoint *endpoint, char *text, size_t bytes);
/* Same family, address, port (or path)? Not the padding. */
bool endpoint_equal(const struct sockaddr *a, const struct sockaddr *b);
/* Is it a unix socket with a name in the file system? */
bool endpoint_has_file(const struct endpoint *endpoint);
/* The name behind fd:, ENDPOINT_ANY_PASSED for all that were passed; NULL where
 * it is an address. */
const char *endpoint_passed_name(const struct sockaddr *address);
/* Port in host order, 0 for unix. */
unsigned endpoint_port(const struct sockaddr *address);
/* Host order; nothing happens to a unix address. */
void endpoint_set_port(struct endpoint *endpoint, unsigned port);

#endif
