/*
 * Is a peer in one of the networks of the directive proxy?
 * Runs in: worker.
 */
#include "config.h"

#include <netinet/in.h>

#include <string.h>

#include "admission/proxy_peer.h"

/* The last bytes of an address that is IPv4 within IPv6. */
#define MAPPED_OFFSET 12

static bool
is_within(const struct network *network, const uint8_t *address)
{
	size_t whole = network->bits / 8;
	unsigned rest = network->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	return memcmp(network->address, address, whole) == 0 &&
	    (rest == 0 ||
		((network->address[whole] ^ address[whole]) & mask) == 0);
}

static bool
is_known(const struct proxy_settings *proxy, sa_family_t family,
    const uint8_t *address)
{
	size_t i;

	for (i = 0; i < proxy->network_count; i++)
		if (proxy->networks[i].family == family &&
		    is_within(&proxy->networks[i], address))
			return true;
	return false;
}

bool
proxy_trusts(const struct proxy_settings *proxy, const struct sockaddr *peer)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	uint8_t address[sizeof(in6.sin6_addr)] = { 0 };

	switch (peer->sa_family) {
	case AF_UNIX:
		return is_known(proxy, AF_UNIX, address);
	case AF_INET:
		memcpy(&in, peer, sizeof(in));
		memcpy(address, &in.sin_addr, sizeof(in.sin_addr));
		return is_known(proxy, AF_INET, address);
	case AF_INET6:
		memcpy(&in6, peer, sizeof(in6));
		memcpy(address, &in6.sin6_addr, sizeof(address));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
			return is_known(proxy, AF_INET,
			    address + MAPPED_OFFSET);
		return is_known(proxy, AF_INET6, address);
	default:
		return false;
	}
}
