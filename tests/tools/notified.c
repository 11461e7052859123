/*
 * notified ADDRESS: a service manager's ear.  Binds a datagram socket at the
 * path, or at @NAME outside the file system, says "ready" and prints each
 * message on a line: the sender's pid, a blank, and the message with '|' in
 * the place of newlines.
 * Runs in: notified.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ucred */
#endif
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#ifdef SO_PASSCRED

static void
print(struct msghdr *message, char *text, size_t length)
{
	struct cmsghdr *about = CMSG_FIRSTHDR(message);
	struct ucred sender = { .pid = 0 };
	size_t i;

	if (about != NULL && about->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(about), sizeof(sender));
	for (i = 0; i < length; i++)
		if (text[i] == '\n')
			text[i] = '|';
	(void)printf("%ld %.*s\n", (long)sender.pid, (int)length, text);
	(void)fflush(stdout);
}

static int
listen_to(int fd)
{
	char text[4096];
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} about;
	struct iovec data = { text, sizeof(text) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	ssize_t got;

	for (;;) {
		message.msg_control = &about;
		message.msg_controllen = sizeof(about);
		got = recvmsg(fd, &message, 0);
		if (got == -1)
			return 1;
		print(&message, text, (size_t)got);
	}
}

static int
run(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), on = 1;

	if (strlen(name) >= sizeof(address.sun_path))
		return 64;
	memcpy(address.sun_path, name, strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
		    strlen(name))) == -1)
		return 1;
	(void)printf("ready\n");
	(void)fflush(stdout);
	return listen_to(fd);
}

#else

static int
run(const char *name)
{
	(void)name;
	return 77;
}

#endif

int
main(int argc, char **argv)
{
	return argc == 2 ? run(argv[1]) : 64;
}
