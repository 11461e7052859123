/*
 * One process full of clients: each connects, sends 32 bytes, wants them
 * back, and either ends the connection and begins anew or sends again.
 * Runs in: load generator.
 */
#ifndef PREFORK_BENCH_CLIENT_H
#define PREFORK_BENCH_CLIENT_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "tally.h"

#define MESSAGE_BYTES 32
/* How long after its end a run waits for replies. */
#define GRACE_MS 2000

struct plan {
	struct sockaddr_in server;
	bool keepalive;	     /* echoes on one connection, not connections */
	unsigned clients;    /* at once */
	unsigned source;     /* of the first local address; 0: the system's */
	int64_t duration_ms; /* the run ends at the first limit */
	uint64_t operations; /* 0: no limit */
};

/* Do it, and count.  -1 with errno when it could not even begin. */
int clients_run(const struct plan *plan, struct tally *tally);
/*
 * Can a socket be bound to all of 127.0.0.0/8?  With one source address the
 * 28,000 ports of the system are in TIME_WAIT after a second of load.
 */
bool clients_many_sources(void);

#endif
