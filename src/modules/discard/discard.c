/*
 * Discard (RFC 863): throws away what it gets until the client ends, and
 * datagrams.
 * Runs in: worker.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include <prefork/module.h>

struct discard_config {
	int64_t max_bytes; /* 0: no limit */
};

static unsigned char buffer[64 * 1024];

static int
discard(struct prefork_conn *conn)
{
	const struct discard_config *config = prefork_conn_config(conn);
	int64_t done = 0;
	ssize_t got;

	while (config->max_bytes == 0 || done < config->max_bytes) {
		got = prefork_read(conn, buffer, sizeof(buffer));
		if (got <= 0)
			return (int)got;
		done += got;
	}
	return 0;
}

static int
discard_datagram(struct prefork_conn *conn, const void *data, size_t bytes)
{
	(void)conn;
	(void)data;
	(void)bytes;
	return 0;
}

static const struct prefork_option options[] = {
	{
	    .name = "max_bytes",
	    .type = PREFORK_SIZE,
	    .offset = offsetof(struct discard_config, max_bytes),
	    .preset = "0",
	    .help = "End the connection after so many bytes; 0: no limit.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "discard",
	.version = "1.0",
	.summary = "throws away what it gets (RFC 863)",
	.options = options,
	.config_size = sizeof(struct discard_config),
	.flags = PREFORK_CLIENT_FIRST | PREFORK_DATAGRAMS,
	.handle = discard,
	.datagram = discard_datagram,
};
