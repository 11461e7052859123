/*
 * Names of hosts in the file of a reload: the system may be slow to tell what
 * they mean, so a helper asks it, and the master reads the file again when
 * the answers are there.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_LOOK_UP_H
#define PREFORK_MASTER_LOOK_UP_H

#include <stdbool.h>

struct master;
struct settings;

/* What the file says by now, for a reload.  NULL with m->trouble, or when
 * m->looking_up: then helper_reap leads to look_up_done. */
struct settings *look_up_settings(struct master *m);
/* The helper has ended; is it content? */
void look_up_done(struct master *m, bool good);

#endif
