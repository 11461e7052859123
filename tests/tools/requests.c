/*
 * requests: a client that loses no request.  It sends numbered lines, one at a
 * time on a connection that it keeps, and expects each back; at the server's
 * goodbye ("bye") it connects again and sends what was not answered once more.
 *
 *	requests 127.0.0.1:PORT COUNT
 *
 * Prints "COUNT answered, N goodbyes".  Exit status: 0, or 1 with the reason
 * when a connection ended without a goodbye, an answer was another one, or
 * nothing came for 20 s.
 *
 * Runs in: requests.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SILENCE_S 20

static FILE *peer;
static long request, goodbyes;

static _Noreturn void
fail(const char *what, const char *got)
{
	(void)fprintf(stderr, "requests: %ld: %s %s\n", request, what, got);
	exit(1);
}

static void
open_peer(const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	const struct timeval silence = { SILENCE_S, 0 };
	unsigned port;
	int fd;

	if (sscanf(address, "127.0.0.1:%u", &port) != 1 || port > 65535)
		fail("no address:", address);
	in.sin_port = htons((in_port_t)port);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence,
		sizeof(silence)) == -1 ||
	    connect(fd, (struct sockaddr *)&in, sizeof(in)) == -1)
		fail("connect:", strerror(errno));
	peer = fdopen(fd, "r+");
	if (peer == NULL)
		fail("connect:", strerror(errno));
}

static void
send_request(void)
{
	char line[32];
	int bytes = snprintf(line, sizeof(line), "%ld\n", request);

	if (send(fileno(peer), line, (size_t)bytes, MSG_NOSIGNAL) != bytes)
		fail("send:", strerror(errno));
}

/* 1 when the request was answered, 0 at the goodbye. */
static int
read_answer(void)
{
	char line[32];

	if (fgets(line, sizeof(line), peer) == NULL)
		fail("no goodbye:", ferror(peer) ? strerror(errno) : "end");
	if (strcmp(line, "bye\n") == 0)
		return 0;
	if (atol(line) != request)
		fail("another answer:", line);
	return 1;
}

int
main(int argc, char **argv)
{
	long count = argc == 3 ? atol(argv[2]) : 0;

	while (request < count) {
		if (peer == NULL)
			open_peer(argv[1]);
		send_request();
		if (read_answer() == 1) {
			request++;
			continue;
		}
		(void)fclose(peer);
		peer = NULL;
		goodbyes++;
	}
	(void)printf("%ld answered, %ld goodbyes\n", request, goodbyes);
	return count > 0 ? 0 : 64;
}
