/*
 * The last steps of a listener, in an order that loses no connection: quiet,
 * drain (the caller's), refuse, close.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#ifdef HAVE_LINUX_FILTER_H
#include <linux/filter.h>
#endif

#include "base/fd.h"
#include "listener/listener.h"
#include "listener/socket_file.h"

#ifdef HAVE_LINUX_FILTER_H

#define TCP_FLAGS_OFFSET 13 /* RFC 9293, section 3.1 */
#define TCP_SYN		 0x02
#define TCP_SYN_OR_ACK	 0x12

/*
 * Drop a segment that begins a handshake, whatever bits ECN adds to it; let
 * pass the ACK that ends one.
 * The filter sees a segment from the TCP header on.  The client of a dropped
 * SYN sends it again and then meets either the next listener or a refusal.
 * Newer kernels keep this from all but CAP_NET_ADMIN.
 */
static int
drop_syn(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS_OFFSET),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TCP_SYN_OR_ACK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCP_SYN, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffffu),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program));
}

/* A socket without an interface could not answer what is queued. */
static int
drop_all(int fd)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program));
}

#else

static int
drop_all(int fd)
{
	(void)fd;
	errno = ENOPROTOOPT;
	return -1;
}

static int
drop_syn(int fd)
{
	(void)fd;
	errno = ENOPROTOOPT;
	return -1;
}

#endif

#if defined(HAVE_LINUX_FILTER_H) && defined(SO_BINDTOIFINDEX)

#define NO_INTERFACE INT_MAX

/*
 * Bound to an interface that does not exist a listener is found by no SYN,
 * which is then refused at once; a handshake under way is found by its
 * addresses and ends in the queue (unless it has a SYN cookie, as in a
 * flood).  Needs no privilege.  Only the first process may do it; who comes
 * after it finds it done.
 */
static int
leave_network(int fd)
{
	int index = NO_INTERFACE;
	socklen_t size = sizeof(index);

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, size) == 0)
		return 0;
	index = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, &size) == 0 &&
	    index == NO_INTERFACE)
		return 0;
	errno = EPERM;
	return -1;
}

#else

static int
leave_network(int fd)
{
	(void)fd;
	errno = ENOPROTOOPT;
	return -1;
}

#endif

int
listener_quiet(struct listener *listener)
{
	/* Who passed it to us lets others serve there when we are gone. */
	if (listener->passed_as != NULL) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (listener->endpoint.type == SOCK_DGRAM)
		return drop_all(listener->fd);
	if (endpoint_has_file(&listener->endpoint))
		return socket_file_remove(listener);
	if (listener->endpoint.address.ss_family == AF_UNIX) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (leave_network(listener->fd) == 0)
		return 0;
	return drop_syn(listener->fd);
}

void
listener_refuse(struct listener *listener)
{
	int saved = errno;

	/* Elsewhere than on Linux it fails with ENOTCONN and does no harm. */
	if (listener->fd != -1 && listener->endpoint.type == SOCK_STREAM &&
	    listener->passed_as == NULL)
		shutdown(listener->fd, SHUT_RDWR);
	errno = saved;
}

/* A shut unix socket is of no more use and says so only to poll(2): a new one
 * takes its name and, for children to come, its place. */
static int
mend_unix(struct listener *listener)
{
	struct pollfd item = { .fd = listener->fd, .events = POLLIN };
	struct listener fresh;
	struct error e;
	size_t opened;

	if (poll(&item, 1, 0) != 1 || (item.revents & POLLHUP) == 0)
		return 0;
	if (listener->passed_as != NULL) {
		errno = EPERM;
		return -1;
	}
	if (listener_open_all(&listener->endpoint, 1, 0, &fresh, &opened, &e) ==
	    -1)
		return -1;
	fd_close(&listener->fd);
	*listener = fresh;
	return 1;
}

int
listener_mend(struct listener *listener)
{
	int listening = 0;
	socklen_t size = sizeof(listening);

	if (listener->fd == -1 || listener->endpoint.type != SOCK_STREAM)
		return 0;
	if (listener->endpoint.address.ss_family == AF_UNIX)
		return mend_unix(listener);
	if (getsockopt(listener->fd, SOL_SOCKET, SO_ACCEPTCONN, &listening,
		&size) == -1 ||
	    listening)
		return 0;
	/* A port that the system chose was given back with the shutdown; a
	 * port that we chose is still bound, and this fails. */
	(void)bind(listener->fd,
	    (const struct sockaddr *)&listener->endpoint.address,
	    listener->endpoint.length);
	return listen(listener->fd, listener->backlog) == -1 ? -1 : 1;
}
