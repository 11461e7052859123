/*
 * Writes to the log what the client says, and answers "done" when it has:
 *
 *	many N		N lines "id PID-CONNECTION-LINE end", all different
 *	say TEXT	TEXT
 *	note TEXT	nothing, but the connection's note is TEXT
 *	fail		nothing, and is no success: no answer
 *
 * Runs in: worker.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <prefork/module.h>

static void
write_many(struct prefork_conn *conn, unsigned long count)
{
	unsigned long i;

	for (i = 0; i < count; i++)
		prefork_conn_log(conn, "id %ld-%llu-%lu end", (long)getpid(),
		    (unsigned long long)prefork_conn_number(conn), i);
}

static int
handle(struct prefork_conn *conn)
{
	char line[4096];

	while (prefork_read_line(conn, line, sizeof(line), NULL) ==
	    PREFORK_LINE) {
		if (strncmp(line, "many ", 5) == 0)
			write_many(conn, strtoul(line + 5, NULL, 10));
		else if (strncmp(line, "say ", 4) == 0)
			prefork_conn_log(conn, "%s", line + 4);
		else if (strncmp(line, "note ", 5) == 0)
			prefork_conn_note(conn, line + 5);
		else if (strcmp(line, "fail") == 0)
			return -1;
		if (prefork_printf(conn, "done\n") == -1 ||
		    prefork_flush(conn) == -1)
			return -1;
	}
	return 0;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "scribe",
	.version = "1.0",
	.summary = "writes to the log what the client says",
	.flags = PREFORK_CLIENT_FIRST,
	.handle = handle,
};
