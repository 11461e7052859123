/*
 * The time as a number (RFC 868): seconds since 1900 began, 32 bits in
 * network order, and the end.  It turns over on 7 February 2036.
 * Runs in: worker.
 */
#include "config.h"

#include <stdint.h>
#include <time.h>

#include <prefork/module.h>

/* From there to the epoch of time(2): RFC 868 has this number, too. */
#define SECONDS_TO_1970 2208988800u

#define ANSWER_BYTES 4

static int
tell_time(struct prefork_conn *conn)
{
	time_t now = time(NULL);
	uint32_t seconds;
	unsigned char bytes[ANSWER_BYTES];

	/* Whoever does not know the time ends without a word. */
	if (now == (time_t)-1)
		return -1;
	seconds = (uint32_t)now + SECONDS_TO_1970;
	bytes[0] = (unsigned char)(seconds >> 24);
	bytes[1] = (unsigned char)(seconds >> 16);
	bytes[2] = (unsigned char)(seconds >> 8);
	bytes[3] = (unsigned char)seconds;
	return prefork_write(conn, bytes, sizeof(bytes)) == -1 ? -1 : 0;
}

/* The RFC has the client send an empty datagram.  One that is as long as an
 * answer may be one: if it were answered, that might have no end. */
static int
answer(struct prefork_conn *conn, const void *data, size_t bytes)
{
	(void)data;
	return bytes < ANSWER_BYTES ? tell_time(conn) : 0;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "time",
	.version = "1.0",
	.summary = "says the time as a number (RFC 868)",
	.flags = PREFORK_DATAGRAMS | PREFORK_LONG_ANSWERS,
	.handle = tell_time,
	.datagram = answer,
};
