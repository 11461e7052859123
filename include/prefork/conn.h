/*
 * <prefork/conn.h>: the connection that a handler module serves.
 *
 * A struct prefork_conn is valid inside the hook it was given to, in that
 * process only.  Nothing here is async-signal-safe or thread-safe; nothing
 * exits or logs by itself.
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
 * read it directly once prefork_read was used. */
int prefork_conn_fd(const struct prefork_conn *conn);
/* The other side, "192.0.2.1:4711", "[2001:db8::1]:4711" or "unix:". */
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
/* Has this worker been told to finish?  1 or 0; one load from memory. */
int prefork_conn_draining(const struct prefork_conn *conn);
/*
 * Let this worker go after this connection, because it has leaked or is not to
 * be trusted any more.  Another one is started at once; the connection is
 * served to its end.
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
 * the end of the client's data, -1 with errno (ECONNRESET ..).  Never EINTR.
 */
ssize_t prefork_read(struct prefork_conn *conn, void *data, size_t bytes);
/* Write all of it.  `bytes`, or -1 with errno (EPIPE ..; no SIGPIPE). */
ssize_t prefork_write(struct prefork_conn *conn, const void *data,
    size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
