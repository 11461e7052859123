/*
 * What one worker process knows; shared by the files of this room only.
 * Runs in: worker.
 */
#ifndef PREFORK_WORKER_STATE_H
#define PREFORK_WORKER_STATE_H

#include "admission/proxy.h"
#include "admission/refusal.h"
#include "conn/conn.h"
#include "listener/accept.h"
#include "scoreboard/tally.h"
#include "wire/channel.h"
#include "worker/wait.h"
#include "worker/worker.h"

/* How long to serve the queue of a listener that the master has given up. */
enum emptying { EMPTY_NOT, EMPTY_WHOLLY, EMPTY_SOON };

struct access_log {
	bool on, wants_local;
	struct log_trouble trouble;
	int fd; /* -1: the master could not open it */
	/* Of the connection: other end of its socket. */
	socklen_t peer_length;
	struct sockaddr_storage peer;
};

struct worker {
	const struct worker_setup *setup;
	const struct service *service;
	struct listener *listeners; /* of the service */
	size_t listener_count;
	struct module module;
	struct conn_context context;
	struct prefork_conn conn;
	struct proxy_header proxied; /* of conn, where one is required */
	struct channel channel;
	struct waiter *waiter;
	uint32_t seen_orders; /* order word that was acted upon */
	int64_t now_ms;	      /* when the last connection ended */
	int64_t ended_us;     /* the same, by clock_us */
	int64_t checked_ms;   /* when the master was last seen alive */
	uint64_t connections;
	uint64_t request_limit; /* asks to be replaced at this one; 0: none */
	int last;		/* listener that gave the last connection */
	unsigned in_a_row;	/* connections from it */
	unsigned broken;	/* connections in a row that were gone */
	unsigned shortages;	/* accepts in a row that lacked a resource */
	unsigned wait_first;	/* accepts still to come behind a wait */
	struct refusal_log refusals;
	struct access_log access;
	uint8_t empty[SETTINGS_MAX_LISTENERS]; /* by listener: enum emptying */
	bool look;	 /* the wait ended for another reason than a client */
	bool look_all;	 /* try every listener before the next wait */
	bool orphan;	 /* the master is dead */
	bool admitted;	 /* told to accept */
	bool retired;	 /* told to go */
	bool draining;	 /* told to serve only what it is handed */
	bool sick;	 /* cannot accept any more */
	bool leave_next; /* its handler wants it to go after this connection */
	bool asked_recycling; /* RECYCLE was sent */
	uint32_t asked;	      /* number of the last question */
	/* Where the answer goes that has its value; NULL: nobody waits. */
	struct channel_message *answer;
};

/* How long a busy worker may not notice that its master is dead. */
#define MASTER_CHECK_MS 50
/* Accepts behind a wait after one that found nothing. */
#define WAIT_FIRST 16
/* Connections from one listener before the others are looked at. */
#define LISTENER_TURN 16
/* Accepts that lack a resource, with doubling pauses from 10 ms (0.6 s in
 * all), before the worker gives its place to a fresh one. */
#define SHORTAGE_TRIES 6

/* So many connections in a row are not gone before their time: accept fails
 * for another reason. */
#define BROKEN_MAX 10000

/* serve.c: accept and serve until there is a reason to leave. */
void serve(struct worker *worker);
/* One connection that is here already; `from` is its listener. */
void serve_connection(struct worker *worker, int fd, int from);
/* Accept one connection from a listener and serve it. */
enum accept_answer serve_next(struct worker *worker, int from);
/* A connection is closed, a datagram served: written down and counted. */
void serve_ended(struct worker *worker, int64_t begun_us, int result);
/* admit.c: may the connection in worker->conn be handled?  False: it is
 * counted, told and closed.  Only where the service has an admission. */
bool admit(struct worker *worker);
/* The same of a datagram; its socket stays open. */
bool admit_datagram(struct worker *worker);
/* datagram.c: before the first one. */
void datagram_init(struct worker *worker);
/* Take one datagram from a listener and serve it. */
enum accept_answer datagram_next(struct worker *worker, int from);
/* access.c: what the service wants, before the first connection. */
void access_init(struct worker *worker);
/* It was opened again. */
void access_adopt(struct worker *worker, int fd);
/* Where it is on: a connection has begun, and is as it came. */
void access_begin(struct worker *worker);
/* It is closed; of the slot it is still the one being served. */
void access_end(struct worker *worker, const struct tally_entry *measured,
    int result);
/* recycle.c: its limits; a connection was accepted, or has ended. */
void recycle_init(struct worker *worker);
void recycle_begun(struct worker *worker);
void recycle_ended(struct worker *worker);
/* The handler asks: leave after this connection. */
void recycle_wanted(void *worker);
/* proxy.c: may the handler see worker->conn, which has begun, of a service
 * where each connection begins with a PROXY header?  Then the header is read,
 * and its addresses are the connection's; else it is counted, told and closed.
 */
bool proxy_admit(struct worker *worker);
/* For conn_hooks. */
const void *proxy_field(void *worker, unsigned type, size_t *length);
/* dump.c: say what was going on when ABRT comes, and die of it. */
int dump_install(const struct worker *worker);
/* leave.c: what comes between the last ordinary accept and the end. */
_Noreturn void leave(struct worker *worker);
/* orders.c: has anything been said to this worker?  Cheap. */
bool orders_pending(const struct worker *worker);
/* Act on signals, order word and channel.  True when it must leave. */
bool orders_obey(struct worker *worker);
/* Wait for the next message and act on it. */
void orders_wait(struct worker *worker);
/* The hooks of a connection that is being served.  Has this worker to leave
 * when it has ended? */
bool orders_leaving(void *worker);
/* As poll(2) for input on `fd`; what is said to the worker meanwhile is obeyed
 * and ends the wait.  Not for one that is leaving: what the master says to
 * that one is for the accept loop. */
int orders_wait_with(void *worker, int fd, int timeout_ms);
/* ask.c: a connection asks the master; as in struct conn_hooks. */
int ask_master(void *worker, enum channel_question question,
    struct channel_message *message, int64_t deadline_ms);
/* An answer has come: true where it was waited for, and is taken over. */
bool ask_answered(struct worker *worker, const struct channel_message *answer);
/* READY was said: wait until the master says what to do.  True: accept. */
bool orders_await_go(struct worker *worker);

#endif
