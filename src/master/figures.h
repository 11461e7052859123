/*
 * What can be told of each service: one place, from which status, metrics and
 * conditions are written.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_FIGURES_H
#define PREFORK_MASTER_FIGURES_H

#include "master/state.h"

/* Of a service of the current generation; workers and connections of older
 * ones are counted with it. */
struct figures {
	const struct service *service;
	unsigned configured, wanted; /* workers: by the settings; now */
	unsigned idle, busy, starting, draining, backoff;
	/* Since the start of the daemon, over reloads and upgrades: never
	 * less than before.  accepted is closed and active. */
	uint64_t accepted, closed, active, failed;
	uint64_t timeouts; /* connections that met a limit of time */
	uint64_t crashed, recycled, forked; /* workers */
	uint64_t crashes[CRASHES], killed[KILL_REASONS];
	uint64_t refused[SCOREBOARD_REFUSALS]; /* by enum refusal */
};

/* One for each service of the current generation, in its order; the caller
 * frees it.  NULL without memory. */
struct figures *figures_take(struct master *m);
/* Bytes and durations of ended connections, in the same order; the caller
 * frees it.  NULL without memory.  For those who show them: there is a page to
 * be read for each worker. */
struct tally *figures_take_tallies(struct master *m);
/* The service of the current generation with this crew's name, or -1. */
int figures_index(const struct master *m, const struct crew *crew);
/* "idle", "busy" .. of a worker, as its slot and the master's orders say. */
const char *figures_state(const struct worker_record *record,
    const struct census *census);
/* "echo" of a name, "echo.so" of a path; "built in". */
const char *figures_handler(const struct service_settings *settings);

#endif
