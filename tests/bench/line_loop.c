/*
 * A line protocol by hand: each line is answered by itself, those that came
 * together by one send(2).  What prefork_read_line() is measured against.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/socket.h>

#include <stdbool.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

struct lines {
	size_t used;
	char bytes[2 * LINE_MAX_BYTES];
};

static struct lines lines;

void HandleClient(int sock);

/* All whole lines; the rest goes to the front. */
static bool
answer(int sock)
{
	char *start = lines.bytes, *end;
	size_t left = lines.used;

	while ((end = memchr(start, '\n', left)) != NULL) {
		end++;
		left -= (size_t)(end - start);
		start = end;
	}
	if (left > LINE_MAX_BYTES)
		return false;
	if (start > lines.bytes &&
	    send(sock, lines.bytes, (size_t)(start - lines.bytes),
		MSG_NOSIGNAL) != start - lines.bytes)
		return false;
	memmove(lines.bytes, start, left);
	lines.used = left;
	return true;
}

void
HandleClient(int sock)
{
	ssize_t got;

	lines.used = 0;
	while ((got = recv(sock, lines.bytes + lines.used,
		    sizeof(lines.bytes) - lines.used, 0)) > 0) {
		lines.used += (size_t)got;
		if (!answer(sock))
			return;
	}
}
