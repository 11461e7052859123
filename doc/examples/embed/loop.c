/*
 * A program that has a loop and children of its own, one of which is the
 * server.  Everything else goes on while it serves; if it ends so does the
 * program, with its code.  A client gets a line with the program's number.
 *
 *	cc -o loop loop.c $(pkg-config --cflags --libs libprefork)
 *	./loop '*:7007'
 *
 * prefork_server_run returns when the server has ended, so it runs in a child;
 * its workers are that one's children and nothing to this program.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <prefork/server.h>

static int wake[2]; /* signals, as bytes */
static pid_t program;

static void
on_signal(int signo)
{
	int saved = errno;
	unsigned char byte = (unsigned char)signo;

	if (write(wake[1], &byte, 1) == -1)
		errno = saved; /* full: it is awake */
	errno = saved;
}

static void
tell_program(int sock)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "%ld\n", (long)program);

	if (write(sock, line, (size_t)length) == -1)
		return; /* the client is gone */
}

/* The child has no use for this program's handlers and pipe. */
static pid_t
start_server(const char *address)
{
	struct prefork_server *server;
	pid_t pid = fork();
	int code = 71;

	if (pid != 0)
		return pid;
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	close(wake[0]);
	close(wake[1]);
	server = prefork_server_new("loop", NULL, tell_program);
	if (server != NULL) {
		prefork_server_listen(server, address);
		code = prefork_server_run(server);
		prefork_server_free(server);
	}
	_exit(code);
}

/* Another child, which has nothing to do with serving. */
static pid_t
start_other(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(execlp("true", "true", (char *)NULL) == -1 ? 127 : 0);
	return pid;
}

/* Whose end this is decides; the exit code of the server, or -1. */
static int
reap(pid_t server)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == server)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 70;
		fprintf(stderr, "loop: another child has ended\n");
	}
	return -1;
}

static int
run(pid_t server)
{
	struct pollfd item = { .fd = wake[0], .events = POLLIN };
	unsigned char byte;
	int code = -1;

	while (code == -1) {
		/* Descriptors of the program's own would stand here, too. */
		if (poll(&item, 1, -1) <= 0 || read(wake[0], &byte, 1) != 1)
			continue;
		if (byte == SIGTERM || byte == SIGINT)
			kill(server, SIGTERM);
		else
			code = reap(server);
	}
	return code;
}

int
main(int argc, char **argv)
{
	const char *address = argc > 1 ? argv[1] : "127.0.0.1:7007";
	struct sigaction action = { .sa_handler = on_signal };
	pid_t server;

	program = getpid();
	if (pipe(wake) == -1) {
		perror("loop");
		return 71;
	}
	sigaction(SIGCHLD, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	server = start_server(address);
	if (server == -1 || start_other() == -1) {
		perror("loop");
		return 71;
	}
	return run(server);
}
