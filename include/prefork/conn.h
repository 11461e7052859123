/*
 * <prefork/conn.h>: the connection that a handler module serves.
 *
 * A struct prefork_conn is valid inside the hook it was given to, in that
 * process only.  Nothing here is async-signal-safe or thread-safe; nothing
 * exits or logs by itself.
 *
 * A protocol of requests and answers on one connection, without losing a
 * request when the daemon is reloaded or stopped, or the worker recycled: a
 * worker that is told to go finishes its connection first, so the handler has
 * to end it, at a moment when nothing is under way.
 *
 *	do {
 *		read a request with prefork_read
 *		last = prefork_conn_draining(conn)
 *		answer it; if last, say so in the answer
 *	} while (!last && prefork_wait(conn) == PREFORK_WAIT_DATA);
 *	return 0;
 *
 * The first request is read without prefork_wait, because a client that has
 * just connected has not been served at all.  What to do at
 * PREFORK_WAIT_DRAINING, when a request may be on its way already, depends on
 * the protocol:
 *
 *	- it has a goodbye of the server, after which a client sends what was
 *	  not answered to somebody else: say goodbye and return;
 *	- it has not, but an answer can say that it is the last one, as HTTP/1.1
 *	  does with "Connection: close": read one more request, answer it so,
 *	  and return.  `timeout idle` and the deadline of the reload or stop
 *	  bound this wait;
 *	- neither: return, and the client finds the connection closed.
 */
#ifndef PREFORK_CONN_H
#define PREFORK_CONN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct prefork_conn;

/* The socket: connected, blocking, close-on-exec.  Do not close it.  Limits of
 * time do not hold for what is read or written directly.  Before writing
 * directly call prefork_flush; before reading directly, take with prefork_read
 * what prefork_conn_buffered tells. */
int prefork_conn_fd(const struct prefork_conn *conn);
/* Bytes that prefork_read_line or prefork_read_exact have read from the socket
 * and not handed out yet. */
size_t prefork_conn_buffered(const struct prefork_conn *conn);
/* The other side, "192.0.2.1:4711", "[2001:db8::1]:4711" or "unix:".  Behind a
 * balancer that sends PROXY headers (preforkd.conf(5), proxy) it is the client
 * that the header names, and local the address that this one connected to. */
const char *prefork_conn_peer(struct prefork_conn *conn);
/* The address that was connected to, in the same form. */
const char *prefork_conn_local(struct prefork_conn *conn);
/* The same as socket addresses; *length is set.  Never NULL. */
const struct sockaddr *
prefork_conn_peer_address(const struct prefork_conn *conn, socklen_t *length);
const struct sockaddr *prefork_conn_local_address(struct prefork_conn *conn,
    socklen_t *length);
/* Fields of a PROXY header of version 2 (its specification, section 2.2). */
enum prefork_tlv {
	PREFORK_TLV_ALPN = 0x01,
	PREFORK_TLV_AUTHORITY = 0x02, /* the name that the client asked for */
	PREFORK_TLV_UNIQUE_ID = 0x05,
	PREFORK_TLV_SSL = 0x20, /* a byte of bits, 4 of a result, fields */
	PREFORK_TLV_SSL_VERSION = 0x21,
	PREFORK_TLV_SSL_CN = 0x22,
	PREFORK_TLV_SSL_CIPHER = 0x23,
	PREFORK_TLV_SSL_SIG_ALG = 0x24,
	PREFORK_TLV_SSL_KEY_ALG = 0x25,
	PREFORK_TLV_NETNS = 0x30,
};
/*
 * The first field of this type, which may be any, 0 to 255, that the header of
 * the balancer has; those from 0x21 to 0x2f are found within PREFORK_TLV_SSL.
 * *length is set to its bytes, which may be 0; no NUL is behind them.  They
 * hold until the handler returns.  NULL, and *length is left, when there is
 * none, or no header is required (preforkd.conf(5), proxy).  Who sent the
 * header vouches for it, and it may have what a client chose.
 */
const void *prefork_conn_tlv(const struct prefork_conn *conn, unsigned type,
    size_t *length);
