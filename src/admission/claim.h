/*
 * Places among the connections of a service, and of a source, that are served
 * at the same time.  They are counted on the scoreboard, so that nothing has
 * to be given back by a worker that dies: the master clears its slot.
 * doc/decisions/0012 has the reasons.
 * Runs in: worker.
 */
#ifndef PREFORK_ADMISSION_CLAIM_H
#define PREFORK_ADMISSION_CLAIM_H

#include "admission/refusal.h"
#include "scoreboard/scoreboard.h"

/* What a connection wants, and for whom. */
struct claim {
	uint64_t service;		      /* scoreboard_service_id */
	uint64_t source;		      /* 0: has none */
	unsigned max_connections, per_source; /* 0: any number */
};

/*
 * Take a place for worker number `own`.  REFUSALS when it has it, until its
 * slot_end; else REFUSED_FULL or REFUSED_SOURCE.  Never do more hold a place
 * than the limit says, if all ask with the same one; of several that ask at
 * once for the last one, the one that is first on the board gets it, and who is
 * refused itself keeps nobody else from it.  Takes no lock; waits for who asks
 * at the same time, for a bounded number of turns.
 */
enum refusal claim_take(const struct scoreboard *board, unsigned own,
    const struct claim *claim);
/* What is held is not used: it was refused for another reason. */
void claim_give_up(const struct scoreboard *board, unsigned own);
/* Addresses that are one source are one number, 0 for a unix socket.  An
 * IPv4 address in an IPv6 one is IPv4. */
uint64_t claim_source(const struct slot_client *client, unsigned v4_bits,
    unsigned v6_bits);

#endif
