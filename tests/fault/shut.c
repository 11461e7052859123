/*
 * A handler that shuts down the listening sockets of its process, as a
 * careless one does that ends "its" server: they are everybody's.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/socket.h>

#include <unistd.h>

#include <prefork/module.h>

#define FDS_TO_TRY 64

PREFORK_EXPORT void HandleClient(int sock);

static int
is_listening(int fd)
{
	int listening = 0;
	socklen_t size = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) ==
	    0 &&
	    listening;
}

void
HandleClient(int sock)
{
	int fd;

	for (fd = 3; fd < FDS_TO_TRY; fd++) {
		if (is_listening(fd))
			shutdown(fd, SHUT_RDWR);
	}
	(void)send(sock, "shut\n", 5, MSG_NOSIGNAL);
}
