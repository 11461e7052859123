/*
 * The listeners of a service.  One that two generations have in common is one
 * object, and is closed with the last set that has it.
 * Runs in: master; read by workers.
 */
#ifndef PREFORK_GENERATION_LISTENERS_H
#define PREFORK_GENERATION_LISTENERS_H

#include <stdbool.h>
#include <stdint.h>

#include "listener/listener.h"

struct shared_listener {
	struct listener listener;
	struct endpoint asked; /* as the settings say it: port 0 is port 0 */
	unsigned refs;	       /* sets that have it */
	bool taken;	       /* by the generation that is being opened */
	/* 0, or when a reload left it out and its queue was last looked at. */
	int64_t removed_ms;
	int cut_told;  /* the backlog of which was told that it is cut */
	bool is_quiet; /* then nobody new joins the queue */
};

struct listener_set {
	size_t count;
	struct shared_listener **items;
	/* Of each item, in the settings of its generation; NULL in a set that
	 * was adopted. */
	const struct endpoint **wanted;
};

/* With room for `room`, all NULL; count is 0.  NULL with errno. */
struct listener_set *listener_set_new(size_t room);
/* Lets go of all items; NULL is none. */
void listener_set_free(struct listener_set *set);
bool listener_set_has(const struct listener_set *set,
    const struct shared_listener *shared);
/* The one with this descriptor, or NULL. */
struct shared_listener *listener_set_find(const struct listener_set *set,
    int fd);
/* One that is open, with one reference; `listener` is taken over.  NULL with
 * errno. */
struct shared_listener *shared_listener_new(const struct listener *listener,
    const struct endpoint *asked);
void shared_listener_unref(struct shared_listener *shared);
/* Would a socket at `endpoint` be where this one is?  Port 0 is the same as
 * port 0, and as the port that it became. */
bool shared_listener_is_at(const struct shared_listener *shared,
    const struct endpoint *endpoint);
/* Is one of them at every address of the other's port? */
bool shared_listener_overlaps(const struct shared_listener *shared,
    const struct endpoint *endpoint);

#endif
