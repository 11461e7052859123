/*
 * What the service manager is told, if there is one: the protocol of
 * sd_notify(3), by plain datagrams.
 * Runs in: master; manager_forget in its children.
 */
#ifndef PREFORK_MASTER_MANAGER_H
#define PREFORK_MASTER_MANAGER_H

#include "master/state.h"

/* As the environment says.  What it says wrongly is as if it were not there:
 * the manager sees that nobody answers. */
void manager_open(struct master *m);
/* The life of the daemon has a new state; before what comes with it is done,
 * and after it. */
void manager_before(struct master *m);
void manager_after(struct master *m);
/* The start failed: why. */
void manager_failed(struct master *m, const struct error *e);
/* Alive, and more time while it is needed. */
void manager_tick(struct master *m, int64_t now_ms);
int64_t manager_deadline(const struct master *m);
/* In a child: none of its own business. */
void manager_forget(void);

#endif
