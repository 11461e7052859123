/*
 * Which log the settings want.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_SINK_H
#define PREFORK_MASTER_SINK_H

#include "config/settings.h"

/* That of the directive log, or else that of how we were called. */
enum log_sink sink_wanted(const struct settings *settings);
/* Log there from now on. */
void sink_open(const struct settings *settings);

#endif
