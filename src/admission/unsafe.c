/*
 * Looks at the sender of a datagram.
 * Runs in: worker.
 */
#include "config.h"

#include <netinet/in.h>

#include <string.h>

#include "admission/unsafe.h"

#define PORT_RESERVED 1024 /* those below are for services */
#define PORT_NFS      2049

void
unsafe_add_port(struct unsafe_ports *ports, unsigned port)
{
	ports->bits[port / 64] |= UINT64_C(1) << port % 64;
}

static bool
is_served(const struct unsafe_ports *ports, unsigned port)
{
	return (ports->bits[port / 64] >> port % 64 & 1) != 0;
}

/* This network, multicast, reserved, broadcast. */
static bool
is_bad_v4(uint32_t address)
{
	return address >> 24 == 0 || address >> 24 >= 224;
}

static bool
is_bad_v6(const struct in6_addr *address)
{
	uint32_t v4;

	if (!IN6_IS_ADDR_V4MAPPED(address))
		return IN6_IS_ADDR_UNSPECIFIED(address) ||
		    IN6_IS_ADDR_MULTICAST(address);
	memcpy(&v4, &address->s6_addr[12], sizeof(v4));
	return is_bad_v4(ntohl(v4));
}

bool
unsafe_source(const struct unsafe_ports *ports, const struct sockaddr *source,
    bool any_port)
{
	const void *any = source;
	const struct sockaddr_in *v4 = any;
	const struct sockaddr_in6 *v6 = any;
	unsigned port;

	if (source->sa_family == AF_INET) {
		if (is_bad_v4(ntohl(v4->sin_addr.s_addr)))
			return true;
		port = ntohs(v4->sin_port);
	} else if (source->sa_family == AF_INET6) {
		if (is_bad_v6(&v6->sin6_addr))
			return true;
		port = ntohs(v6->sin6_port);
	} else
		return true;
	if (port == 0 || is_served(ports, port))
		return true;
	return !any_port && (port < PORT_RESERVED || port == PORT_NFS);
}
