/*
 * Characters (RFC 864): lines of 72 printable ones, each beginning one further
 * than the line before, without an end; over UDP a random number of them.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <prefork/module.h>

#define FIRST_CHARACTER ' '
#define CHARACTERS	95 /* up to '~' */
#define LINE_LENGTH	72
#define DROPS		16
#define ANSWER_BYTES	512
#define QUESTION_BYTES	32		  /* daytime answers no longer one */
#define LINE_BYTES	(LINE_LENGTH + 2) /* CR LF */

struct chargen_config {
	int64_t max_bytes; /* 0: no limit */
};

/* All lines that there are; then the first one comes again. */
static char ring[CHARACTERS * LINE_BYTES];

static void
fill_ring(void)
{
	char *next = ring;
	int line, i;

	for (line = 0; line < CHARACTERS; line++) {
		for (i = 0; i < LINE_LENGTH; i++)
			*next++ =
			    (char)(FIRST_CHARACTER + (line + i) % CHARACTERS);
		*next++ = '\r';
		*next++ = '\n';
	}
}

/* What the client says counts for nothing, and must not be in the way.  False
 * when no more will come. */
static bool
drop_input(struct prefork_conn *conn)
{
	static char waste[4096];
	ssize_t got;
	int i;

	/* Who says much is to hear something, too. */
	for (i = 0; i < DROPS; i++) {
		got = recv(prefork_conn_fd(conn), waste, sizeof(waste),
		    MSG_DONTWAIT);
		if (got == 0)
			return false;
		if (got == -1 && errno != EINTR)
			return errno == EAGAIN || errno == EWOULDBLOCK;
	}
	return true;
}

static int
chargen(struct prefork_conn *conn)
{
	const struct chargen_config *config = prefork_conn_config(conn);
	int64_t done = 0, left;
	size_t bytes = sizeof(ring);
	bool more = true;

	while (config->max_bytes == 0 || done < config->max_bytes) {
		left = config->max_bytes - done;
		if (config->max_bytes != 0 && left < (int64_t)bytes)
			bytes = (size_t)left;
		if (prefork_write(conn, ring, bytes) == -1)
			/* That is how its clients end. */
			return errno == EPIPE || errno == ECONNRESET ? 0 : -1;
		done += (int64_t)bytes;
		more = more && drop_input(conn);
	}
	return 0;
}

/*
 * The RFC wants 0 to 512 characters.  Fewer than were sent: so it amplifies
 * nothing, and if the answer is answered that comes to an end.  More than any
 * question of daytime or time has: these would answer with ever the same.
 */
static int
answer(struct prefork_conn *conn, const void *data, size_t bytes)
{
	const size_t least = QUESTION_BYTES + 1;
	size_t most = bytes - 1;

	(void)data;
	if (bytes <= least)
		return 0;
	if (most > ANSWER_BYTES)
		most = ANSWER_BYTES;
	bytes = least + (size_t)random() % (most - least + 1);
	return prefork_write(conn, ring, bytes) == -1 ? -1 : 0;
}

static int
init(const void *config, void **worker_data, char *reason, size_t reason_bytes)
{
	(void)config;
	(void)worker_data;
	(void)reason;
	(void)reason_bytes;
	fill_ring();
	srandom((unsigned)getpid());
	return 0;
}

static const struct prefork_option options[] = {
	{
	    .name = "max_bytes",
	    .type = PREFORK_SIZE,
	    .offset = offsetof(struct chargen_config, max_bytes),
	    .preset = "0",
	    .help = "End the connection after so many bytes; 0: no limit.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "chargen",
	.version = "1.0",
	.summary = "sends characters without an end (RFC 864)",
	.options = options,
	.config_size = sizeof(struct chargen_config),
	.flags = PREFORK_DATAGRAMS,
	.worker_init = init,
	.handle = chargen,
	.datagram = answer,
};
