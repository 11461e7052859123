/*
 * Credentials of clients of the control socket.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control/peer.h"

#ifdef HAVE_PEER_CREDENTIALS

void
control_peer_read(int fd, struct control_peer *out)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	memset(out, 0, sizeof(*out));
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1)
		return;
	out->known = true;
	out->uid = peer.uid;
	out->gid = peer.gid;
	out->pid = peer.pid;
}

/* -1: a kernel that does not tell, or more groups than fit. */
static int
is_in_group(int fd, gid_t group)
{
	gid_t groups[256];
	socklen_t bytes = sizeof(groups);
	size_t i;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) == -1)
		return -1;
	for (i = 0; i < bytes / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return 1;
	return 0;
}

#else

void
control_peer_read(int fd, struct control_peer *out)
{
	(void)fd;
	memset(out, 0, sizeof(*out));
}

static int
is_in_group(int fd, gid_t group)
{
	(void)fd;
	(void)group;
	return -1;
}

#endif

bool
control_peer_may(int fd, const struct control_peer *peer,
    const struct stat *file)
{
	bool group = (file->st_mode & S_IWGRP) != 0;
	bool rest = (file->st_mode & S_IWOTH) != 0;

	if (!peer->known || peer->uid == 0 || peer->uid == geteuid())
		return true;
	if (peer->uid == file->st_uid)
		return (file->st_mode & S_IWUSR) != 0;
	if (group == rest || peer->gid == file->st_gid)
		return group;
	switch (is_in_group(fd, file->st_gid)) {
	case 0:
		return rest;
	case 1:
		return group;
	default:
		return true;
	}
}

void
control_peer_text(const struct control_peer *peer, char *text, size_t bytes)
{
	if (!peer->known)
		(void)snprintf(text, bytes, "preforkctl");
	else if (peer->pid == 0)
		(void)snprintf(text, bytes, "preforkctl (uid %lu)",
		    (unsigned long)peer->uid);
	else
		(void)snprintf(text, bytes, "preforkctl (uid %lu, pid %ld)",
		    (unsigned long)peer->uid, (long)peer->pid);
}
