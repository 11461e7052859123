/*
 * A stop: who asked for it, how long it may take, and the connections that were
 * taken from the kernel's queues when it began.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_STOP_H
#define PREFORK_MASTER_STOP_H

#include <sys/resource.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct master;
struct worker_record;

/* A connection taken from the kernel's queue when the stop began. */
struct held_connection {
	int fd;
	unsigned service;
	unsigned listener;
	bool given;	   /* a worker has it too and may have begun */
	uint64_t accepted; /* of that worker, before */
};

struct stop {
	char who[64]; /* asks for it, and how much time it gives */
	int64_t timeout_ms;
	bool begun;
	int64_t delay_over_ms; /* drain_delay; while LEAVING */
	int64_t asked_ms;      /* when it began */
	int64_t deadline_ms;
	int64_t queue_ms; /* when the queues are looked at again */
	bool hurried;
	bool killed;	   /* KILL was sent; waiting for the reaping */
	bool queue_closed; /* listeners refuse */
	bool is_short;	   /* queues could not be emptied */
	struct held_connection *held;
	size_t held_count, held_next, held_room;
	rlim_t held_open, held_most; /* descriptors for workers stay free */
};

/* stop.c */
/* A request by `who`; a second one hurries. */
void stop_ask(struct master *m, const char *who, int64_t timeout_ms);
void stop_ask_fast(struct master *m, const char *who);
void stop_review(struct master *m, int64_t now_ms);
int64_t stop_deadline(const struct master *m);

/* held.c: take the queues, hand them out, refuse what is new. */
void held_begin(struct master *m, int64_t now_ms);
void held_review(struct master *m, int64_t now_ms);
void held_close_listeners(struct master *m);
/* The worker is done with what it was handed, or dead; what it had not begun
 * goes to another. */
void held_settle(struct worker_record *record, bool dead);
bool held_any(const struct stop *stop);
/* Close them all, or in a child its copies. */
void held_drop(struct stop *stop);

#endif
