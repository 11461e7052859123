/*
 * The stream of what happens, for preforkctl events: one JSON object a line,
 * numbered over the life of the daemon.  Who reads slowly is let go; nobody
 * makes the master wait.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_EVENTS_H
#define PREFORK_MASTER_EVENTS_H

#include "base/json.h"
#include "control/control.h"
#include "master/state.h"

/* So many of the last ones can still be asked for. */
#define EVENTS_KEPT 256
/* Of a line; what does not fit is told without its details. */
#define EVENTS_BYTES 1000

struct event {
	struct master *master;
	struct json json;
	char line[EVENTS_BYTES];
};

/* Then json_number and so on for the members, then event_end. */
void event_begin(struct event *event, struct master *m, const char *name);
void event_end(struct event *event);
/* Without members of its own. */
void event_plain(struct master *m, const char *name);
/* With the generation and, unless it is NULL, a reason. */
void event_generation(struct master *m, const char *name, uint32_t generation,
    const char *reason);
/* Of a worker: service, slot, pid, generation; then members may follow. */
void event_begin_worker(struct event *event, const struct worker_record *record,
    const char *name);
/* It ended: `reason` in words, `status` as waitpid(2) gave it. */
void event_worker_exit(const struct worker_record *record, int status,
    const char *reason);
/* The addresses of `generation` that `former`, NULL: nobody, did not have. */
void events_listening(struct master *m, const struct generation *generation,
    const struct generation *former);

/* The verb: from now on, or from a number that is still kept. */
void events_follow(struct master *m, struct control_client *client,
    const struct control_request *request);
void events_free(struct master *m);

#endif
