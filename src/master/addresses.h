/*
 * What a reload does to addresses: those that are kept are made what the new
 * settings say, those that are left out are closed without losing who waits
 * there.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_ADDRESSES_H
#define PREFORK_MASTER_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

struct generation;
struct master;
struct worker_record;

/* The first generation has its listeners. */
void addresses_begin(const struct generation *generation);
/* And its first workers are ready. */
void addresses_proven(const struct generation *generation);
/* m->current has taken the place of `former`, whose workers are not told yet.
 */
void addresses_commit(struct master *m, const struct generation *former);
/* In the place of the master before us: what it had left out by then. */
void addresses_adopt(struct master *m);
/* Before a worker is told to go: what it must leave empty. */
void addresses_tell(const struct worker_record *record);
/* Close those where nobody waits any more. */
void addresses_tick(struct master *m, int64_t now_ms);
int64_t addresses_deadline(const struct master *m);

#endif
