/*
 * A datagram in place of a connection: what a handler may do with it is to look
 * who sent it, and to answer.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/clock.h"
#include "conn/conn.h"

void
conn_begin_datagram(struct prefork_conn *conn, const struct datagram *datagram,
    bool long_answers)
{
	conn->datagram = datagram;
	conn->received = datagram->bytes;
	conn->answers_left = long_answers ? UINT_MAX : 1;
	conn->answer_bytes = long_answers ? SIZE_MAX : datagram->bytes;
}

int
conn_end_datagram(struct prefork_conn *conn)
{
	conn->deadline_ms = CLOCK_NEVER;
	return prefork_flush(conn);
}

bool
conn_lacks_stream(const struct prefork_conn *conn)
{
	if (conn->datagram == NULL)
		return false;
	errno = ENOTSUP;
	return true;
}

/* Of the answers that may still come. */
static int
check_answer(const struct prefork_conn *conn, size_t bytes)
{
	if (bytes <= conn->answer_bytes && conn->answers_left > 0)
		return 0;
	errno = bytes > conn->answer_bytes ? EMSGSIZE : EPERM;
	return -1;
}

static int
wait_for_room(struct prefork_conn *conn)
{
	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return -1;
	return conn_await(conn, POLLOUT, conn->context->limits.write_ms);
}

ssize_t
conn_answer(struct prefork_conn *conn, const void *data, size_t bytes)
{
	ssize_t sent;

	if (check_answer(conn, bytes) == -1 || conn_check_time(conn) == -1)
		return -1;
	do
		sent = datagram_send(conn->fd, conn->datagram, data, bytes);
	while (sent == -1 && wait_for_room(conn) == 0);
	if (sent == -1)
		return -1;
	conn->answers_left--;
	if (conn->first_us == 0)
		conn->first_us = clock_us();
	conn->sent += (uint64_t)sent;
	conn_progress(conn);
	return sent;
}
