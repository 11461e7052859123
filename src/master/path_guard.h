/*
 * Where root may open a file for writing.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_PATH_GUARD_H
#define PREFORK_MASTER_PATH_GUARD_H

#include "config/settings.h"

/*
 * May we open, or create, this absolute path?  As root: not where one whom
 * workers run as could have put something else in its place.  -1 with `id`.
 */
int path_guard(const struct settings *settings, const char *path,
    enum msg_id id, struct error *e);

#endif
