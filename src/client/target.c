/*
 * Names, addresses and connecting.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "client/target.h"

static bool
is_too_great(const char *port)
{
	size_t digits = strspn(port, "0123456789");

	if (digits == 0 || port[digits] != '\0')
		return false;
	port += strspn(port, "0");
	return strlen(port) > 5 || strtol(port, NULL, 10) > 65535;
}

int
target_find(struct target *target, const char *host, const char *port,
    bool datagrams, struct error *e)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC };
	struct addrinfo *found, *next;
	int error;

	memset(target, 0, sizeof(*target));
	target->type = datagrams ? SOCK_DGRAM : SOCK_STREAM;
	hints.ai_socktype = target->type;
	(void)snprintf(target->text, sizeof(target->text),
	    strchr(host, ':') != NULL ? "[%.250s]:%.40s" : "%.250s:%.40s", host,
	    port);
	/* The system takes a number modulo 65536. */
	if (is_too_great(port))
		return error_set(e, PF_CLIENT_HOST,
		    "%s: the port is above 65535", target->text);
	error = getaddrinfo(host, port, &hints, &found);
	if (error != 0)
		return error_set(e, PF_CLIENT_HOST, "%s: %s", target->text,
		    error == EAI_SYSTEM ? strerror(errno) :
					  gai_strerror(error));
	for (next = found; next != NULL && target->count < TARGET_ADDRESSES;
	     next = next->ai_next) {
		target->addresses[target->count].length = next->ai_addrlen;
		memcpy(&target->addresses[target->count++].address,
		    next->ai_addr, next->ai_addrlen);
	}
	freeaddrinfo(found);
	return 0;
}

int
target_unix(struct target *target, const char *path, struct error *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t bytes = strlen(path);
	socklen_t length;

	memset(target, 0, sizeof(*target));
	target->type = SOCK_STREAM;
	(void)snprintf(target->text, sizeof(target->text), "unix:%.250s", path);
	if (bytes == 0 || bytes >= sizeof(address.sun_path))
		return error_set(e, PF_USAGE,
		    "%s: a path has between 1 and %zu bytes", target->text,
		    sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, bytes);
	length = (socklen_t)sizeof(address);
	if (path[0] == '@') {
		address.sun_path[0] = '\0';
		length =
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes);
	}
	target->count = 1;
	target->addresses[0].length = length;
	memcpy(&target->addresses[0].address, &address, sizeof(address));
	return 0;
}

int
target_begin(const struct target *target, size_t index)
{
	const struct sockaddr_storage *address =
	    &target->addresses[index].address;
	int fd = fd_socket(address->ss_family, target->type, true);
	int error;

	if (fd == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)address,
		target->addresses[index].length) == 0 ||
	    errno == EINPROGRESS || errno == EINTR)
		return fd;
	error = errno;
	fd_close(&fd);
	errno = error;
	return -1;
}

int
target_outcome(int fd)
{
	socklen_t length = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == -1)
		return errno;
	return error;
}

int
target_await(int fd, short events, int64_t deadline_ms)
{
	struct pollfd item = { .fd = fd, .events = events };
	int64_t now_ms;
	int found;

	do {
		now_ms = clock_ms();
		found = poll(&item, 1, clock_timeout(deadline_ms, now_ms));
	} while (found == -1 && errno == EINTR);
	return found;
}

/* One address.  A descriptor, or -1 with errno. */
static int
try_address(const struct target *target, size_t index, int64_t deadline_ms)
{
	int fd = target_begin(target, index);
	int found, error;

	if (fd == -1)
		return -1;
	found = target_await(fd, POLLOUT, deadline_ms);
	error = found == 0 ? ETIMEDOUT :
	    found == -1	   ? errno :
			     target_outcome(fd);
	if (error == 0)
		return fd;
	fd_close(&fd);
	errno = error;
	return -1;
}

int
target_connect(const struct target *target, int64_t deadline_ms,
    struct error *e)
{
	size_t i;
	int fd;

	for (i = 0; i < target->count; i++) {
		fd = try_address(target, i, deadline_ms);
		if (fd != -1)
			return fd;
	}
	return error_set(e,
	    errno == ETIMEDOUT ? PF_CLIENT_LATE : PF_CLIENT_REFUSED,
	    "%s: connect: %s", target->text, strerror(errno));
}
