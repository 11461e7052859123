/*
 * Whose PROXY headers are believed.
 * Runs in: worker.
 */
#ifndef PREFORK_ADMISSION_PROXY_PEER_H
#define PREFORK_ADMISSION_PROXY_PEER_H

#include "config/proxy.h"

/* Is `peer`, as accept(2) gave it, one of them?  IPv4 within IPv6 is IPv4. */
bool proxy_trusts(const struct proxy_settings *proxy,
    const struct sockaddr *peer);

#endif
