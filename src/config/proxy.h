/*
 * Who may say for whom it connects: the directive proxy.
 * Runs in: starter, master at reload, probe; read by workers.
 */
#ifndef PREFORK_CONFIG_PROXY_H
#define PREFORK_CONFIG_PROXY_H

#include "config/admission.h"

/* At most, of a service. */
#define PROXY_MAX_NETWORKS 256

struct proxy_settings {
	struct network *networks; /* not everybody */
	size_t network_count;
};

/* Must a connection begin with a header? */
static inline bool
proxy_is_required(const struct proxy_settings *proxy)
{
	return proxy->network_count > 0;
}

#endif
