/*
 * What the phases of the test share.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_PHASES_H
#define NEMESIS_PHASES_H

#include "nemesis.h"

#define SERVED_MS 15000

/* As all was at the end of the warming up. */
struct baseline {
	char *descriptors;
	long memory_kib;
};

extern struct baseline baseline;

bool phase_has_all_workers(struct nemesis *n);
/* A good one: how long until there are only new workers, or -1. */
int64_t phase_reload(struct nemesis *n, int64_t limit_ms);
/* True: it was done, or refused; n->can_upgrade says which. */
bool phase_upgrade(struct nemesis *n, int64_t limit_ms);
/* Every connection is over; those that are not after a time are broken. */
void phase_fall_silent(struct nemesis *n);

#endif
