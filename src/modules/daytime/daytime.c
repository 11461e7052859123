/*
 * The time of day in words (RFC 867): one line, and the end.
 * Runs in: worker.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <prefork/module.h>

struct daytime_config {
	const char *format; /* of strftime(3) */
};

#define QUESTION_BYTES 32
#define LINE_BYTES     256

/* The format is the operator's, and reads nothing but the time. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static size_t
write_time(const char *format, const struct tm *parts, char *line, size_t room)
{
	return strftime(line, room, format, parts);
}

#pragma GCC diagnostic pop

/* The line with CR LF, as RFC 867 wants it: printable ASCII.  Its length, 0
 * when it is none. */
static size_t
write_line(const struct daytime_config *config, char line[LINE_BYTES])
{
	time_t now = time(NULL);
	struct tm parts;
	size_t length, i;

	if (now == (time_t)-1 || localtime_r(&now, &parts) == NULL)
		return 0;
	length = write_time(config->format, &parts, line, LINE_BYTES - 2);
	for (i = 0; i < length; i++)
		if (line[i] < ' ' || line[i] > '~')
			return 0;
	if (length == 0)
		return 0;
	memcpy(line + length, "\r\n", 2);
	return length + 2;
}

static int
check(const void *config, char *reason, size_t reason_bytes)
{
	char line[LINE_BYTES];

	if (write_line(config, line) > 0)
		return 0;
	(void)snprintf(reason, reason_bytes,
	    "format gives no line of 1 to %d printable ASCII characters",
	    LINE_BYTES - 3);
	return -1;
}

static int
daytime(struct prefork_conn *conn)
{
	char line[LINE_BYTES];
	size_t length = write_line(prefork_conn_config(conn), line);

	if (length == 0)
		return -1;
	return prefork_write(conn, line, length) == -1 ? -1 : 0;
}

/* Whoever sends as much as an answer has may be one who answers: if two such
 * were set upon each other, that would have no end.  chargen sends more than
 * is a question here. */
static int
answer(struct prefork_conn *conn, const void *data, size_t bytes)
{
	char line[LINE_BYTES];
	size_t length = write_line(prefork_conn_config(conn), line);

	(void)data;
	if (length == 0)
		return -1;
	if (bytes >= length || bytes > QUESTION_BYTES)
		return 0;
	return prefork_write(conn, line, length) == -1 ? -1 : 0;
}

static const struct prefork_option options[] = {
	{
	    .name = "format",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct daytime_config, format),
	    .preset = "%A, %B %d, %Y %H:%M:%S-%Z",
	    .help = "The line, as strftime(3) writes it.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "daytime",
	.version = "1.0",
	.summary = "says the time of day (RFC 867)",
	.options = options,
	.config_size = sizeof(struct daytime_config),
	.flags = PREFORK_DATAGRAMS | PREFORK_LONG_ANSWERS,
	.check = check,
	.handle = daytime,
	.datagram = answer,
};
