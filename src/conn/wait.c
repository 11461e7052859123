/*
 * The wait between two requests, which the end of the worker may end.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/export.h"
#include "conn/conn.h"

/* What is there now; NOTHING_YET when nothing is. */
#define NOTHING_YET (-2)

static int
look(struct prefork_conn *conn)
{
	char byte;
	ssize_t got;

	if (conn->input_next < conn->input_end)
		return PREFORK_WAIT_DATA;
	do
		got = recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	while (got == -1 && errno == EINTR);
	if (got > 0)
		return PREFORK_WAIT_DATA;
	if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return NOTHING_YET;
	conn->at_end = true;
	return got == 0 ? PREFORK_WAIT_END : -1;
}

static bool
is_leaving(const struct prefork_conn *conn)
{
	const struct conn_context *context = conn->context;

	return context->hooks != NULL &&
	    context->hooks->leaving(context->worker);
}

static int
wait_once(const struct prefork_conn *conn, int timeout_ms)
{
	const struct conn_context *context = conn->context;
	struct pollfd item = { .fd = conn->fd, .events = POLLIN };

	if (context->hooks != NULL)
		return context->hooks->wait(context->worker, conn->fd,
		    timeout_ms);
	return poll(&item, 1, timeout_ms);
}

/* The client's bytes win over an order that came at the same time. */
static int
look_or_leave(struct prefork_conn *conn)
{
	int found = look(conn);

	return found == NOTHING_YET && is_leaving(conn) ?
	    PREFORK_WAIT_DRAINING :
	    found;
}

PREFORK_API int
prefork_wait(struct prefork_conn *conn)
{
	int64_t now_ms, end_ms;
	int found;

	/* The client may wait for it before it says more. */
	if (conn_lacks_stream(conn) ||
	    (prefork_conn_buffered(conn) == 0 && prefork_flush(conn) == -1))
		return -1;
	found = look_or_leave(conn);
	if (found != NOTHING_YET)
		return found;
	conn_progress(conn);
	now_ms = clock_ms();
	end_ms = conn_deadline(conn, conn->context->limits.idle_ms, now_ms);
	while (found == NOTHING_YET) {
		if (now_ms >= end_ms)
			return conn_time_out(conn);
		if (wait_once(conn, clock_timeout(end_ms, now_ms)) == -1 &&
		    errno != EINTR)
			return -1;
		found = look_or_leave(conn);
		now_ms = clock_ms();
	}
	return found;
}
