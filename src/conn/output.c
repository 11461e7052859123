/*
 * Writing that is kept until it is worth a system call, files, and the end of
 * our data.  The buffer is of the zero pages that cost nothing until somebody
 * writes in this way.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/export.h"
#include "conn/conn.h"

static char output[CONN_OUTPUT_BYTES];

_Static_assert(PREFORK_PRINTF_MAX == CONN_OUTPUT_BYTES - 1,
    "vsnprintf needs a byte for its NUL");

PREFORK_API int
prefork_flush(struct prefork_conn *conn)
{
	size_t bytes = conn->output_used;

	if (bytes == 0)
		return 0;
	conn->output_used = 0;
	return conn_send(conn, output, bytes) == -1 ? -1 : 0;
}

/* The length of the text, which is whole only if it is less than the room. */
static int __attribute__((format(printf, 2, 0)))
append(struct prefork_conn *conn, const char *format, va_list ap)
{
	size_t room = sizeof(output) - conn->output_used;
	int length = vsnprintf(output + conn->output_used, room, format, ap);

	if (length >= 0 && (size_t)length < room)
		conn->output_used += (size_t)length;
	return length;
}

PREFORK_API int
prefork_printf(struct prefork_conn *conn, const char *format, ...)
{
	size_t used = conn->output_used;
	va_list ap;
	int length;

	va_start(ap, format);
	length = append(conn, format, ap);
	va_end(ap);
	if (length < 0 || conn->output_used == used + (size_t)length)
		return length;
	if (length > PREFORK_PRINTF_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (prefork_flush(conn) == -1)
		return -1;
	va_start(ap, format);
	length = append(conn, format, ap);
	va_end(ap);
	return length;
}

/* In pieces of the buffer: sendfile(2) of a file that is not in memory waits
 * for the disk and the client at once, and the limits ask for one of them. */
PREFORK_API ssize_t
prefork_send_file(struct prefork_conn *conn, int fd, size_t bytes)
{
	size_t done = 0, some;
	ssize_t got;

	if (conn_lacks_stream(conn) || prefork_flush(conn) == -1)
		return -1;
	while (done < bytes) {
		some = bytes - done;
		if (some > sizeof(output))
			some = sizeof(output);
		got = read(fd, output, some);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? (ssize_t)done : -1;
		if (conn_send(conn, output, (size_t)got) == -1)
			return -1;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

PREFORK_API int
prefork_shutdown_write(struct prefork_conn *conn)
{
	if (conn_lacks_stream(conn) || prefork_flush(conn) == -1)
		return -1;
	return shutdown(conn->fd, SHUT_WR);
}
