/*
 * A client that ends its connection and makes another at once believes that it
 * has given its place back, while the worker that had it has not run yet.  So
 * who finds no place waits a moment for one.
 * Runs in: worker.
 */
#ifndef PREFORK_ADMISSION_PATIENCE_H
#define PREFORK_ADMISSION_PATIENCE_H

#include "admission/claim.h"

/* How long at most, and how long not again for a source for which it was in
 * vain: so that whoever has too many takes no more than a fiftieth of a
 * worker's time. */
#define PATIENCE_MS	100
#define PATIENCE_OFF_MS (50 * PATIENCE_MS)

/* claim_take, for some time.  Keeps a memory of this process. */
enum refusal patience_take(const struct scoreboard *board, unsigned own,
    const struct claim *claim);

#endif
