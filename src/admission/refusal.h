/*
 * Connections that are closed before their handler sees them: for which
 * reason, how many, and a line in the log now and then.
 * Runs in: worker; the names and counts in the master too.
 */
#ifndef PREFORK_ADMISSION_REFUSAL_H
#define PREFORK_ADMISSION_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#include "scoreboard/slot.h"

/* In the order in which a connection is asked; values are of the scoreboard
 * and never change. */
enum refusal {
	REFUSED_RULE,	/* allow, deny */
	REFUSED_PROXY,	/* no PROXY header where there must be one */
	REFUSED_FULL,	/* max_connections */
	REFUSED_SOURCE, /* per_source */
	REFUSED_RATE,	/* rate */
	REFUSED_UNSAFE, /* a datagram that must not be answered */
	REFUSALS	/* none: it is let in */
};

_Static_assert((int)REFUSALS <= SCOREBOARD_REFUSALS,
    "more reasons than the scoreboard counts");

/* Of one worker; zero is one that has said nothing yet. */
struct refusal_log {
	int64_t next_ms[REFUSALS]; /* the next line may be written */
	uint64_t unsaid[REFUSALS]; /* refused without a line since the last */
};

/* Between two lines of a worker about the same reason. */
#define REFUSAL_LOG_MS 1000

/* "rule", "proxy", "full", "source", "rate", "unsafe". */
const char *refusal_name(unsigned why);
uint64_t refusal_total(const uint64_t counts[REFUSALS]);

#define REFUSAL_COUNTS_BYTES 256
/* "rule 3, rate 20": those that are not 0. */
void refusal_counts(const uint64_t counts[REFUSALS], char *text, size_t bytes);

/* That a connection was refused for a reason is told if it is time, in the
 * words of `sentence`.  No system call where nothing is told. */
void refusal_tell(struct refusal_log *log, enum refusal why,
    const struct slot_client *client, const char *sentence, int64_t now_ms);
/* A connection was refused: counted in the worker's slot and, if it is time,
 * told.  No system call where nothing is told. */
void refusal_note(struct scoreboard_slot *slot, struct refusal_log *log,
    enum refusal why, const struct slot_client *client, int64_t now_ms);

#endif
