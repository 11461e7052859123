/*
 * The queue of a listening unix socket: Linux tells it by netlink only, see
 * sock_diag(7).  The kernel answers within send(2), so nothing is waited for.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include "base/fd.h"
#include "listener/queue.h"

#ifdef HAVE_UNIX_QUEUE

#include <sys/stat.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>

static int
ask(int netlink, ino_t inode)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req request;
	} message;

	memset(&message, 0, sizeof(message));
	message.header.nlmsg_len = sizeof(message);
	message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message.header.nlmsg_flags = NLM_F_REQUEST;
	message.request.sdiag_family = AF_UNIX;
	message.request.udiag_states = UINT32_MAX;
	message.request.udiag_ino = (uint32_t)inode;
	message.request.udiag_show = UDIAG_SHOW_RQLEN;
	message.request.udiag_cookie[0] = UINT32_MAX;
	message.request.udiag_cookie[1] = UINT32_MAX;
	return send(netlink, &message, sizeof(message), MSG_DONTWAIT) ==
		(ssize_t)sizeof(message) ?
	    0 :
	    -1;
}

static void
take_attribute(const char *at, struct listener_queue *out)
{
	struct unix_diag_rqlen lengths;

	memcpy(&lengths, at, sizeof(lengths));
	out->known = true;
	out->length = lengths.udiag_rqueue;
	out->backlog = lengths.udiag_wqueue;
}

/* The attributes follow the answer's fixed part; each is a header and data,
 * padded to 4 bytes. */
static void
take_answer(const char *data, size_t have, struct listener_queue *out)
{
	struct nlmsghdr header;
	struct rtattr attribute;
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct unix_diag_msg));

	if (have < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return;
	while (at + sizeof(attribute) <= have) {
		memcpy(&attribute, data + at, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) ||
		    attribute.rta_len > have - at)
			return;
		if (attribute.rta_type == UNIX_DIAG_RQLEN &&
		    attribute.rta_len >=
			RTA_LENGTH(sizeof(struct unix_diag_rqlen)))
			take_attribute(data + at + RTA_LENGTH(0), out);
		at += RTA_ALIGN(attribute.rta_len);
	}
}

void
listener_queue_read_unix(int fd, struct listener_queue *out)
{
	char answer[512];
	struct stat about;
	ssize_t got;
	int netlink;

	if (fstat(fd, &about) == -1)
		return;
	netlink =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (netlink == -1)
		return;
	if (ask(netlink, about.st_ino) == 0) {
		got = recv(netlink, answer, sizeof(answer), MSG_DONTWAIT);
		if (got > 0)
			take_answer(answer, (size_t)got, out);
	}
	fd_close(&netlink);
}

#else

void
listener_queue_read_unix(int fd, struct listener_queue *out)
{
	(void)fd;
	(void)out;
}

#endif
