/*
 * The access logs of services: only the master opens them, workers inherit
 * theirs or are sent it.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_ACCESS_LOGS_H
#define PREFORK_MASTER_ACCESS_LOGS_H

#include "master/state.h"

/* Those that the settings of a generation want, which has none yet and closes
 * them when it ends.  -1 with LOG_OPEN. */
int access_logs_open(struct generation *generation, struct error *e);
/* In the place of a master before us: open them for who is started from now
 * on; what cannot be is told. */
void access_logs_resume(struct master *m);
/* Open all again, and pass them on.  Of one that cannot be opened the former
 * descriptor is kept.  -1 with LOG_OPEN, of the last one; all are logged. */
int access_logs_reopen(struct master *m, struct error *e);

#endif
