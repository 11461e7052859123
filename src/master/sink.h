/*
 * Which log the settings want, and how all processes come to it: at the start,
 * at a reload, after an upgrade, and when it is opened again.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_SINK_H
#define PREFORK_MASTER_SINK_H

#include "config/settings.h"
#include "master/state.h"

/* That of the directive log, or else that of how we were called. */
enum log_sink sink_wanted(const struct settings *settings);
/* Level, format and facility; and until sink_open a sink that cannot fail:
 * instead of a file what holds without the directive. */
void sink_begin(const struct settings *settings);
/* Log there from now on.  -1 with LOG_OPEN. */
int sink_open(const struct settings *settings, struct error *e);
/* The board is there: it has the level that holds, unless a master before us
 * wrote one, and the counts of lost lines. */
void sink_share(struct master *m);
/* In the place of a master before us: its log, level and counts. */
void sink_resume(struct master *m);
/* `level` holds for all from now on.  The master keeps its own: a worker could
 * write another. */
void sink_set_level(const struct master *m, enum msg_level level);

/* A reload: open what other settings want, where it is another sink.  -1 with
 * LOG_OPEN. */
int sink_prepare(struct master *m, const struct settings *next,
    struct error *e);
/* They hold now, and all workers are passed their log. */
void sink_commit(struct master *m, const struct settings *before,
    const struct settings *now);
/* They do not come to hold. */
void sink_discard(struct master *m);

/* Open it and the access logs again, and pass them on.  -1 with LOG_OPEN, which
 * was logged; what could be opened is passed on all the same. */
int sink_reopen(struct master *m, struct error *e);
/* A worker is dead: what it lost is ours to tell. */
void sink_lost(struct worker_record *record);
/* Lines that the processes of this daemon lost. */
uint64_t sink_losses(const struct master *m);

#endif
