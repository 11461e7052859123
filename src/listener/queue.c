/*
 * The queue of a listening socket, where the system tells.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <string.h>
#ifdef HAVE_TCP_QUEUE
#include <netinet/tcp.h>
#endif
#ifdef HAVE_UNIX_QUEUE
#include <linux/sock_diag.h>
#endif

#include "listener/queue.h"

#ifdef HAVE_TCP_QUEUE

/* Of a socket in the state LISTEN Linux gives these two another meaning. */
static void
read_tcp(int fd, struct listener_queue *out)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == -1 ||
	    info.tcpi_state != TCP_LISTEN)
		return;
	out->known = true;
	out->length = info.tcpi_unacked;
	out->backlog = info.tcpi_sacked;
}

#else

static void
read_tcp(int fd, struct listener_queue *out)
{
	(void)fd;
	(void)out;
}

#endif
#if defined(HAVE_UNIX_QUEUE) && defined(SO_MEMINFO)

static void
read_drops(int fd, struct listener_queue *out)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t length = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length) == -1 ||
	    length < (SK_MEMINFO_DROPS + 1) * sizeof(info[0]))
		return;
	out->drops_known = true;
	out->drops = info[SK_MEMINFO_DROPS];
}

#else

static void
read_drops(int fd, struct listener_queue *out)
{
	(void)fd;
	(void)out;
}

#endif

/* Of datagrams the system tells no number, only those that found no room. */
static bool
takes_datagrams(int fd)
{
	int type = SOCK_STREAM;
	socklen_t length = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	    type == SOCK_DGRAM;
}

void
listener_queue_read(int fd, struct listener_queue *out)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	bool datagrams;

	memset(out, 0, sizeof(*out));
	if (getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		return;
	if (address.ss_family == AF_UNIX) {
		listener_queue_read_unix(fd, out);
		return;
	}
	datagrams = takes_datagrams(fd);
	if (!datagrams)
		read_tcp(fd, out);
	if (out->known || datagrams)
		read_drops(fd, out);
}
