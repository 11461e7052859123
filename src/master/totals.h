/*
 * What is counted over the life of the daemon.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_TOTALS_H
#define PREFORK_MASTER_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "config/settings.h"
#include "scoreboard/census.h"
#include "scoreboard/tally.h"

struct master;
struct worker_record;

/* Of a service since the start, over all generations and images; without the
 * workers that live. */
struct totals {
	char service[SETTINGS_NAME_BYTES];
	uint64_t accepted, closed, failed; /* connections */
	uint64_t forked, reaped, crashed;  /* workers */
	uint64_t recycled; /* of these, for their age and so on */
	/* Connections that no handler saw, by enum refusal. */
	uint64_t refused[SCOREBOARD_REFUSALS];
	struct tally tally;
	struct totals *next;
};

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
    bool crashed);
void totals_recycled(const struct worker_record *record);
void totals_free(struct master *m);

#endif
