/*
 * What workers are told of the daemon when they ask.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_ANSWER_H
#define PREFORK_MASTER_ANSWER_H

#include "master/state.h"

/* Answer a CHANNEL_ASK, whatever it has in it; where that cannot be, or the
 * worker takes nothing, it goes without. */
void answer_worker(struct worker_record *record,
    const struct channel_message *question);

#endif
