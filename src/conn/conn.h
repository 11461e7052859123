/*
 * The connection that a handler sees, from the core's side.
 * One per worker, used again for each connection.
 * Runs in: worker, and the one-shot mode.
 */
#ifndef PREFORK_CONN_CONN_H
#define PREFORK_CONN_CONN_H

#include <stdbool.h>

#include <prefork/conn.h>

#include "listener/datagram.h"
#include "listener/endpoint.h"
#include "scoreboard/slot.h"
#include "wire/channel.h"

/* What a worker does for its connections. */
struct conn_hooks {
	/* It is to leave after this connection. */
	void (*retire)(void *worker);
	/* Has it to leave, for whatever reason?  Cheap. */
	bool (*leaving)(void *worker);
	/* As poll(2) for input on `fd`, but a word to the worker, which may
	 * make it leave, ends the wait too. */
	int (*wait)(void *worker, int fd, int timeout_ms);
	/* A field of the header that a balancer sent, or NULL. */
	const void *(*field)(void *worker, unsigned type, size_t *length);
	/* Put message->text to the master and take its answer in place of it,
	 * whose descriptor is the caller's then.  -1 with errno: ETIMEDOUT,
	 * EPIPE (the master is dead). */
	int (*ask)(void *worker, enum channel_question question,
	    struct channel_message *message, int64_t deadline_ms);
};

/* 0: none. */
struct conn_limits {
	int64_t idle_ms;  /* of a wait for the client's bytes */
	int64_t write_ms; /* of a wait until it takes ours */
	int64_t total_ms; /* of the connection */
	/* Bytes a second, both ways together, over each window_ms that was
	 * waited for the client. */
	int64_t min_rate;
	int64_t window_ms; /* not 0 where there is a min_rate */
};

/* What is the same for every connection of a worker. */
struct conn_context {
	const char *service;
	const void *config;
	void *worker_data;
	/* NULL in the one-shot mode. */
	struct scoreboard_slot *slot;
	const struct conn_hooks *hooks;
	void *worker;
	struct conn_limits limits;
};

struct prefork_conn {
	const struct conn_context *context;
	int fd;
	bool at_end;	     /* the client's data ended, or the socket broke */
	bool timed_out;	     /* the handler was told so */
	int64_t begun_ms;    /* where there is a limit in all */
	int64_t deadline_ms; /* the handler's own, or CLOCK_NEVER */
	uint64_t number;
	uint64_t received; /* bytes */
	uint64_t sent;
	uint64_t window_moved; /* received and sent at the window's begin */
	int64_t waited_ms;     /* in this window */
	int64_t first_us;      /* clock_us of the first byte sent, or 0 */
	/* What input.c has read and nobody asked for yet. */
	size_t input_next, input_end;
	bool note_cut;	    /* its note was longer than status shows */
	bool skipping;	    /* the rest of a line that was too long */
	size_t output_used; /* what output.c has not sent yet */
	/* NULL: a connection.  Else fd is the listening socket. */
	const struct datagram *datagram;
	unsigned answers_left; /* that the handler may send */
	size_t answer_bytes;   /* of each at most */
	socklen_t peer_length;
	socklen_t local_length;		     /* 0 until somebody asks */
	char peer_text[ENDPOINT_TEXT_BYTES]; /* "" until somebody asks */
	char local_text[ENDPOINT_TEXT_BYTES];
	struct sockaddr_storage peer;
	struct sockaddr_storage local;
};

/* Begin a connection: conn->fd, peer and peer_length are set by the caller. */
void conn_begin(struct prefork_conn *conn, const struct conn_context *context,
    uint64_t number);
/* Has its handler asked for the descriptor?  Of the connection that began last;
 * a process serves one at a time. */
bool conn_is_lent(void);
/* Addresses that hold in place of the socket's own, after conn_begin. */
void conn_set_ends(struct prefork_conn *conn,
    const struct sockaddr_storage *peer, socklen_t peer_length,
    const struct sockaddr_storage *local, socklen_t local_length);
/*
 * datagram.c: after conn_begin; conn->fd is the socket that it came to, peer is
 * where it was received.  Unless long_answers it has one answer that is not
 * longer.
 */
void conn_begin_datagram(struct prefork_conn *conn,
    const struct datagram *datagram, bool long_answers);
/* Sends what is kept; nothing is closed.  -1 with errno. */
int conn_end_datagram(struct prefork_conn *conn);
/* prefork_write() of an answer. */
ssize_t conn_answer(struct prefork_conn *conn, const void *data, size_t bytes);
/* True, with ENOTSUP, of a datagram, which has no bytes to come and no end. */
bool conn_lacks_stream(const struct prefork_conn *conn);
/*
 * End it: close, and when the client's end was not seen half-close before and
 * read what is still coming (at most CONN_LINGER_IDLE_MS silent,
 * CONN_LINGER_TOTAL_MS in all), because closing with unread data makes the
 * kernel reset the connection and destroys the tail of the reply.
 */
void conn_end(struct prefork_conn *conn);
/*
 * The same for a handler that was given the bare descriptor and may have
 * closed it.  `listener` is where it was accepted: a descriptor of that number
 * that is not bound there is the handler's own and is left alone.  One system
 * call when the handler did close it.
 */
void conn_end_bare(struct prefork_conn *conn, const struct sockaddr *listener);
/* limits.c: it has moved, or its handler has come back to us. */
void conn_progress(const struct prefork_conn *conn);
/* When a wait that begins now ends at the latest: after limit_ms (0: no limit),
 * and with the connection's time.  CLOCK_NEVER for never. */
int64_t conn_deadline(const struct prefork_conn *conn, int64_t limit_ms,
    int64_t now_ms);
/* Wait for `events`.  0, or -1 with ETIMEDOUT or poll's errno; never EINTR. */
int conn_await(struct prefork_conn *conn, short events, int64_t limit_ms);
/* The same at the end, when the handler is not concerned. */
int conn_linger_await(struct prefork_conn *conn, short events,
    int64_t limit_ms);
/* A limit of time is reached: -1 with ETIMEDOUT, and it is noted. */
int conn_time_out(struct prefork_conn *conn);
/* What of the limits the socket can keep for who uses it without us: recv and
 * send fail with EAGAIN. */
void conn_limit_socket(int fd, const struct conn_limits *limits);
/* The connection's time is over: -1 with ETIMEDOUT, else 0. */
int conn_check_time(struct prefork_conn *conn);
/* io.c: prefork_read() without the input that is kept, prefork_write() without
 * the output that is. */
ssize_t conn_receive(struct prefork_conn *conn, void *data, size_t bytes);
ssize_t conn_send(struct prefork_conn *conn, const void *data, size_t bytes);
/* input.c: of the input that is kept, at most `bytes`. */
size_t conn_take(struct prefork_conn *conn, void *data, size_t bytes);

/* Of a process, which serves one connection at a time. */
#define CONN_INPUT_BYTES  16384
#define CONN_OUTPUT_BYTES 16384
/* Long enough for what the network and its repetitions do to a good client. */
#define CONN_RATE_WINDOW_MS 5000

/* At most; never longer than the service lets a client be silent, and not
 * beyond the connection's time. */
#define CONN_LINGER_IDLE_MS  2000
#define CONN_LINGER_TOTAL_MS 30000

#endif
