/*
 * Places of a pool: as many as it wants workers.  A slot that is STARTING,
 * READY or in BACKOFF holds one, but for one that is to be recycled; so does
 * one that is leaving in haste.  For pool.c alone.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_POOL_PLACES_H
#define PREFORK_MASTER_POOL_PLACES_H

#include <stdint.h>

#include "master/pool.h"

/* One step gives each slot at most one action, and the pool ACTION_UP and
 * ACTION_FAILED. */
#define PLACES_POOL_ACTIONS 2

void places_act(struct pool *pool, enum pool_action_kind kind, unsigned index,
    int64_t delay_ms);
/* Every change of a slot's state. */
void places_enter(struct pool_slot *slot, enum pool_slot_state state,
    int64_t now_ms);
/* Start a worker in a slot without one, or have it wait for its time. */
void places_fill(struct pool *pool, unsigned index, int64_t now_ms);
/* The process of a slot is gone: fill it again if a place is free. */
void places_refill(struct pool *pool, unsigned index, int64_t now_ms);
/* Last in each step: grow or shrink to want, then let go who was recycled. */
void places_settle(struct pool *pool, int64_t now_ms);

#endif
