/*
 * What a death costs its slot: rule 4 of pool.h.  For pool.c alone.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_POOL_BACKOFF_H
#define PREFORK_MASTER_POOL_BACKOFF_H

#include <stdint.h>

#include "master/pool.h"

/* Count a death before READY, or a failed fork; sets slot->retry_at_ms. */
void backoff_early_death(struct pool *pool, struct pool_slot *slot,
    int64_t now_ms);
/* Count a death after READY; the first ones leave slot->retry_at_ms alone. */
void backoff_late_death(struct pool *pool, struct pool_slot *slot, bool served,
    int64_t now_ms);
/* The slot is about to stop being READY. */
void backoff_forget_if_good(struct pool_slot *slot, int64_t now_ms);

#endif