/* Name of the service. */
const char *prefork_conn_service(const struct prefork_conn *conn);
/* 1 for the first connection of this worker, 2 for the next. */
uint64_t prefork_conn_number(const struct prefork_conn *conn);
/* The module's config struct, filled from its options; NULL if it has none. */
const void *prefork_conn_config(const struct prefork_conn *conn);
/* What worker_init left. */
void *prefork_conn_worker_data(const struct prefork_conn *conn);
/*
 * Has this worker to leave when the connection has ended, because of a reload,
 * a stop, a signal, the end of the daemon or prefork_conn_retire(); or will it
 * have soon (drain_delay)?  1 or 0; cheap enough to be asked all the time.
 */
int prefork_conn_draining(const struct prefork_conn *conn);
/*
 * Let this worker go after this connection, because it has leaked or is not to
 * be trusted any more.  Another one is started at once; the connection is
 * served to its end, and prefork_conn_draining() is true from now on.
 */
void prefork_conn_retire(struct prefork_conn *conn);
/* A word on what this connection is doing, for status and for the dump of a
 * worker that hangs; cut at 63 bytes. */
void prefork_conn_note(struct prefork_conn *conn, const char *note);
/* One line to the daemon's log, with service, slot, number of the connection
 * and peer. */
void prefork_conn_log(struct prefork_conn *conn, const char *format, ...)
#if defined(__GNUC__) || defined(__clang__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/*
 * From now on the connection has so many milliseconds, after which whatever
 * waits fails with ETIMEDOUT; 0: no deadline but the service's.  Each call
 * replaces the one before, so that a request can have a time of its own.  The
 * limits of the service hold in any case: a later deadline changes nothing.
 */
void prefork_conn_set_deadline(struct prefork_conn *conn, int64_t from_now_ms);

/*
 * Of all that read and write: never EINTR; no SIGPIPE; any byte may come and
 * go. errno is ETIMEDOUT when the client was silent for `timeout idle`, or took
 * nothing for `timeout write`, or was slower than `timeout min_rate`, or when
 * the connection has taken `timeout total` or come to its own deadline.  What
 * reads sends first what prefork_printf has kept, unless it has what it needs;
 * so it may also fail as prefork_flush does.  Nothing allocates memory.
 */

/*
 * Read at most `bytes`: as soon as there is something.  Number of bytes, 0 at
 * the end of the client's data, -1 with errno (ECONNRESET ..).
 */
ssize_t prefork_read(struct prefork_conn *conn, void *data, size_t bytes);
/*
 * Read all of it.  `bytes`; less where the client's data ended before, 0 where
 * nothing came; -1 with errno, and what had come is lost.
 */
ssize_t prefork_read_exact(struct prefork_conn *conn, void *data, size_t bytes);
/*
 * Read a line of at most `bytes`, its end included, as most protocols count.
 * `line` has room for `bytes`, which is 2 or more.  The end, LF or CR LF, is
 * left out, a NUL is put behind, and *length, which may be NULL, tells how many
 * bytes it has, because NULs may be among them.
 *
 * After PREFORK_TOO_LONG the next prefork_read_line leaves out the rest of that
 * line, and prefork_read gives it.  However the network cuts the bytes into
 * pieces, the result is the same.
 *
 *	char line[512];
 *
 *	while (prefork_read_line(conn, line, sizeof(line), NULL) ==
 *	    PREFORK_LINE)
 *		if (prefork_printf(conn, "you said %s\r\n", line) == -1)
 *			break;
 */
int prefork_read_line(struct prefork_conn *conn, char *line, size_t bytes,
    size_t *length);
#define PREFORK_EOF	 0    /* the client's data ended before a line */
#define PREFORK_LINE	 1    /* a whole line */
#define PREFORK_PARTIAL	 2    /* the data ended in the line; its beginning */
#define PREFORK_TOO_LONG 3    /* its first `bytes` - 1 */
#define PREFORK_TIMEOUT	 (-1) /* errno is ETIMEDOUT; what came till then */
#define PREFORK_ERROR	 (-2) /* errno tells; what came till then */

/*
 * Write all of it, at once: what prefork_printf has kept, then this.  `bytes`,
 * or -1 with errno (EPIPE ..).  After -1 a part may have been written.
 */
