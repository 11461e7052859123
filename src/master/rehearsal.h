/*
 * The rehearsal: the new binary tries all that can be tried beside the master
 * that serves.
 * Runs in: rehearsal.
 */
#ifndef PREFORK_MASTER_REHEARSAL_H
#define PREFORK_MASTER_REHEARSAL_H

#include "base/error.h"

struct master;

/*
 * `m` has adopted the state: build the next generation with one worker of
 * each service, which never accepts, until all are READY.  -1 with `e`.
 */
int rehearse(struct master *m, struct error *e);

#endif
