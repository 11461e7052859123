/*
 * A log daemon's datagram socket.
 * Instead of syslog(3), which blocks while the daemon is stopped, hides what
 * it could not send, and has a socket that nobody can pass on to a worker.
 * Runs in: every process.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "base/fd.h"
#include "base/log_syslog.h"

#ifndef _PATH_LOG
#define _PATH_LOG "/dev/log"
#endif

static const char *socket_path = _PATH_LOG;

void
log_syslog_set_path(const char *path)
{
	socket_path = path;
}

int
log_syslog_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(socket_path);
	int fd;

	if (length >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, socket_path, length + 1);
	fd = fd_socket(AF_UNIX, SOCK_DGRAM, true);
	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		fd_close(&fd);
	return fd;
}

static bool
send_once(int fd, const char *line, size_t bytes)
{
	return send(fd, line, bytes, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    (ssize_t)bytes;
}

static bool
daemon_gone(int error)
{
	return error == ECONNREFUSED || error == ENOTCONN ||
	    error == ECONNRESET || error == EPIPE || error == EDESTADDRREQ;
}

bool
log_syslog_send(int *fd, const char *line, size_t bytes)
{
	if (*fd != -1) {
		if (send_once(*fd, line, bytes))
			return true;
		if (!daemon_gone(errno))
			return false;
		fd_close(fd);
	}
	*fd = log_syslog_connect();
	return *fd != -1 && send_once(*fd, line, bytes);
}
