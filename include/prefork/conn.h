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

/* The socket: connected, blocking, close-on-exec.  Do not close it; do not
 * read it directly once prefork_read was used.  Limits of time do not hold for
 * what is read or written directly. */
int prefork_conn_fd(const struct prefork_conn *conn);
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
/* One line to the daemon's log, with service, slot and peer. */
void prefork_conn_log(struct prefork_conn *conn, const char *format, ...)
#if defined(__GNUC__) || defined(__clang__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/*
 * Read at most `bytes`: as soon as there is something.  Number of bytes, 0 at
 * the end of the client's data, -1 with errno (ECONNRESET ..; ETIMEDOUT when
 * the client was silent for `timeout idle`, or the connection has taken
 * `timeout total`).  Never EINTR.
 */
ssize_t prefork_read(struct prefork_conn *conn, void *data, size_t bytes);
/*
 * Write all of it.  `bytes`, or -1 with errno (EPIPE ..; no SIGPIPE; ETIMEDOUT
 * when the client took nothing for `timeout write`, or the connection has taken
 * `timeout total`).  After -1 a part may have been written.
 */
ssize_t prefork_write(struct prefork_conn *conn, const void *data,
    size_t bytes);

/*
 * Between two requests, where it is safe to stop: wait until there is something
 * to read, or the worker has to leave, which is told at once, however long the
 * client is silent.  -1 with errno: ETIMEDOUT after `timeout idle` (the client
 * may still be told so), or what broke the connection.  Never EINTR.
 */
int prefork_wait(struct prefork_conn *conn);
#define PREFORK_WAIT_END      0 /* the client sends no more */
#define PREFORK_WAIT_DATA     1 /* prefork_read has something */
#define PREFORK_WAIT_DRAINING 2 /* nothing has come, and the worker leaves */

#ifdef __cplusplus
}
#endif

#endif
