/*
 * The limits of a service on the waits of a connection, and the signs of
 * progress by which the master tells a slow client from a handler that hangs.
 * Nothing here costs anything where no limit is set.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "conn/conn.h"

void
conn_progress(const struct prefork_conn *conn)
{
	const struct conn_context *context = conn->context;

	if (context->limits.idle_ms > 0 && context->slot != NULL)
		slot_active(context->slot, clock_ms());
}

int64_t
conn_deadline(const struct prefork_conn *conn, int64_t limit_ms, int64_t now_ms)
{
	int64_t total_ms = conn->context->limits.total_ms;
	int64_t end_ms = limit_ms > 0 ? now_ms + limit_ms : CLOCK_NEVER;

	if (total_ms > 0 && conn->begun_ms + total_ms < end_ms)
		end_ms = conn->begun_ms + total_ms;
	return end_ms;
}

static void
set_timeout(int fd, int option, int64_t limit_ms)
{
	struct timeval limit = {
		.tv_sec = (time_t)(limit_ms / 1000),
		.tv_usec = (suseconds_t)(limit_ms % 1000) * 1000,
	};

	/* One that cannot be set is one limit less; total is the master's. */
	if (limit_ms > 0)
		(void)setsockopt(fd, SOL_SOCKET, option, &limit, sizeof(limit));
}

void
conn_limit_socket(int fd, const struct conn_limits *limits)
{
	set_timeout(fd, SO_RCVTIMEO, limits->idle_ms);
	set_timeout(fd, SO_SNDTIMEO, limits->write_ms);
}

int
conn_check_time(const struct prefork_conn *conn)
{
	int64_t total_ms = conn->context->limits.total_ms;

	if (total_ms == 0 || clock_ms() < conn->begun_ms + total_ms)
		return 0;
	errno = ETIMEDOUT;
	return -1;
}

int
conn_await(const struct prefork_conn *conn, short events, int64_t limit_ms)
{
	struct pollfd item = { .fd = conn->fd, .events = events };
	int64_t now_ms = clock_ms();
	int64_t end_ms = conn_deadline(conn, limit_ms, now_ms);
	int ready;

	conn_progress(conn);
	do {
		ready = poll(&item, 1, clock_timeout(end_ms, now_ms));
		now_ms = clock_ms();
	} while ((ready == -1 && errno == EINTR) ||
	    (ready == 0 && now_ms < end_ms));
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready > 0 ? 0 : -1;
}
