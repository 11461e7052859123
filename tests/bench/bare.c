/*
 * The limit that the daemon is measured against: processes that accept and
 * echo, with nothing around it.  No supervision, no shutdown without loss.
 * Runs in: a process of its own and its children, for make bench only.
 *
 *	bare WORKERS
 *
 * prints "listening on 127.0.0.1:PORT" when it has forked; TERM ends it.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As the daemon has them. */
#define BACKLOG	     1024
#define BUFFER_BYTES (64 * 1024)

static unsigned char buffer[BUFFER_BYTES];

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int
open_listener(unsigned *port)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int on = 1, fd;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)&address, length) == -1 ||
	    listen(fd, BACKLOG) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		die("listen");
	*port = ntohs(address.sin_port);
	return fd;
}

static void
echo(int fd)
{
	ssize_t got;

	while ((got = recv(fd, buffer, sizeof(buffer), 0)) > 0)
		if (send(fd, buffer, (size_t)got, MSG_NOSIGNAL) != got)
			return;
}

static _Noreturn void
serve(int listen_fd)
{
	int fd;

	for (;;) {
		fd = accept(listen_fd, NULL, NULL);
		if (fd == -1)
			continue;
		echo(fd);
		(void)close(fd);
	}
}

static int
start_workers(int listen_fd, long workers, const sigset_t *unblocked)
{
	long i;
	pid_t pid;

	for (i = 0; i < workers; i++) {
		pid = fork();
		if (pid == -1) {
			perror("fork");
			return -1;
		}
		if (pid == 0) {
			(void)sigprocmask(SIG_SETMASK, unblocked, NULL);
			serve(listen_fd);
		}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	sigset_t ends, unblocked;
	long workers = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	unsigned port;
	int listen_fd, number;

	if (workers < 1) {
		fputs("usage: bare workers\n", stderr);
		return EXIT_FAILURE;
	}
	(void)setpgid(0, 0);
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &ends, &unblocked);
	listen_fd = open_listener(&port);
	if (start_workers(listen_fd, workers, &unblocked) == 0) {
		printf("listening on 127.0.0.1:%u\n", port);
		(void)fflush(stdout);
		(void)sigwait(&ends, &number);
	}
	(void)kill(0, SIGTERM);
	while (wait(NULL) > 0)
		continue;
	return EXIT_SUCCESS;
}
