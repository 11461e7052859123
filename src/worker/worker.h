/*
 * A worker process from its first instruction after the fork to its end.
 * Runs in: worker.
 */
#ifndef PREFORK_WORKER_WORKER_H
#define PREFORK_WORKER_WORKER_H

#include <stdbool.h>

#include "base/sigpipe.h"
#include "conn/conn.h"
#include "generation/generation.h"
#include "scoreboard/scoreboard.h"
#include "scoreboard/slot.h"

struct worker_setup {
	struct generation *generation;
	unsigned service;	      /* index in it */
	unsigned slot_number;	      /* for the log */
	int channel_fd;		      /* the worker's end */
	struct scoreboard_slot *slot; /* its place on the board */
	struct scoreboard_tally *tally;
	const struct scoreboard *board;
	unsigned cell; /* number of that place */
	pid_t master_pid;
};

/* The worker's signals, as preforkd(8) tells them. */
#define WORKER_SIGNALS 11
extern const struct signal_rule worker_signals[WORKER_SIGNALS];

/*
 * Called in a fresh child with all signals blocked and only the worker's
 * descriptors open.  Never returns: _exit with 0 or the sysexits code of the
 * reason that was told through the channel.
 */
_Noreturn void worker_main(const struct worker_setup *setup);

/*
 * Load, configure and check the handler of a service: what a worker does
 * before it serves and a probe does instead of serving.  The service's
 * snapshot is closed.  -1 with `e`.
 */
int worker_load(struct service *service, struct module *module,
    struct error *e);
/*
 * Limits, umask, environment, root directory and privileges of a service's
 * workers: to be called before worker_load.  -1 with SURROUNDINGS, CHROOT or
 * IDENTITY_FAILED.
 */
int worker_enter(const struct settings *settings, struct service *service,
    struct error *e);
/* Limits of time of the connections of a service. */
struct conn_limits worker_limits(const struct timeouts *timeouts);
/*
 * To be called before a handler is, which may fork and let the child return:
 * worker_is_copy is true in that one.  It must go at once, by _exit, because
 * the connection and what was kept for it are the parent's.  -1 with errno.
 */
int worker_watch_copies(void);
extern bool worker_is_copy;
/* The last part of it: groups, group, root directory, user, for good and
 * verified.  -1 with CHROOT or IDENTITY_FAILED. */
int worker_drop_privileges(const struct service_settings *service,
    struct error *e);

#endif
