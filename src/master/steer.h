/*
 * The master's side of the control socket.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_STEER_H
#define PREFORK_MASTER_STEER_H

#include "control/control.h"
#include "master/state.h"

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

/* steer_status.c */
void steer_status(struct master *m, struct control_client *client);

#endif
