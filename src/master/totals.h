/*
 * What is counted over the life of the daemon.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_TOTALS_H
#define PREFORK_MASTER_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/settings.h"
#include "scoreboard/census.h"
#include "scoreboard/tally.h"

struct master;
struct worker_record;

/* Of which a worker died that neither ended by itself nor by us. */
enum crash {
	CRASH_NONE,
	CRASH_SEGV,
	CRASH_BUS,
	CRASH_ABRT,
	CRASH_FPE,
	CRASH_ILL,
	CRASH_SYS,
	CRASH_OOM,
	CRASH_KILL,
	CRASH_SIGNAL, /* another one */
	CRASHES
};

/* Why the master killed a worker; recorded before the blow. */
enum kill_reason {
	KILL_NONE,
	KILL_START_TIMEOUT,
	KILL_DRAIN_TIMEOUT,
	KILL_STOP_TIMEOUT,
	KILL_FAST_STOP,
	KILL_GARBAGE,
	KILL_DEAF,
	KILL_START_FAILED,
	KILL_STOPPED_EARLY,
	KILL_TOTAL,
	KILL_IDLE,
	KILL_OPERATOR,
	KILL_REASONS
};

/* Of a service since the start, over all generations and images; without the
 * workers that live. */
struct totals {
	char service[SETTINGS_NAME_BYTES];
	uint64_t accepted, closed, failed; /* connections */
	uint64_t timeouts;		   /* of these, as their workers said */
	uint64_t forked, reaped;	   /* workers */
	uint64_t recycled; /* of these, for their age and so on */
	uint64_t crashed[CRASHES], killed[KILL_REASONS];
	/* Connections that no handler saw, by enum refusal. */
	uint64_t refused[SCOREBOARD_REFUSALS];
	struct tally tally;
	struct totals *next;
};

/* Counts of a service by reason, in the state that an upgrade leaves. */
struct reasons {
	const char *keyword;
	size_t offset; /* in struct totals, of uint64_t */
	unsigned count;
	const char *(*name_of)(unsigned reason);
};

#define TOTALS_REASONS 3
extern const struct reasons totals_reasons[TOTALS_REASONS];

/* Of reloads. */
struct outcome {
	uint64_t reloads, failures;
	bool failed; /* the last one */
	char why[ERROR_TEXT_BYTES];
};

/* Places in a crew beyond its workers, for those that come before others have
 * gone. */
#define CREW_SPARE 62
#define CREW_MOST  (SETTINGS_MAX_WORKERS + CREW_SPARE)

/* The service's, made when it is new.  NULL without memory. */
struct totals *totals_of(struct master *m, const char *service);
void totals_forked(struct worker_record *record);
/* A worker is dead: what it counted is kept. */
void totals_fold(struct worker_record *record, const struct census *census,
    enum crash crash);
const uint64_t *totals_counts(const struct reasons *reasons,
    const struct totals *t);
uint64_t totals_sum(const uint64_t *counts, unsigned count);
void totals_recycled(const struct worker_record *record);
void totals_free(struct master *m);

#endif
