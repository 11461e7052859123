/*
 * Datagrams that a service must not answer, because whoever forged their
 * sender could make two services answer each other without an end, or one
 * service answer somebody else: decisions/0018.
 * Runs in: worker.
 */
#ifndef PREFORK_ADMISSION_UNSAFE_H
#define PREFORK_ADMISSION_UNSAFE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Ports at which this daemon serves datagrams; all zero is none. */
struct unsafe_ports {
	uint64_t bits[65536 / 64];
};

/* In host order. */
void unsafe_add_port(struct unsafe_ports *ports, unsigned port);
/*
 * Is it from an address that cannot be one host's, from port 0, from one of
 * `ports`, or, unless any_port, from a port at which services listen by
 * convention: those below 1024, and 2049?
 */
bool unsafe_source(const struct unsafe_ports *ports,
    const struct sockaddr *source, bool any_port);

#endif
