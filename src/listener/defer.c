/*
 * Waking nobody for a connection before its client has sent.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#ifdef HAVE_DEFER_ACCEPT
#include <netinet/tcp.h>
#endif

#include "listener/listener.h"

/* Then a client that is silent is let in all the same, and the handler's own
 * limits hold. */
#define SILENT_S 30

#ifdef HAVE_DEFER_ACCEPT

static int
set_seconds(int fd, int seconds)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
	    sizeof(seconds));
}

#else

static int
set_seconds(int fd, int seconds)
{
	(void)fd;
	if (seconds == 0)
		return 0;
	errno = ENOTSUP;
	return -1;
}

#endif

int
listener_defer(const struct listener *listener, bool on)
{
	if (listener->fd < 0 || listener->endpoint.type != SOCK_STREAM ||
	    listener->endpoint.address.ss_family == AF_UNIX)
		return 0;
	if (listener->passed_as != NULL) {
		errno = EPERM;
		return -1;
	}
	return set_seconds(listener->fd, on ? SILENT_S : 0);
}
