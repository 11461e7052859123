/*
 * Echo (RFC 862): sends back what it gets until the client ends, over UDP each
 * datagram by itself.
 * Runs in: worker.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include <prefork/module.h>

struct echo_config {
	int64_t max_bytes; /* 0: no limit */
};

/* Of the zero pages that cost nothing until the first connection writes to
 * them, and then only as many as the client's messages are long. */
static unsigned char buffer[64 * 1024];

static size_t
room(const struct echo_config *config, int64_t done)
{
	int64_t left = config->max_bytes - done;

	if (config->max_bytes != 0 && left < (int64_t)sizeof(buffer))
		return (size_t)left;
	return sizeof(buffer);
}

static int
echo(struct prefork_conn *conn)
{
	const struct echo_config *config = prefork_conn_config(conn);
	int64_t done = 0;
	size_t bytes;
	ssize_t got;

	while ((bytes = room(config, done)) > 0) {
		got = prefork_read(conn, buffer, bytes);
		if (got <= 0)
			return (int)got;
		if (prefork_write(conn, buffer, (size_t)got) != got)
			return -1;
		done += got;
	}
	return 0;
}

static int
echo_datagram(struct prefork_conn *conn, const void *data, size_t bytes)
{
	return prefork_write(conn, data, bytes) == -1 ? -1 : 0;
}

static const struct prefork_option options[] = {
	{
	    .name = "max_bytes",
	    .type = PREFORK_SIZE,
	    .offset = offsetof(struct echo_config, max_bytes),
	    .preset = "0",
	    .help = "End the connection after so many bytes; 0: no limit.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "echo",
	.version = "1.0",
	.summary = "sends back what it gets (RFC 862)",
	.options = options,
	.config_size = sizeof(struct echo_config),
	.flags = PREFORK_CLIENT_FIRST | PREFORK_DATAGRAMS,
	.handle = echo,
	.datagram = echo_datagram,
};