ssize_t prefork_write(struct prefork_conn *conn, const void *data,
    size_t bytes);
/*
 * As printf(3), into a buffer of PREFORK_PRINTF_MAX bytes, which is sent when
 * the next text finds no room, by anything that writes, by what has to read
 * from the socket or wait, and at the end of the connection.  Number of bytes;
 * -1 with errno: EMSGSIZE for a text of more than PREFORK_PRINTF_MAX bytes, of
 * which nothing is kept, or what kept the buffer from being sent.
 */
int prefork_printf(struct prefork_conn *conn, const char *format, ...)
#if defined(__GNUC__) || defined(__clang__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
#define PREFORK_PRINTF_MAX 16383
/* Send what prefork_printf has kept: before a long computation, before fork(),
 * and where it must be known that it went.  0, or -1 with errno, and it is
 * dropped. */
int prefork_flush(struct prefork_conn *conn);
/*
 * Send the next `bytes` of the open file `fd`, from where it stands, as
 * prefork_write would.  Number of bytes sent, less where the file ended before;
 * -1 with errno, of reading or of writing.
 */
ssize_t prefork_send_file(struct prefork_conn *conn, int fd, size_t bytes);
/* No more will be written: the client sees the end of our data, and one can
 * still read.  Sends what was kept.  0, or -1 with errno. */
int prefork_shutdown_write(struct prefork_conn *conn);

/*
 * Between two requests, where it is safe to stop: wait until there is something
 * to read, or the worker has to leave, which is told at once, however long the
 * client is silent.  -1 with errno: ETIMEDOUT after `timeout idle` (the client
 * may still be told so), or what broke the connection.  Never EINTR.  No rate
 * is asked of the client here.
 */
int prefork_wait(struct prefork_conn *conn);
#define PREFORK_WAIT_END      0 /* the client sends no more */
#define PREFORK_WAIT_DATA     1 /* prefork_read has something */
#define PREFORK_WAIT_DRAINING 2 /* nothing has come, and the worker leaves */

/*
 * Of the daemon, as the master knows it at this moment.  A question costs it
 * what the same verb of preforkctl(8) does; the worker needs no right to the
 * control socket, and there need not be one.  -1 with errno: ETIMEDOUT when
 * there is no answer within three seconds or the connection's time, EPIPE when
 * the master is dead, ENOTSUP where there is none (preforkd -i) or in a process
 * that the handler has forked.
 */

/*
 * Its figures in Prometheus' text format, version 0.0.4: a file to be read from
 * its begin, whose size fstat(2) tells, for prefork_send_file(); close it.  No
 * counter is ever less than it was, over deaths of workers, reloads and
 * upgrades.
 */
int prefork_server_metrics(struct prefork_conn *conn);

/* In the order of getting worse. */
#define PREFORK_STATE_READY    0 /* a worker is there, idle or busy */
#define PREFORK_STATE_STARTING 1 /* none has been yet */
#define PREFORK_STATE_DRAINED  2 /* preforkctl drain, WINCH */
#define PREFORK_STATE_MAINT    3 /* preforkctl drain -maint */
#define PREFORK_STATE_DOWN     4 /* none is, though some should be */
#define PREFORK_STATE_STOPPING 5 /* the daemon stops, or will (drain_delay) */

struct prefork_state {
	int state;
	unsigned wanted;  /* workers that there should be now */
	unsigned idle;	  /* those that could take a connection at once */
	unsigned busy;	  /* those that serve one */
	char reason[128]; /* "" where it is ready */
};

/*
 * Is the service of this name there for clients?  `service` NULL: all but the
 * connection's own, or that one where it is alone, as one: the worst state,
 * and the sums.  0; -1 also with ENOENT: there is no such service.
 *
 *	struct prefork_state state;
 *
 *	if (prefork_server_state(conn, "echo", &state) == 0 &&
 *	    state.state == PREFORK_STATE_READY)
 *		prefork_printf(conn, "%u free\n", state.idle);
 */
int prefork_server_state(struct prefork_conn *conn, const char *service,
    struct prefork_state *state);

#ifdef __cplusplus
}
#endif

#endif
