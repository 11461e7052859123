/*
 * Reading by lines and by numbers of bytes.  What the socket gives beyond what
 * was asked for is kept for the next call.  The buffer is of the zero pages
 * that cost nothing until somebody reads in this way.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/bug.h"
#include "base/export.h"
#include "conn/conn.h"

static char input[CONN_INPUT_BYTES];

static size_t
input_left(const struct prefork_conn *conn)
{
	return conn->input_end - conn->input_next;
}

PREFORK_API size_t
prefork_conn_buffered(const struct prefork_conn *conn)
{
	return input_left(conn);
}

size_t
conn_take(struct prefork_conn *conn, void *data, size_t bytes)
{
	size_t left = input_left(conn);

	if (bytes > left)
		bytes = left;
	if (bytes > 0)
		memcpy(data, input + conn->input_next, bytes);
	conn->input_next += bytes;
	return bytes;
}

/* As prefork_read, into the buffer, which is empty. */
static ssize_t
fill(struct prefork_conn *conn)
{
	ssize_t got = conn_receive(conn, input, sizeof(input));

	conn->input_next = 0;
	conn->input_end = got > 0 ? (size_t)got : 0;
	return got;
}

/* More than the buffer holds needs no copy. */
static ssize_t
read_some(struct prefork_conn *conn, char *data, size_t bytes)
{
	ssize_t got;

	if (input_left(conn) == 0) {
		if (bytes >= sizeof(input))
			return conn_receive(conn, data, bytes);
		got = fill(conn);
		if (got <= 0)
			return got;
	}
	return (ssize_t)conn_take(conn, data, bytes);
}

PREFORK_API ssize_t
prefork_read_exact(struct prefork_conn *conn, void *data, size_t bytes)
{
	size_t done = 0;
	ssize_t got;

	conn->skipping = false;
	while (done < bytes) {
		got = read_some(conn, (char *)data + done, bytes - done);
		if (got == -1)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* What ended a line that has `done` bytes. */
static int
line_failed(ssize_t got, size_t done)
{
	if (got == 0)
		return done > 0 ? PREFORK_PARTIAL : PREFORK_EOF;
	return errno == ETIMEDOUT ? PREFORK_TIMEOUT : PREFORK_ERROR;
}

/* The rest of the line that was too long. */
static int
skip_line(struct prefork_conn *conn)
{
	const char *end;
	ssize_t got;

	while (conn->skipping) {
		if (input_left(conn) == 0 && (got = fill(conn)) <= 0)
			return line_failed(got, 0);
		end = memchr(input + conn->input_next, '\n', input_left(conn));
		conn->skipping = end == NULL;
		conn->input_next =
		    end == NULL ? conn->input_end : (size_t)(end - input) + 1;
	}
	return PREFORK_LINE;
}

/* Append to line[*done], up to a line feed or to `bytes`. */
static int
gather(struct prefork_conn *conn, char *line, size_t bytes, size_t *done)
{
	const char *next, *end;
	size_t some;
	ssize_t got;

	while (*done < bytes) {
		if (input_left(conn) == 0 && (got = fill(conn)) <= 0)
			return line_failed(got, *done);
		next = input + conn->input_next;
		some = input_left(conn);
		if (some > bytes - *done)
			some = bytes - *done;
		end = memchr(next, '\n', some);
		if (end != NULL)
			some = (size_t)(end - next) + 1;
		*done += conn_take(conn, line + *done, some);
		if (end != NULL)
			return PREFORK_LINE;
	}
	conn->skipping = true;
	return PREFORK_TOO_LONG;
}

PREFORK_API int
prefork_read_line(struct prefork_conn *conn, char *line, size_t bytes,
    size_t *length)
{
	size_t done = 0;
	int result;

	BUG_ON(bytes < 2);
	result = skip_line(conn);
	if (result == PREFORK_LINE)
		result = gather(conn, line, bytes, &done);
	if (result == PREFORK_LINE)
		done--;
	if (result == PREFORK_LINE && done > 0 && line[done - 1] == '\r')
		done--;
	if (done == bytes)
		done--;
	line[done] = '\0';
	if (length != NULL)
		*length = done;
	return result;
}
