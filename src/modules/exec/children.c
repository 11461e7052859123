/*
 * Being woken when the program ends: CHLD writes a byte into a pipe.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "exec.h"

static int ends[2] = { -1, -1 };

static void
woken(int signo)
{
	int saved = errno;

	(void)signo;
	/* Full is as good: it is readable. */
	(void)!write(ends[1], "", 1);
	errno = saved;
}

static int
set_flags(int fd)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return -1;
	return fcntl(fd, F_SETFL, O_NONBLOCK);
}

int
children_open(void)
{
	struct sigaction action;

	if (ends[0] != -1)
		return 0;
	if (pipe(ends) == -1)
		return -1;
	memset(&action, 0, sizeof(action));
	action.sa_handler = woken;
	action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
	(void)sigemptyset(&action.sa_mask);
	if (set_flags(ends[0]) == -1 || set_flags(ends[1]) == -1 ||
	    sigaction(SIGCHLD, &action, NULL) == -1)
		return -1;
	return 0;
}

int
children_fd(void)
{
	return ends[0];
}

void
children_drain(void)
{
	char waste[64];

	while (read(ends[0], waste, sizeof(waste)) > 0)
		continue;
}
