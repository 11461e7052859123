/*
 * The control socket: takes requests, keeps those who wait for an outcome, and
 * writes answers; what a verb does is the master's.  Never blocks, and whoever
 * is slow, silent or talks nonsense is let go; at most CONTROL_CLIENTS at once.
 * Runs in: master.
 */
#ifndef PREFORK_CONTROL_CONTROL_H
#define PREFORK_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/loop.h"
#include "listener/listener.h"
#include "wire/control.h"

/* For one more, who has asked nothing for the longest time is let go; where
 * all have asked, it is told so. */
#define CONTROL_CLIENTS 100
/* A request must have come, an answer must have been taken, so soon. */
#define CONTROL_PATIENCE_MS 10000
/* Of control_who. */
#define CONTROL_WHO_BYTES 64
/* An answer is cut at so much. */
#define CONTROL_BYTES (4u << 20)

struct control;
struct control_client;

/* What a client waits for in detail.  This room only keeps it; which member
 * means something depends on what it waits for. */
struct control_matter {
	unsigned service;    /* of the generation */
	uint32_t generation; /* in which that is so */
	unsigned cell;	     /* of a worker, */
	pid_t pid;	     /* if it is still this one */
	int64_t number;
};

struct control_hooks {
	/* Call control_say, then control_end or control_wait. */
	void (*request)(void *arg, struct control_client *client,
	    const struct control_request *request);
	/* Somebody was turned away whom the socket's mode does not let in; told
	 * at most once a second. */
	void (*refused)(void *arg, const char *who);
	/* Time for deadlines. */
	int64_t (*now_ms)(void *arg);
	void *arg;
};

/*
 * Serve at the listener, which is taken over also where it fails.  NULL with
 * errno.
 */
struct control *control_new(struct loop *loop, const struct listener *listener,
    const struct control_hooks *hooks);
/* Who asks, for the log. */
void control_who(const struct control_client *client, char *text, size_t bytes);
/* Nobody new comes: closes the listener, and with it its file if that is ours.
 * NULL is none. */
void control_shut(struct control *control);
/*
 * What can be written at once of answers is.  With `linger` the descriptors of
 * those who have their last line stay open, so that they see its end only when
 * the process has ended.  NULL is none.
 */
void control_free(struct control *control, bool linger);
/* After a fork: close the descriptors of the copy, nothing else. */
void control_forget(struct control *control);
const struct listener *control_listener(const struct control *control);

/* One more line of the answer. */
void control_say(struct control_client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The last line. */
void control_end(struct control_client *client, int code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* Its outcome is not known yet; `what` is the master's name for it, above 0. */
void control_wait(struct control_client *client, int what);
void control_wait_matter(struct control_client *client, int what,
    const struct control_matter *matter);
/* Does anybody wait for `what`? */
bool control_waits(const struct control *control, int what);
/* Call look for each of those who wait for `what`; it may call control_end. */
void control_review(struct control *control, int what,
    void (*look)(void *arg, struct control_client *client,
	const struct control_matter *matter),
    void *arg);
/* Those who wait for `what` wait for `other` from now on. */
void control_rename(struct control *control, int what, int other);
/* Those who wait for `what` get a line more; written at once if it can be. */
void control_say_all(struct control *control, int what, const char *text);
/* Those who wait for `what` get their last line. */
void control_end_all(struct control *control, int what, int code,
    const char *text);

void control_tick(struct control *control, int64_t now_ms);
int64_t control_deadline(const struct control *control);

#endif
