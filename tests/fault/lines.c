/*
 * Lines that are sent back, on a connection that stays open between them, as
 * <prefork/conn.h> tells handlers of such protocols: the server's goodbye is
 * "bye", which comes behind an answer or instead of one; "late" comes when the
 * client was silent for too long.  The line "ask" is answered by "leaving" or
 * "staying", "retire" retires the worker.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <prefork/module.h>

struct lines {
	struct prefork_conn *conn;
	size_t used;
	char bytes[4096];
};

static int
say(struct prefork_conn *conn, const char *text)
{
	return prefork_write(conn, text, strlen(text)) == -1 ? -1 : 0;
}

/* Bytes of the first line; 0 at the end, -1 when it broke or is too long. */
static ssize_t
read_line(struct lines *lines)
{
	char *end;
	ssize_t got;

	while ((end = memchr(lines->bytes, '\n', lines->used)) == NULL) {
		if (lines->used == sizeof(lines->bytes))
			return -1;
		got = prefork_read(lines->conn, lines->bytes + lines->used,
		    sizeof(lines->bytes) - lines->used);
		if (got <= 0)
			return got;
		lines->used += (size_t)got;
	}
	return end - lines->bytes + 1;
}

static bool
is_line(const struct lines *lines, size_t bytes, const char *word)
{
	return bytes == strlen(word) + 1 &&
	    memcmp(lines->bytes, word, bytes - 1) == 0;
}

static int
answer(struct lines *lines, size_t bytes)
{
	struct prefork_conn *conn = lines->conn;
	int result;

	if (is_line(lines, bytes, "retire"))
		prefork_conn_retire(conn);
	if (is_line(lines, bytes, "ask"))
		result = say(conn,
		    prefork_conn_draining(conn) ? "leaving\n" : "staying\n");
	else
		result =
		    prefork_write(conn, lines->bytes, bytes) == -1 ? -1 : 0;
	lines->used -= bytes;
	memmove(lines->bytes, lines->bytes + bytes, lines->used);
	return result;
}

/* 1 to go on, 0 when all is said, -1. */
static int
await_next(struct lines *lines)
{
	if (lines->used > 0)
		return 1;
	switch (prefork_wait(lines->conn)) {
	case PREFORK_WAIT_DATA:
		return 1;
	case PREFORK_WAIT_DRAINING:
		return say(lines->conn, "bye\n");
	case PREFORK_WAIT_END:
		return 0;
	default:
		return errno == ETIMEDOUT ? say(lines->conn, "late\n") : -1;
	}
}

static int
handle(struct prefork_conn *conn)
{
	static struct lines lines;
	ssize_t bytes;
	int next = 1;
	bool last;

	lines.conn = conn;
	lines.used = 0;
	while (next == 1) {
		bytes = read_line(&lines);
		if (bytes <= 0)
			return (int)bytes;
		last = prefork_conn_draining(conn) != 0;
		if (answer(&lines, (size_t)bytes) == -1)
			return -1;
		next = last ? say(conn, "bye\n") : await_next(&lines);
	}
	return next;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "lines",
	.version = "1.0",
	.summary = "sends lines back, and says goodbye",
	.flags = PREFORK_CLIENT_FIRST,
	.handle = handle,
};
