/*
 * The master process, for who starts it.
 * Runs in: master; spawn_* also in the short-lived programs of the api room.
 */
#ifndef PREFORK_MASTER_MASTER_H
#define PREFORK_MASTER_MASTER_H

#include "base/error.h"
#include "base/sigpipe.h"
#include "config/settings.h"

/* The master's signals, as preforkd(8) tells them; the table of a daemon in
 * the foreground on a terminal differs in the stop signals of terminals. */
#define MASTER_SIGNALS 13
extern const struct signal_rule master_signals[MASTER_SIGNALS];

/*
 * Run the daemon that `settings` describes until it is told to stop.
 * Foreground: returns when all is over.  Otherwise the calling process is the
 * starter, and gets its answer when the daemon, a grandchild, is ready or has
 * failed; the daemon itself then ends within.
 * A sysexits(3) code; the reason of a failure is on stderr or in the log.
 * The signal dispositions of the caller are as before when it returns.
 */
int master_run(struct settings *settings);

#endif
