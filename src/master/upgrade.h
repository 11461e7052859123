/*
 * What an upgrade leaves and takes.
 * Runs in: master, rehearsal.
 */
#ifndef PREFORK_MASTER_UPGRADE_H
#define PREFORK_MASTER_UPGRADE_H

#include "master/resume.h"
#include "wire/state.h"

struct master;
struct totals;

/* A rehearsal may take start_timeout and this. */
#define REHEARSAL_SPARE_MS 2000
/* Flags of a worker in the state. */
#define WORKER_ADMITTED 0x1
#define WORKER_TOLD	0x2
#define WORKER_LEAVING	0x4
#define WORKER_STOPPED	0x8
/* Above them, why it is recycled. */
#define WORKER_RECYCLE_SHIFT 8

/* The state as a file without a name, or -1 with errno. */
int upgrade_save(const struct master *m);
/* upgrade_totals.c: what was counted. */
void upgrade_put_totals(struct state_writer *w, const struct totals *t);
/*
 * Fill `m`, whose settings, loop and signals are there, from the state.  In a
 * rehearsal workers are read but not taken, and nothing is ours to remove.
 * -1 with `e`.
 */
int upgrade_adopt(struct master *m, struct resume *resume, struct error *e);

#endif
