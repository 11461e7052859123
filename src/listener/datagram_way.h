/*
 * The address that a datagram was sent to, as the system tells it beside the
 * data: Linux by IP_PKTINFO, the BSDs by IP_RECVDSTADDR, IPv6 by RFC 3542;
 * POSIX knows none of them.  Only datagram.c includes this.
 * Runs in: worker; way_prepare in the master.
 */
#ifndef PREFORK_LISTENER_DATAGRAM_WAY_H
#define PREFORK_LISTENER_DATAGRAM_WAY_H

#include "listener/datagram.h"

/* Room for what the system tells. */
#define WAY_CONTROL_BYTES 256

/* Of a socket that is bound to all addresses of the family.  -1 with errno. */
int way_prepare(int fd, int family);
/* From what recvmsg has filled. */
void way_take(struct msghdr *message, struct datagram_way *way);
/* For sendmsg; msg_control has WAY_CONTROL_BYTES, aligned and zero. */
void way_put(struct msghdr *message, const struct datagram_way *way);

#endif
