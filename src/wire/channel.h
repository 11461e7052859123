/*
 * The channel between master and worker: one stream socketpair per worker,
 * small framed messages, each with at most one descriptor.
 * Ends: the master's is non-blocking, the worker's blocking.
 * EOF means that the other side is dead.
 * Runs in: master, worker.
 */
#ifndef PREFORK_WIRE_CHANNEL_H
#define PREFORK_WIRE_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#define CHANNEL_TEXT_BYTES 480

enum channel_type {
	/* worker to master */
	CHANNEL_READY = 1, /* could accept; value: READY_SINGLE or 0 */
	CHANNEL_FAILED,	   /* value: message id, text: the reason */
	CHANNEL_DONE,	   /* value: DONE_LEAVING or DONE_FREE */
	CHANNEL_HELP,	   /* woken for a connection that it cannot take */
	/* master to worker */
	CHANNEL_GO,	/* accept from now on */
	CHANNEL_RETIRE, /* finish the connection, exit 0 */
	CHANNEL_DRAIN,	/* stop accepting; DONE when free, then SERVE or
			   RETIRE follow */
	CHANNEL_SERVE,	/* serve the attached connection; value: listener */
	CHANNEL_LOOK,	/* try to accept: somebody else's wake-up was lost */
	CHANNEL_REOPEN, /* the attached descriptor is the log; value: kind */
	/* Worker to master; at the end, because numbers outlive an upgrade. */
	CHANNEL_RECYCLE, /* replace me, then RETIRE; value: recycle_reason */
	/* Master to worker: nobody else will serve the queue of this listener;
	 * do so before you go.  Value: its index, and EMPTY_BOUNDED. */
	CHANNEL_EMPTY,
	/* Worker to master: tell me something.  Value: what, and above it a
	 * number of the worker's; text: of which service. */
	CHANNEL_ASK,
	/* Master to worker: value as it was asked.  See enum channel_question.
	 */
	CHANNEL_ANSWER,
	/* Master to worker: the attached descriptor is the access log. */
	CHANNEL_ACCESS,
	CHANNEL_TYPES
};

/* The low byte of an ASK; how it is answered. */
enum channel_question {
	/* The attached file has the text; none: the master could not. */
	ASK_METRICS = 1,
	/* Of a service; of none: of all but that of who asks.  Text: numbers
	 * as in struct prefork_state, and the reason behind them; "": there is
	 * no such service. */
	ASK_STATE
};

#define ASK_KIND_BITS	8
#define ASK_KIND(value) ((value)&0xffu)

/* Why a worker is to be replaced. */
enum recycle_reason {
	RECYCLE_NONE,
	RECYCLE_REQUESTS, /* max_requests */
	RECYCLE_RSS,	  /* max_rss */
	RECYCLE_ASKED,	  /* prefork_conn_retire: it leaves by itself */
	RECYCLE_AGE,	  /* max_age; the master's own finding */
	RECYCLE_REASONS
};

/* Clients may still join that queue: do not wait for its end. */
#define EMPTY_BOUNDED 0x10000u
/* The handler wants to be in one worker only. */
#define READY_SINGLE 1u
/* A worker that is leaving must not be handed anything more. */
#define DONE_LEAVING 0u
#define DONE_FREE    1u

const char *channel_type_name(enum channel_type type);
const char *recycle_reason_name(enum recycle_reason reason);

struct channel_message {
	uint16_t type;
	uint16_t length; /* of text, without a terminator */
	uint32_t value;
	char text[CHANNEL_TEXT_BYTES + 1]; /* terminated by the receiver */
	int fd;				   /* attached descriptor or -1 */
};

#define CHANNEL_HEADER_BYTES 8

/* Receiving state of one end. */
struct channel {
	int fd;
	size_t have; /* bytes of the message under way */
	int passed_fd;
	unsigned char bytes[CHANNEL_HEADER_BYTES + CHANNEL_TEXT_BYTES];
};

void channel_init(struct channel *channel, int fd);
/* Closes the descriptor, and one that came and was not taken. */
void channel_close(struct channel *channel);

/*
 * Send one whole message; fd is attached when not -1 and stays the caller's.
 * A length above CHANNEL_TEXT_BYTES is cut to it.
 * 0, or -1 with errno: EAGAIN (non-blocking end full, nothing sent), EPIPE
 * (other side dead).  Never SIGPIPE.  A message is either sent whole or, if
 * the socket broke in its midst, the channel is of no more use (EPIPE).
 */
int channel_send(int channel_fd, const struct channel_message *message);
/* The common forms. */
int channel_send_type(int channel_fd, enum channel_type type);
int channel_send_fd(int channel_fd, enum channel_type type, uint32_t value,
    int fd);

enum channel_result {
	CHANNEL_MESSAGE, /* *out is one; out->fd is the caller's to close */
	CHANNEL_NOTHING, /* nothing whole yet (non-blocking end) */
	CHANNEL_EOF,	 /* the other side is dead */
	CHANNEL_GARBAGE	 /* the bytes are no message: kill the sender */
};

enum channel_result channel_receive(struct channel *channel,
    struct channel_message *out);
/* Is the other side still there?  One system call, consumes nothing. */
int channel_alive(int channel_fd);

#endif
