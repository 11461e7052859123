/*
 * What the control socket knows; shared by the files of this room only.
 * Runs in: master.
 */
#ifndef PREFORK_CONTROL_STATE_H
#define PREFORK_CONTROL_STATE_H

#include <stdbool.h>

#include "control/control.h"
#include "control/peer.h"

struct control_client {
	struct control *control;
	struct control_client *next;
	struct loop_watch watch;
	struct control_peer peer;
	int64_t deadline_ms; /* CLOCK_NEVER while an outcome is waited for */
	int waits;	     /* for what, or 0 */
	struct control_matter matter;
	bool asked; /* its request is whole */
	bool ended; /* its last line is written to `out` */
	bool gone;  /* to be freed by the next sweep */
	size_t have;
	char request[CONTROL_REQUEST_BYTES + 1];
	char *out;
	size_t out_length, out_done, out_room;
};

struct control {
	struct loop *loop;
	struct loop_watch watch;
	struct listener listener;
	struct control_hooks hooks;
	struct control_client *clients;
	unsigned count;
	bool listening;	    /* watched */
	int64_t resume_ms;  /* not before, where it is not */
	bool sweeping;	    /* somebody is gone */
	int64_t refused_ms; /* when it was told last, 0 never */
};

/* client.c */
/* Its descriptor is closed; the next sweep frees it. */
void client_drop(struct control_client *client);
/* Write what the socket takes now. */
void client_flush(struct control_client *client);
/* For its watch. */
void client_ready(void *arg, short revents);
int64_t control_now_ms(const struct control *control);

#endif
