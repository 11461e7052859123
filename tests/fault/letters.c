/*
 * Datagrams that are obeyed, by a handler that takes nothing else:
 *
 *	segv		dies
 *	wait PATH	opens this FIFO, which may take long, and echoes
 *	pid, local	answers with the worker's, or the address that was
 *asked, cut to the length of the datagram kept		answers by
 *prefork_printf long, twice, stream	tries what is not allowed, and logs the
 *errors
 *
 * All else is echoed, each after the time of the option pause.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <prefork/module.h>

struct letters_config {
	int64_t pause_ms;
};

static int
answer(struct prefork_conn *conn, const char *text, size_t most)
{
	size_t bytes = strlen(text);

	return prefork_write(conn, text, bytes < most ? bytes : most) == -1 ?
	    -1 :
	    0;
}

static int
send_long(struct prefork_conn *conn, const char *data, size_t bytes)
{
	ssize_t sent = prefork_write(conn, data, bytes + 1);

	prefork_conn_log(conn, "long: %zd %s", sent, strerror(errno));
	return 0;
}

static int
send_twice(struct prefork_conn *conn)
{
	ssize_t sent;

	if (prefork_write(conn, "one", 3) == -1)
		return -1;
	sent = prefork_write(conn, "two", 3);
	prefork_conn_log(conn, "twice: %zd %s", sent, strerror(errno));
	return 0;
}

static int
try_stream(struct prefork_conn *conn)
{
	char byte;
	int tried = 0;

	errno = 0;
	tried += prefork_read(conn, &byte, 1) == -1 && errno == ENOTSUP;
	errno = 0;
	tried += prefork_wait(conn) == -1 && errno == ENOTSUP;
	errno = 0;
	tried += prefork_send_file(conn, 0, 1) == -1 && errno == ENOTSUP;
	errno = 0;
	tried += prefork_shutdown_write(conn) == -1 && errno == ENOTSUP;
	prefork_conn_log(conn, "stream: %d refused", tried);
	return 0;
}

static int
wait_for(struct prefork_conn *conn, const char *path, size_t bytes)
{
	int fd;

	prefork_conn_note(conn, "waiting");
	fd = open(path + 5, O_RDONLY);
	if (fd == -1)
		return -1;
	(void)close(fd);
	return answer(conn, path, bytes);
}

static int
obey(struct prefork_conn *conn, const char *text, size_t bytes)
{
	char pid[32];

	if (strncmp(text, "wait ", 5) == 0)
		return wait_for(conn, text, bytes);
	if (strcmp(text, "segv") == 0)
		(void)raise(SIGSEGV);
	if (strcmp(text, "long") == 0)
		return send_long(conn, text, bytes);
	if (strcmp(text, "twice") == 0)
		return send_twice(conn);
	if (strcmp(text, "stream") == 0)
		return try_stream(conn);
	if (strcmp(text, "kept") == 0)
		return prefork_printf(conn, "%s", "ke") == 2 &&
			prefork_printf(conn, "%s", "pt") == 2 ?
		    0 :
		    -1;
	if (strncmp(text, "local", 5) == 0)
		return answer(conn, prefork_conn_local(conn), bytes);
	if (strncmp(text, "pid", 3) != 0)
		return prefork_write(conn, text, bytes) == -1 ? -1 : 0;
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	return answer(conn, pid, bytes);
}

static int
take(struct prefork_conn *conn, const void *data, size_t bytes)
{
	const struct letters_config *config = prefork_conn_config(conn);
	static char text[65536];

	if (config->pause_ms > 0)
		(void)poll(NULL, 0, (int)config->pause_ms);
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	return obey(conn, text, bytes);
}

static const struct prefork_option options[] = {
	{
	    .name = "pause",
	    .type = PREFORK_DURATION,
	    .offset = offsetof(struct letters_config, pause_ms),
	    .preset = "0",
	    .help = "Before each answer.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "letters",
	.version = "1.0",
	.summary = "does what datagrams say",
	.options = options,
	.config_size = sizeof(struct letters_config),
	.flags = PREFORK_DATAGRAMS,
	.datagram = take,
};
