/*
 * The probe: does everything with a new generation's handlers that a worker
 * does before it serves, in a child that serves nobody.
 * Runs in: probe; probe_needed in the master.
 */
#ifndef PREFORK_MASTER_PROBE_H
#define PREFORK_MASTER_PROBE_H

#include <stdbool.h>

struct generation;
struct master;

/* Is there code that could be wrong? */
bool probe_needed(const struct generation *generation);
/* For helper_start: tries m->next, reports, and returns an exit code. */
int probe_run(struct master *m, int report_fd);

#endif
