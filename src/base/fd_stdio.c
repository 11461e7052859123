/*
 * Descriptors 0, 1 and 2: the only ones without close-on-exec, because what
 * is executed expects them.  Runs in: master at its start, workers.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/fd.h"

static int
open_null(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
	} while (fd == -1 && errno == EINTR);
	return fd;
}

int
fd_ensure_stdio(void)
{
	int fd, opened;

	for (fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		/* All below are open, so the lowest free number is fd. */
		opened = open_null();
		if (opened == -1)
			return -1;
		if (opened != fd) {
			fd_close(&opened);
			errno = EBADF;
			return -1;
		}
	}
	return 0;
}

static int
point_at(int fd, int target)
{
	int result;

	do {
		result = dup2(fd, target);
	} while (result == -1 && errno == EINTR);
	return result == -1 ? -1 : 0;
}

int
fd_detach_stdio(bool with_stderr)
{
	int fd = open_null(),
	    last = with_stderr ? STDERR_FILENO : STDOUT_FILENO;
	int target, result = 0;

	if (fd == -1)
		return -1;
	for (target = 0; target <= last && result == 0; target++)
		result = point_at(fd, target);
	/* Where one of the three was closed it may be the number we got. */
	if (fd > STDERR_FILENO)
		fd_close(&fd);
	return result;
}
