/*
 * Where root may open a log.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_LOG_FOLDER_H
#define PREFORK_MASTER_LOG_FOLDER_H

#include "config/settings.h"

/*
 * May we open this absolute path as a log?  As root: not where one whom workers
 * run as could have put something else in its place.  -1 with LOG_OPEN.
 */
int log_folder_check(const struct settings *settings, const char *path,
    struct error *e);

#endif
