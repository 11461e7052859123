/*
 * Reading and writing on a handler's connection.  The socket is tried first and
 * waited for only when it has nothing, so that what is there costs one system
 * call, with limits as without.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>

#include "base/clock.h"
#include "base/export.h"
#include "conn/conn.h"

/* Without limits the socket waits by itself. */
static int
wait_flag(const struct prefork_conn *conn)
{
	const struct conn_limits *limits = &conn->context->limits;

	return limits->idle_ms > 0 || limits->write_ms > 0 ||
		limits->total_ms > 0 || limits->min_rate > 0 ||
		conn->deadline_ms != CLOCK_NEVER ?
	    MSG_DONTWAIT :
	    0;
}

/* After a call failed: 0 to try it again. */
static int
try_again(struct prefork_conn *conn, int flag, short events, int64_t limit_ms)
{
	if (errno == EINTR)
		return 0;
	if (flag == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		return -1;
	return conn_await(conn, events, limit_ms);
}

ssize_t
conn_receive(struct prefork_conn *conn, void *data, size_t bytes)
{
	int flag = wait_flag(conn);
	ssize_t got;

	if (conn_lacks_stream(conn) || conn_check_time(conn) == -1 ||
	    prefork_flush(conn) == -1)
		return -1;
	do
		got = recv(conn->fd, data, bytes, flag);
	while (got == -1 &&
	    try_again(conn, flag, POLLIN, conn->context->limits.idle_ms) == 0);
	if (got > 0) {
		conn->received += (uint64_t)got;
		conn_progress(conn);
	} else if (got == -1 ? errno != ETIMEDOUT : bytes > 0)
		conn->at_end = true;
	return got;
}

PREFORK_API ssize_t
prefork_read(struct prefork_conn *conn, void *data, size_t bytes)
{
	conn->skipping = false;
	if (conn->input_next < conn->input_end)
		return (ssize_t)conn_take(conn, data, bytes);
	return conn_receive(conn, data, bytes);
}

ssize_t
conn_send(struct prefork_conn *conn, const void *data, size_t bytes)
{
	const char *next = data;
	size_t left = bytes;
	int flag = wait_flag(conn);
	ssize_t sent;

	if (conn->datagram != NULL)
		return conn_answer(conn, data, bytes);
	if (bytes > 0 && conn_check_time(conn) == -1)
		return -1;
	while (left > 0) {
		sent = send(conn->fd, next, left, MSG_NOSIGNAL | flag);
		if (sent == -1 &&
		    try_again(conn, flag, POLLOUT,
			conn->context->limits.write_ms) == 0)
			continue;
		if (sent == -1) {
			conn->at_end = true;
			return -1;
		}
		next += sent;
		left -= (size_t)sent;
		if (conn->first_us == 0)
			conn->first_us = clock_us();
		conn->sent += (uint64_t)sent;
		conn_progress(conn);
	}
	return (ssize_t)bytes;
}

PREFORK_API ssize_t
prefork_write(struct prefork_conn *conn, const void *data, size_t bytes)
{
	if (prefork_flush(conn) == -1)
		return -1;
	return conn_send(conn, data, bytes);
}
