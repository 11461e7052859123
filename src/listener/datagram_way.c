/*
 * What the system tells beside a datagram.  Two definitions for each family.
 * Runs in: worker; way_prepare in the master.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "listener/datagram_way.h"

#if defined(HAVE_PKTINFO) || defined(HAVE_DSTADDR) || defined(HAVE_PKTINFO6)

static int
switch_on(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on));
}

/* The only one of this message. */
static void
put(struct msghdr *message, const struct cmsghdr *head, const void *data,
    size_t bytes)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);

	c->cmsg_level = head->cmsg_level;
	c->cmsg_type = head->cmsg_type;
	c->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(c), data, bytes);
	message->msg_controllen = CMSG_SPACE(bytes);
}

#endif
#if defined(HAVE_PKTINFO)

static int
prepare_v4(int fd)
{
	return switch_on(fd, IPPROTO_IP, IP_PKTINFO);
}

/* Where a broadcast or multicast address was asked, that from which an answer
 * would leave is another one. */
static void
take_v4(struct cmsghdr *c, struct datagram_way *way)
{
	struct in_pktinfo info;

	if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
		return;
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	way->family = AF_INET;
	way->asked.v4 = info.ipi_addr;
	way->to_many = info.ipi_addr.s_addr != info.ipi_spec_dst.s_addr;
}

static void
put_v4(struct msghdr *message, const struct datagram_way *way)
{
	const struct cmsghdr head = { .cmsg_level = IPPROTO_IP,
		.cmsg_type = IP_PKTINFO };
	const struct in_pktinfo info = { .ipi_spec_dst = way->asked.v4 };

	put(message, &head, &info, sizeof(info));
}

#elif defined(HAVE_DSTADDR)

static int
prepare_v4(int fd)
{
	return switch_on(fd, IPPROTO_IP, IP_RECVDSTADDR);
}

/* A broadcast or multicast address is told by the flags of the message. */
static void
take_v4(struct cmsghdr *c, struct datagram_way *way)
{
	if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVDSTADDR)
		return;
	way->family = AF_INET;
	memcpy(&way->asked.v4, CMSG_DATA(c), sizeof(way->asked.v4));
}

static void
put_v4(struct msghdr *message, const struct datagram_way *way)
{
	const struct cmsghdr head = { .cmsg_level = IPPROTO_IP,
		.cmsg_type = IP_SENDSRCADDR };

	put(message, &head, &way->asked.v4, sizeof(way->asked.v4));
}

#else

static int
prepare_v4(int fd)
{
	(void)fd;
	return 0;
}

static void
take_v4(struct cmsghdr *c, struct datagram_way *way)
{
	(void)c;
	(void)way;
}

static void
put_v4(struct msghdr *message, const struct datagram_way *way)
{
	(void)message;
	(void)way;
}

#endif
#if defined(HAVE_PKTINFO6)

static int
prepare_v6(int fd)
{
	return switch_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
}

static void
take_v6(struct cmsghdr *c, struct datagram_way *way)
{
	struct in6_pktinfo info;

	if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_PKTINFO)
		return;
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	way->family = AF_INET6;
	way->interface = (unsigned)info.ipi6_ifindex;
	way->asked.v6 = info.ipi6_addr;
	way->to_many = IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
}

/* An address that holds on one link only is none without it; others leave the
 * way to the system. */
static void
put_v6(struct msghdr *message, const struct datagram_way *way)
{
	const struct cmsghdr head = { .cmsg_level = IPPROTO_IPV6,
		.cmsg_type = IPV6_PKTINFO };
	struct in6_pktinfo info = { .ipi6_addr = way->asked.v6 };

	if (IN6_IS_ADDR_LINKLOCAL(&way->asked.v6))
		info.ipi6_ifindex = way->interface;
	put(message, &head, &info, sizeof(info));
}

#else

static int
prepare_v6(int fd)
{
	(void)fd;
	return 0;
}

static void
take_v6(struct cmsghdr *c, struct datagram_way *way)
{
	(void)c;
	(void)way;
}

static void
put_v6(struct msghdr *message, const struct datagram_way *way)
{
	(void)message;
	(void)way;
}

#endif
#if defined(MSG_BCAST) && defined(MSG_MCAST) && defined(HAVE_DSTADDR)

static bool
is_to_many(const struct msghdr *message)
{
	return (message->msg_flags & (MSG_BCAST | MSG_MCAST)) != 0;
}

#else

static bool
is_to_many(const struct msghdr *message)
{
	(void)message;
	return false;
}

#endif

int
way_prepare(int fd, int family)
{
	return family == AF_INET ? prepare_v4(fd) : prepare_v6(fd);
}

void
way_take(struct msghdr *message, struct datagram_way *way)
{
	struct cmsghdr *c;

	way->to_many = is_to_many(message);
	for (c = CMSG_FIRSTHDR(message); c != NULL;
	     c = CMSG_NXTHDR(message, c)) {
		take_v4(c, way);
		take_v6(c, way);
	}
}

void
way_put(struct msghdr *message, const struct datagram_way *way)
{
	if (way->family == AF_INET)
		put_v4(message, way);
	else
		put_v6(message, way);
}
