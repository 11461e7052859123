/*
 * A handler that asks the master a thousand things through its worker's channel
 * and takes no answer; then it echoes a byte.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/socket.h>

#include <string.h>
#include <unistd.h>

#include <prefork/module.h>

#include "wire/channel.h"

#define FDS_TO_TRY 64
#define QUESTIONS  5000

PREFORK_EXPORT void HandleClient(int sock);

static int
is_channel(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address), type_size = sizeof(int);
	int type = 0;

	return getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
	    address.ss_family == AF_UNIX &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 &&
	    type == SOCK_STREAM;
}

static void
flood(int fd)
{
	uint16_t head[2] = { CHANNEL_ASK, 0 };
	unsigned char bytes[CHANNEL_HEADER_BYTES];
	uint32_t i, value;

	for (i = 0; i < QUESTIONS; i++) {
		value = i << ASK_KIND_BITS | (i % 3);
		memcpy(bytes, head, sizeof(head));
		memcpy(bytes + 4, &value, sizeof(value));
		if (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) == -1)
			return;
	}
}

void
HandleClient(int sock)
{
	char byte;
	int fd;

	for (fd = 3; fd < FDS_TO_TRY; fd++)
		if (fd != sock && is_channel(fd))
			flood(fd);
	if (recv(sock, &byte, 1, 0) == 1)
		(void)send(sock, &byte, 1, MSG_NOSIGNAL);
}
