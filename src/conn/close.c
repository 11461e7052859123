/*
 * The end of a connection: last bytes must arrive, and a descriptor that is
 * not ours must not be closed.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "conn/conn.h"

/* The master must not take it for a handler that hangs. */
static int64_t
linger_idle_ms(const struct prefork_conn *conn)
{
	int64_t idle_ms = conn->context->limits.idle_ms;

	return idle_ms > 0 && idle_ms < CONN_LINGER_IDLE_MS ?
	    idle_ms :
	    CONN_LINGER_IDLE_MS;
}

static void
linger(struct prefork_conn *conn)
{
	int64_t idle_ms = linger_idle_ms(conn), now_ms = clock_ms();
	int64_t end_ms = conn_deadline(conn, CONN_LINGER_TOTAL_MS, now_ms);
	char scrap[4096];
	ssize_t got;

	if (shutdown(conn->fd, SHUT_WR) == -1)
		return;
	conn->waited_ms = 0;
	while (now_ms < end_ms) {
		if (conn_linger_await(conn, POLLIN, idle_ms) == -1)
			return;
		got = recv(conn->fd, scrap, sizeof(scrap), MSG_DONTWAIT);
		if (got == 0 || (got == -1 && errno != EINTR))
			return;
		now_ms = clock_ms();
	}
}

void
conn_end(struct prefork_conn *conn)
{
	conn->deadline_ms = CLOCK_NEVER;
	(void)prefork_flush(conn);
	if (!conn->at_end)
		linger(conn);
	(void)close(conn->fd);
	conn->fd = -1;
}

static int
same_unix_name(const struct sockaddr *a, const struct sockaddr *b)
{
	size_t skip = offsetof(struct sockaddr_un, sun_path);

	return strncmp((const char *)a + skip, (const char *)b + skip,
		   sizeof(struct sockaddr_un) - skip) == 0;
}

/* An accepted socket is bound to its listener's port or name. */
static int
accepted_from(int fd, const struct sockaddr *listener)
{
	struct sockaddr_storage local;
	socklen_t size = sizeof(local);

	memset(&local, 0, sizeof(local));
	if (getsockname(fd, (struct sockaddr *)&local, &size) == -1)
		return 0;
	if (listener == NULL)
		return 1;
	if (local.ss_family != listener->sa_family)
		return 0;
	if (listener->sa_family == AF_UNIX)
		return same_unix_name((struct sockaddr *)&local, listener);
	return endpoint_port((struct sockaddr *)&local) ==
	    endpoint_port(listener);
}

void
conn_end_bare(struct prefork_conn *conn, const struct sockaddr *listener)
{
	if (!accepted_from(conn->fd, listener))
		return;
	linger(conn);
	(void)close(conn->fd);
}
