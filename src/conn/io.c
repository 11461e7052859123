/*
 * Reading and writing on a handler's connection.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>

#include "base/export.h"
#include "conn/conn.h"

PREFORK_API ssize_t
prefork_read(struct prefork_conn *conn, void *data, size_t bytes)
{
	ssize_t got;

	do
		got = recv(conn->fd, data, bytes, 0);
	while (got == -1 && errno == EINTR);
	if (got == 0 ? bytes > 0 : got == -1)
		conn->at_end = true;
	return got;
}

PREFORK_API ssize_t
prefork_write(struct prefork_conn *conn, const void *data, size_t bytes)
{
	const char *next = data;
	size_t left = bytes;
	ssize_t sent;

	while (left > 0) {
		sent = send(conn->fd, next, left, MSG_NOSIGNAL);
		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1) {
			conn->at_end = true;
			return -1;
		}
		next += sent;
		left -= (size_t)sent;
	}
	return (ssize_t)bytes;
}
