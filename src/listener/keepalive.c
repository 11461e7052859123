/*
 * Ending connections whose client is gone without a word: its machine has lost
 * its power, or the way to it a state, and a handler that waits for it would
 * keep its worker for ever.  Set once for the listening socket, whose options
 * the connections have on all systems that matter.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>
#ifdef HAVE_KEEPALIVE_TIMES
#include <netinet/tcp.h>
#endif

#include "listener/keepalive.h"

static int
set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

#ifdef HAVE_KEEPALIVE_TIMES

static int
set_times(int fd)
{
	if (set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_SILENT_S) == -1 ||
	    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_PROBE_S) == -1)
		return -1;
	return set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
}

#else

/* The system's own: two hours, as a rule (RFC 9293, 3.8.4). */
static int
set_times(int fd)
{
	(void)fd;
	return 0;
}

#endif

int
keepalive_set(int fd)
{
	return set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) == -1 ? -1 : set_times(fd);
}
