/*
 * Lines of at most 100 bytes, each answered by what became of it, through
 * prefork_read_line() and prefork_printf().  The line "pour" is answered by
 * zeros without an end.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <prefork/module.h>

static int
pour(struct prefork_conn *conn)
{
	static const char zeros[4096];

	while (prefork_write(conn, zeros, sizeof(zeros)) != -1)
		continue;
	prefork_conn_log(conn, "pour: %s", strerror(errno));
	return -1;
}

static int
answer(struct prefork_conn *conn, int result, const char *line)
{
	switch (result) {
	case PREFORK_LINE:
		if (strcmp(line, "pour") == 0)
			return pour(conn);
		return prefork_printf(conn, "line %s\n", line);
	case PREFORK_TOO_LONG:
		return prefork_printf(conn, "too long\n");
	case PREFORK_PARTIAL:
		return prefork_printf(conn, "partial %s\n", line);
	case PREFORK_TIMEOUT:
		return prefork_printf(conn, "timeout\n");
	default:
		return 0;
	}
}

static int
handle(struct prefork_conn *conn)
{
	char line[100];
	int result;

	do {
		result = prefork_read_line(conn, line, sizeof(line), NULL);
		if (answer(conn, result, line) == -1)
			return -1;
	} while (result == PREFORK_LINE || result == PREFORK_TOO_LONG);
	return 0;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "words",
	.version = "1.0",
	.summary = "tells what became of lines",
	.flags = PREFORK_CLIENT_FIRST,
	.handle = handle,
};
