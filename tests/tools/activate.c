/*
 * What a service manager does for socket activation: opens listening sockets
 * and becomes a program that has them from descriptor 3 on.
 *
 *	activate [-e NAME[=VALUE]]... [-k FIFO] [-n NAMES] ADDRESS... --
 *	    program [argument...]
 *
 * ADDRESS is 127.0.0.1:PORT, [v6]:PORT (IPv4 too where it is [::]), unix:/path,
 * udp: before one of the first two, deaf: before any for a socket that does not
 * listen, or the path of a file.  -n sets LISTEN_FDNAMES; -e sets or unsets a
 * variable last of all.
 * With -k another process keeps the sockets, too; when it has read a line from
 * the FIFO it becomes the same program.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_FD 3

static _Noreturn void
fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The host without its brackets. */
static void
find(const char *text, int type, struct addrinfo **found)
{
	struct addrinfo hints = { .ai_socktype = type,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	char host[64];
	const char *colon = strrchr(text, ':');

	if (colon == NULL || colon - text >= (int)sizeof(host))
		fail(text);
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	if (host[0] == '[') {
		memmove(host, host + 1, strlen(host));
		host[strlen(host) - 1] = '\0';
	}
	if (getaddrinfo(host, colon + 1, &hints, found) != 0)
		fail(text);
}

static int
open_internet(const char *text, int type)
{
	struct addrinfo *found;
	int fd, on = 1, off = 0;

	find(text, type, &found);
	fd = socket(found->ai_family, type, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
		fail(text);
	if (found->ai_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == -1)
		fail(text);
	if (bind(fd, found->ai_addr, found->ai_addrlen) == -1)
		fail(text);
	freeaddrinfo(found);
	return fd;
}

static int
open_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	(void)unlink(path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		fail(path);
	return fd;
}

static int
open_listener(const char *address)
{
	int deaf = strncmp(address, "deaf:", 5) == 0;
	const char *text = address + (deaf ? 5 : 0);
	int fd;

	if (strncmp(text, "udp:", 4) == 0)
		return open_internet(text + 4, SOCK_DGRAM);
	if (text[0] == '/')
		return open(text, O_RDONLY);
	fd = strncmp(text, "unix:", 5) == 0 ? open_unix(text + 5) :
					      open_internet(text, SOCK_STREAM);
	if (!deaf && listen(fd, 128) == -1)
		fail(address);
	return fd;
}

static void
set_number(const char *name, long number)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", number);
	(void)setenv(name, text, 1);
}

static void
set_variable(char *text)
{
	char *equals = strchr(text, '=');

	if (equals == NULL) {
		(void)unsetenv(text);
		return;
	}
	*equals = '\0';
	(void)setenv(text, equals + 1, 1);
	*equals = '=';
}

/* In a grandchild, so that it is nobody's worker. */
static void
keep(const char *fifo)
{
	char line;
	int fd, null;
	pid_t child = fork();

	if (child == -1)
		fail("fork");
	if (child > 0) {
		(void)waitpid(child, NULL, 0);
		return;
	}
	if (fork() != 0)
		_exit(0);
	/* The readiness of the first is not ours to tell. */
	null = open("/dev/null", O_WRONLY);
	for (fd = FIRST_FD + atoi(getenv("LISTEN_FDS")); fd < 32; fd++)
		if (fd != null && fcntl(fd, F_GETFD) != -1)
			(void)dup2(null, fd);
	fd = open(fifo, O_RDONLY);
	while (read(fd, &line, 1) == 1 && line != '\n')
		continue;
	(void)close(fd);
}

static _Noreturn void
become(char **argv, char **variables, size_t count)
{
	size_t i;

	set_number("LISTEN_PID", (long)getpid());
	for (i = 0; i < count; i++)
		set_variable(variables[i]);
	(void)execvp(argv[0], argv);
	fail(argv[0]);
}

int
main(int argc, char **argv)
{
	char **variables = calloc((size_t)argc + 1, sizeof(*variables));
	const char *fifo = NULL;
	size_t count = 0;
	int letter, fd, next = FIRST_FD;

	while ((letter = getopt(argc, argv, "+e:k:n:")) != -1) {
		if (letter == 'e' && variables != NULL)
			variables[count++] = optarg;
		else if (letter == 'n')
			(void)setenv("LISTEN_FDNAMES", optarg, 1);
		else if (letter == 'k')
			fifo = optarg;
		else
			return 64;
	}
	for (; optind < argc && strcmp(argv[optind], "--") != 0; optind++) {
		fd = open_listener(argv[optind]);
		if (fd != next && dup2(fd, next) == -1)
			fail(argv[optind]);
		next++;
	}
	if (optind + 1 >= argc)
		return 64;
	set_number("LISTEN_FDS", next - FIRST_FD);
	if (fifo != NULL)
		keep(fifo);
	become(argv + optind + 1, variables, count);
}
