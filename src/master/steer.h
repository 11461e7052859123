/*
 * The master's side of the control socket.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_STEER_H
#define PREFORK_MASTER_STEER_H

#include "control/control.h"
#include "master/state.h"

/* What clients wait for. */
enum waiting {
	WAIT_NONE,
	WAIT_RELOAD_NEXT, /* that is to begin */
	WAIT_RELOAD,	  /* that runs */
	WAIT_UPGRADE_NEXT,
	WAIT_UPGRADE,
	WAIT_END,
	WAIT_EVENTS,
	WAIT_SIZE,  /* matter: the service has so many workers, number */
	WAIT_SIZES, /* all services have theirs */
	WAIT_DEATH, /* matter: of the worker pid in cell */
	WAIT_READY,
	WAIT_IDLE,
	WAIT_DRAINED,
	WAIT_GENERATION /* matter: number */
};

/* Exit codes of preforkctl. */
#define EXIT_DONE   0
#define EXIT_FAILED 1

/* Open the socket of the settings, if they name one.  -1 with `e`. */
int steer_open(struct master *m, struct error *e);
/* The one of the image before us.  -1 with `e`. */
int steer_adopt(struct master *m, const struct listener *listener,
    struct error *e);
/* Who waits for the end hears how it was. */
void steer_close(struct master *m);

/* A wish is being fulfilled: who waited for it waits for its outcome. */
void steer_reload_begins(struct master *m);
void steer_upgrade_begins(struct master *m);
/* `why`: it failed; NULL: it did not. */
void steer_reloaded(struct master *m, const char *why);
/* It failed. */
void steer_not_upgraded(struct master *m, const char *why);
/* The exec is next, and ends all connections to the socket. */
void steer_replacing(struct master *m);

/* Something stronger came: who still waits hears it. */
void steer_abandoned(struct master *m, const char *why);

/* Then the client has been told so. */
bool steer_is_stopping(const struct master *m, struct control_client *client);

/* steer_pool.c: verbs, and who waits for their outcome. */
void steer_scale(struct master *m, struct control_client *client,
    const struct control_request *request);
void steer_drain(struct master *m, struct control_client *client,
    const struct control_request *request);
void steer_resume(struct master *m, struct control_client *client,
    const struct control_request *request);
void steer_kill(struct master *m, struct control_client *client,
    const struct control_request *request);
void steer_pool_review(struct master *m);

/* steer_wait.c */
void steer_wait(struct master *m, struct control_client *client,
    const struct control_request *request);
void steer_wait_review(struct master *m);
int64_t steer_wait_deadline(const struct master *m);

/* steer_status.c */
void steer_status(struct master *m, struct control_client *client);
void steer_listeners(struct master *m, struct control_client *client);
/* For preforkctl's top: one line for the daemon, one for each service. */
void steer_figures(struct master *m, struct control_client *client);
/* steer_metrics.c */
void steer_metrics(struct master *m, struct control_client *client);
/* steer_json.c */
void steer_status_json(struct master *m, struct control_client *client);
void steer_listeners_json(struct master *m, struct control_client *client);

#endif
