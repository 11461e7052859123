/*
 * inetd: what a super-server does, once.  It listens on a port of 127.0.0.1,
 * prints the address, accepts one connection and becomes the program, whose
 * descriptors 0, 1 and 2 are the connection.
 *
 *	inetd [-e] program [argument...]
 *
 * -e leaves standard error as it is.  A client has 20 s to come.
 *
 * Runs in: inetd.
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENT_COMES_S 20

static _Noreturn void
fail(const char *what)
{
	(void)fprintf(stderr, "inetd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
listen_somewhere(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t bytes = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 ||
	    bind(fd, (const struct sockaddr *)&address, bytes) == -1 ||
	    listen(fd, 1) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &bytes) == -1)
		fail("cannot listen");
	(void)printf("127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
	if (fflush(stdout) == EOF)
		fail("standard output");
	return fd;
}

/* The default effect of SIGALRM is all the deadline that is needed. */
static int
accept_one(void)
{
	int listener = listen_somewhere();
	int fd;

	(void)alarm(CLIENT_COMES_S);
	fd = accept(listener, NULL, NULL);
	(void)alarm(0);
	if (fd == -1)
		fail("accept");
	(void)close(listener);
	return fd;
}

int
main(int argc, char **argv)
{
	bool keeps_stderr = argc > 1 && strcmp(argv[1], "-e") == 0;
	int first = keeps_stderr ? 2 : 1;
	int fd, target;

	if (argc <= first) {
		(void)fputs("usage: inetd [-e] program [argument...]\n",
		    stderr);
		return 64;
	}
	fd = accept_one();
	for (target = 0; target <= (keeps_stderr ? 1 : 2); target++)
		if (dup2(fd, target) == -1)
			fail("dup2");
	(void)close(fd);
	(void)execv(argv[first], argv + first);
	fail(argv[first]);
}
