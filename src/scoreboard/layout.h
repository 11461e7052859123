/*
 * Bytes of the scoreboard.  Fixed widths, no pointers, no locks; one writer
 * for each field, named beside it.  A slot is four cache lines, so that
 * neighbours do not share one and the master's order line stays clean in the
 * worker's cache until the master writes it.
 * Runs in: master, worker, and a reader of an upgrade's state.
 */
#ifndef PREFORK_SCOREBOARD_LAYOUT_H
#define PREFORK_SCOREBOARD_LAYOUT_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/histogram.h"

#define SCOREBOARD_MAGIC      0x70666b31u /* "pfk1" */
#define SCOREBOARD_VERSION    2u
#define SCOREBOARD_NOTE_BYTES 64
#define SCOREBOARD_REFUSALS   6 /* admission/refusal.h has their names */

enum slot_state {
	SLOT_FREE,     /* master, when it gives the slot out or takes it */
	SLOT_STARTING, /* worker from here on */
	SLOT_IDLE,
	SLOT_BUSY,
	SLOT_DRAINING,
	SLOT_STATES
};

/* Of a worker whose service limits its connections (admission/claim.h). */
enum slot_claim {
	CLAIM_NONE,
	CLAIM_ASKED, /* wants to serve one, and counts who else does */
	CLAIM_HELD   /* serves one */
};

/*
 * The order word: bits, and above them a count of messages put into the
 * channel.  A worker that finds the word changed looks into its channel.
 */
#define ORDER_RETIRE   0x01u
#define ORDER_DRAIN    0x02u
#define ORDER_ANNOUNCE 0x04u /* will be told to go soon */
#define ORDER_BITS     0xffu
#define ORDER_MAIL     0x100u

struct slot_client {
	uint16_t family; /* AF_*, 0 none */
	uint16_t port;	 /* network order */
	uint8_t address[16];
};

struct scoreboard_slot {
	/* master writes */
	_Atomic uint32_t orders;
	_Atomic uint32_t generation;
	_Atomic uint64_t service; /* scoreboard_service_id */
	/* worker writes, seldom: lines that the log did not take, and those of
	 * them that a line has told */
	_Atomic uint64_t log_lost;
	_Atomic uint64_t log_told;
	/* worker writes: what refused below has no room for */
	_Atomic uint64_t refused_last;
	/* worker writes: connections that met a limit of time */
	_Atomic uint64_t timeouts;
	uint8_t unused_0[16];
	/* worker writes */
	_Atomic uint32_t state;
	_Atomic uint32_t claim;	    /* enum slot_claim; the master of a dead */
	_Atomic uint64_t accepted;  /* connections, of this process */
	_Atomic uint64_t closed;    /* of these */
	_Atomic uint64_t failed;    /* of these, handler said -1 */
	_Atomic uint64_t shortages; /* accept had no descriptor or memory */
	_Atomic int64_t since_ms;   /* clock_ms of the last change of state */
	/* clock_ms of the last progress of a connection: its begin and, where
	 * the service has an idle timeout, a byte read or written, a note, or
	 * the begin of a wait for the client. */
	_Atomic int64_t active_ms;
	/* Valid from the claim on: whose limit it is for, 0 nobody's. */
	_Atomic uint64_t source;
	/* worker writes: of the connection being served */
	struct slot_client client;
	uint8_t unused_2[4];
	/* worker writes: connections that its handler never saw, by reason; of
	 * the last reason refused_last */
	_Atomic uint64_t refused[SCOREBOARD_REFUSALS - 1];
	char note[SCOREBOARD_NOTE_BYTES];
};

/*
 * What a worker counted of the connections that it has ended: behind the
 * slots, a page for each, which costs nothing until the first has ended.
 */
struct scoreboard_tally {
	/* worker writes; the master of a dead */
	_Atomic uint64_t received; /* bytes, as far as we see them */
	_Atomic uint64_t sent;
	_Atomic uint64_t served_us; /* sums */
	_Atomic uint64_t first_us;
	/* From accept to close; from accept to the first byte written. */
	_Atomic uint64_t served[HISTOGRAM_BUCKETS];
	_Atomic uint64_t first[HISTOGRAM_BUCKETS];
};

struct scoreboard_header {
	uint32_t magic;
	uint32_t version;
	uint32_t slots;
	uint32_t slot_bytes;
	_Atomic uint32_t used; /* slots from here on were never given out */
	/* master writes, workers read: enum msg_level and one, 0: each its
	 * own */
	_Atomic uint32_t log_level;
	/* master writes: as those of a slot, its own and those of the dead */
	_Atomic uint64_t log_lost;
	_Atomic uint64_t log_told;
	uint8_t unused[216];
};

_Static_assert(sizeof(struct slot_client) == 20, "slot_client");
_Static_assert(sizeof(struct scoreboard_slot) == 256, "scoreboard_slot");
_Static_assert(sizeof(struct scoreboard_tally) == 4096, "scoreboard_tally");
_Static_assert(sizeof(struct scoreboard_header) == 256, "scoreboard_header");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics take a lock");

#endif
