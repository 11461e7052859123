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
	return conn->deadline_ms < end_ms ? conn->deadline_ms : end_ms;
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
conn_time_out(struct prefork_conn *conn)
{
	conn->timed_out = true;
	errno = ETIMEDOUT;
	return -1;
}

int
conn_check_time(struct prefork_conn *conn)
{
	if (conn->context->limits.total_ms == 0 &&
	    conn->deadline_ms == CLOCK_NEVER)
		return 0;
	return clock_ms() < conn_deadline(conn, 0, 0) ? 0 : conn_time_out(conn);
}

/* Where a wait that ends at end_ms is to be looked at. */
static int64_t
window_end(const struct prefork_conn *conn, int64_t end_ms, int64_t now_ms)
{
	const struct conn_limits *limits = &conn->context->limits;
	int64_t window_ms = limits->window_ms - conn->waited_ms;

	if (limits->min_rate == 0 || end_ms - now_ms <= window_ms)
		return end_ms;
	return now_ms + window_ms;
}

/* Only what was waited for the client counts: while a handler computes,
 * nothing can move. */
static bool
too_slow(struct prefork_conn *conn, int64_t waited_ms)
{
	const struct conn_limits *limits = &conn->context->limits;
	uint64_t moved = conn->received + conn->sent;
	uint64_t least;

	if (limits->min_rate == 0)
		return false;
	conn->waited_ms += waited_ms;
	if (conn->waited_ms < limits->window_ms)
		return false;
	least = (uint64_t)(limits->min_rate * conn->waited_ms / 1000);
	if (moved - conn->window_moved < least)
		return true;
	conn->window_moved = moved;
	conn->waited_ms = 0;
	return false;
}

int
conn_linger_await(struct prefork_conn *conn, short events, int64_t limit_ms)
{
	struct pollfd item = { .fd = conn->fd, .events = events };
	int64_t now_ms = clock_ms(), since_ms;
	int64_t end_ms = conn_deadline(conn, limit_ms, now_ms);
	bool slow;
	int ready;

	conn_progress(conn);
	do {
		since_ms = now_ms;
		ready = poll(&item, 1,
		    clock_timeout(window_end(conn, end_ms, now_ms), now_ms));
		now_ms = clock_ms();
		slow = too_slow(conn, now_ms - since_ms);
	} while (!slow &&
	    ((ready == -1 && errno == EINTR) ||
		(ready == 0 && now_ms < end_ms)));
	if (slow || ready == 0)
		errno = ETIMEDOUT;
	return ready > 0 && !slow ? 0 : -1;
}

int
conn_await(struct prefork_conn *conn, short events, int64_t limit_ms)
{
	int result = conn_linger_await(conn, events, limit_ms);

	return result == -1 && errno == ETIMEDOUT ? conn_time_out(conn) :
						    result;
}
