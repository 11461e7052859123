/*
 * Descriptors: flags from birth, standard ones always there, others gone.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "tap.h"

static int
has_cloexec(int fd)
{
	return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

static int
is_nonblocking(int fd)
{
	return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

static int
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static int
is_null(int fd)
{
	struct stat one, two;

	return fstat(fd, &one) == 0 && stat("/dev/null", &two) == 0 &&
	    one.st_rdev == two.st_rdev && S_ISCHR(one.st_mode);
}

static void
test_pair(int ends[2], int nonblocking, const char *what)
{
	ok(has_cloexec(ends[0]) && has_cloexec(ends[1]), "%s: cloexec", what);
	ok(is_nonblocking(ends[0]) == nonblocking &&
		is_nonblocking(ends[1]) == nonblocking,
	    "%s: blocking or not as asked", what);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
}

static void
test_births(void)
{
	int ends[2], fd;

	ok(fd_pipe(ends, false) == 0, "pipe");
	test_pair(ends, 0, "pipe");
	ok(fd_pipe(ends, true) == 0, "non-blocking pipe");
	test_pair(ends, 1, "non-blocking pipe");
	ok(fd_socketpair(ends) == 0, "socketpair");
	test_pair(ends, 0, "socketpair");
	fd = fd_socket(AF_INET, SOCK_STREAM, true);
	ok(has_cloexec(fd) && is_nonblocking(fd), "non-blocking socket");
	fd_close(&fd);
	fd = fd_socket(AF_UNIX, SOCK_DGRAM, false);
	ok(has_cloexec(fd) && !is_nonblocking(fd), "blocking socket");
	fd_close(&fd);
	fd = fd_open("/dev/null", O_RDWR, 0);
	ok(has_cloexec(fd), "open");
	ok(fd_set_cloexec(fd, false) == 0 && !has_cloexec(fd), "cleared");
	ok(fd_set_nonblocking(fd, true) == 0 && is_nonblocking(fd), "set");
	ok(fd_set_nonblocking(fd, false) == 0 && !is_nonblocking(fd),
	    "cleared");
	fd_close(&fd);
}

static void
test_close(void)
{
	int fd = dup(0), copy = fd;

	errno = ENOTTY;
	fd_close(&fd);
	is_int(fd, -1, "-1 after close");
	ok(!is_open(copy), "closed");
	errno = ENOTTY;
	fd_close(&fd);
	is_int(errno, ENOTTY, "none is no error");
	is_int(fd_set_cloexec(-1, true), -1, "a bad number is");
	is_int(errno, EBADF, "with its reason");
	is_int(fd_socket(AF_INET, 12345, false), -1, "and a bad type");
}

static int
try_stdio(int closed)
{
	int fd, highest = dup(2);

	(void)close(highest);
	for (fd = 0; fd <= 2; fd++)
		if (closed & 1 << fd)
			(void)close(fd);
	if (fd_ensure_stdio() == -1)
		return 1;
	for (fd = 0; fd <= 2; fd++)
		if (!is_open(fd) || has_cloexec(fd) ||
		    (closed & 1 << fd && !is_null(fd)))
			return 2;
	return is_open(highest) ? 3 : 0;
}

static int
try_detach(int closed)
{
	int fd, highest = dup(2);

	(void)close(highest);
	for (fd = 0; fd <= 2; fd++)
		if (closed & 1 << fd)
			(void)close(fd);
	if (fd_detach_stdio(true) == -1)
		return 1;
	for (fd = 0; fd <= 2; fd++)
		if (!is_null(fd) || has_cloexec(fd))
			return 2;
	return is_open(highest) ? 3 : 0;
}

static int
in_child(int (*body)(int), int argument)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(body(argument));
	(void)waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static int
try_detach_keep_stderr(int unused)
{
	int ends[2];

	(void)unused;
	if (fd_pipe(ends, false) == -1 || dup2(ends[1], 2) == -1 ||
	    fd_detach_stdio(false) == -1)
		return 1;
	return is_null(0) && is_null(1) && !is_null(2) ? 0 : 2;
}

static void
test_stdio(void)
{
	int closed;

	for (closed = 0; closed < 8; closed++) {
		is_int(in_child(try_stdio, closed), 0,
		    "0, 1, 2 are open after closing set %d", closed);
		is_int(in_child(try_detach, closed), 0,
		    "0, 1, 2 are detached after closing set %d", closed);
	}
	is_int(in_child(try_detach_keep_stderr, 0), 0, "stderr can stay");
}

/* 16 of 40 are kept, unsorted, with neighbours and gaps. */
static int
try_others(int unused)
{
	int keep[16], fd, i, kept[200] = { 0 };

	(void)unused;
	for (fd = 20; fd < 60; fd++)
		if (dup2(0, fd) == -1)
			return 1;
	(void)dup2(0, 199);
	for (i = 0; i < 14; i++)
		keep[i] = 20 + (i * 11) % 40;
	keep[14] = -1;
	keep[15] = 1;
	for (i = 0; i < 14; i++)
		kept[keep[i]] = 1;
	fd_close_others(keep, 16);
	for (fd = 3; fd < 200; fd++)
		if (is_open(fd) != kept[fd])
			return 2;
	return is_open(0) && is_open(1) && is_open(2) ? 0 : 3;
}

static int
try_no_others(int unused)
{
	int fd;

	(void)unused;
	for (fd = 3; fd < 50; fd++)
		(void)dup2(0, fd);
	fd_close_others(NULL, 0);
	for (fd = 3; fd < 50; fd++)
		if (is_open(fd))
			return 2;
	return is_open(2) ? 0 : 3;
}

static void
test_others(void)
{
	is_int(in_child(try_others, 0), 0, "all but the kept are closed");
	is_int(in_child(try_no_others, 0), 0, "all are closed");
}

static volatile sig_atomic_t interrupts;
static int note = -1;

static void
on_alarm(int signo)
{
	(void)signo;
	/* By the third the writer has filled the pipe and waits. */
	if (++interrupts == 3)
		(void)fd_write_all(note, "x", 1);
}

/* Writes more than a pipe holds, and is interrupted again and again. */
static int
write_much(int fd)
{
	static char data[300000];
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } };

	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	return fd_write_all(fd, data, sizeof(data)) == 0 ? 0 : 1;
}

static void
test_write_all(void)
{
	int ends[2], notes[2], status = 1;
	char data[1000];
	size_t total = 0;
	ssize_t got;
	pid_t child;

	if (fd_pipe(ends, false) == -1 || fd_pipe(notes, false) == -1)
		exit(1);
	note = notes[1];
	child = fork();
	if (child == 0)
		_exit(write_much(ends[1]));
	fd_close(&ends[1]);
	got = read(notes[0], data, 1);
	is_int(got, 1, "the writer was interrupted");
	while ((got = read(ends[0], data, sizeof(data))) > 0)
		total += (size_t)got;
	(void)waitpid(child, &status, 0);
	is_int(total, 300000, "all of it arrives");
	is_int(status, 0, "and the writer knows");
	fd_close(&ends[0]);
	fd_close(&notes[0]);
	fd_close(&notes[1]);
	is_int(fd_write_all(-1, data, 1), -1, "a failure is told");
	is_int(fd_write_all(-1, data, 0), 0, "nothing is no failure");
}

int
main(void)
{
	/* What hangs in spite of all ends here. */
	(void)alarm(60);
	if (fd_ensure_stdio() == -1)
		return 1;
	test_births();
	test_close();
	test_stdio();
	test_others();
	test_write_all();
	return tap_done();
}
