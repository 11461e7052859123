/*
 * Making and closing descriptors.
 * Not about the standard ones (fd_stdio.c) nor closing all others
 * (fd_others.c).  Runs in: every process.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"

/* close(2) is not retried: after EINTR the number may be another's already. */
void
fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	errno = saved;
}

int
fd_set_cloexec(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags == -1)
		return -1;
	flags = on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC;
	return fcntl(fd, F_SETFD, flags) == -1 ? -1 : 0;
}

int
fd_set_nonblocking(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1)
		return -1;
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) == -1 ? -1 : 0;
}

int
fd_open(const char *path, int flags, mode_t mode)
{
	int fd;

	do {
		fd = open(path, flags | O_CLOEXEC, mode);
	} while (fd == -1 && errno == EINTR);
	return fd;
}

#if !defined(HAVE_PIPE2) || !defined(HAVE_SOCK_CLOEXEC)
static int
set_flags(int fd, bool nonblocking)
{
	if (fd_set_cloexec(fd, true) == -1)
		return -1;
	return nonblocking ? fd_set_nonblocking(fd, true) : 0;
}

static int
set_pair_flags(int ends[2], int pair[2], bool nonblocking)
{
	if (set_flags(pair[0], nonblocking) == -1 ||
	    set_flags(pair[1], nonblocking) == -1) {
		fd_close(&pair[0]);
		fd_close(&pair[1]);
		return -1;
	}
	ends[0] = pair[0];
	ends[1] = pair[1];
	return 0;
}
#endif

#ifdef HAVE_PIPE2
int
fd_pipe(int ends[2], bool nonblocking)
{
	return pipe2(ends, O_CLOEXEC | (nonblocking ? O_NONBLOCK : 0));
}
#else
int
fd_pipe(int ends[2], bool nonblocking)
{
	int pair[2];

	if (pipe(pair) == -1)
		return -1;
	return set_pair_flags(ends, pair, nonblocking);
}
#endif

#ifdef HAVE_SOCK_CLOEXEC
int
fd_socketpair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

int
fd_socket(int family, int type, bool nonblocking)
{
	return socket(family,
	    type | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
}
#else
int
fd_socketpair(int ends[2])
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return -1;
	return set_pair_flags(ends, pair, false);
}

int
fd_socket(int family, int type, bool nonblocking)
{
	int fd = socket(family, type, 0);

	if (fd != -1 && set_flags(fd, nonblocking) == -1)
		fd_close(&fd);
	return fd;
}
#endif

int
fd_write_all(int fd, const void *data, size_t bytes)
{
	const char *next = data;
	ssize_t written;

	while (bytes > 0) {
		written = write(fd, next, bytes);
		if (written == -1 && errno == EINTR)
			continue;
		if (written == -1)
			return -1;
		next += written;
		bytes -= (size_t)written;
	}
	return 0;
}
