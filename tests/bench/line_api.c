/*
 * The same as line_loop.c by the connection API, as its documentation has it.
 * Runs in: worker.
 */
#include "config.h"

#include <prefork/module.h>

#define LINE_MAX_BYTES 4096

static int
handle(struct prefork_conn *conn)
{
	static char line[LINE_MAX_BYTES];

	while (prefork_read_line(conn, line, sizeof(line), NULL) ==
	    PREFORK_LINE)
		if (prefork_printf(conn, "%s\n", line) == -1)
			return -1;
	return 0;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "line_api",
	.version = "1.0",
	.summary = "sends lines back",
	.flags = PREFORK_CLIENT_FIRST,
	.handle = handle,
};
