/*
 * Who may say for whom it connects: the directive proxy.
 * Runs in: starter, master at reload, probe; read by workers.
 */
#ifndef PREFORK_CONFIG_PROXY_H
#define PREFORK_CONFIG_PROXY_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* At most, of a service. */
#define PROXY_MAX_NETWORKS 256

struct proxy_network {
	sa_family_t family; /* AF_INET or AF_INET6 */
	unsigned bits;
	uint8_t address[16]; /* zero behind the bits */
};

struct proxy_settings {
	bool from_unix; /* who connects to a unix socket */
	struct proxy_network *networks;
	size_t network_count;
};

/* Must a connection begin with a header? */
static inline bool
proxy_is_required(const struct proxy_settings *proxy)
{
	return proxy->from_unix || proxy->network_count > 0;
}

#endif
