/*
 * Opens listening sockets, all or none, and closes them.
 * Runs in: master (listener_open_all: starter only, because it may wait).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "listener/datagram.h"
#include "listener/keepalive.h"
#include "listener/listener.h"
#include "listener/socket_file.h"

#define RETRY_MS   10
#define PAIR_TRIES 16 /* ports tried for *:0 until both halves get it */

struct opening {
	int64_t deadline_ms;
	struct error *e;
};

static const struct bind_reason {
	int error;
	enum msg_id id;
	const char *text; /* NULL: strerror's */
} reasons[] = {
	{ EACCES, PF_BIND_DENIED, NULL },
	{ EPERM, PF_BIND_DENIED, NULL },
	{ EEXIST, PF_SOCKET_FILE, "a file that is no socket is in its place" },
	{ 0, PF_BIND, NULL },
};

/* The command that lists such sockets with who has them. */
static const char *
lister(const struct endpoint *endpoint)
{
	if (endpoint->address.ss_family == AF_UNIX)
		return "ss -lpx";
	return endpoint->type == SOCK_DGRAM ? "ss -lpun" : "ss -lptn";
}

static int
explain(struct error *e, const struct endpoint *endpoint)
{
	const struct bind_reason *reason = reasons;
	char text[ENDPOINT_TEXT_BYTES];

	while (reason->error != 0 && reason->error != errno)
		reason++;
	endpoint_name(endpoint, text, sizeof(text));
	if (errno == EADDRINUSE)
		return error_set(e, reason->id,
		    "cannot listen on %s: %s (\"%s\" shows who has it)", text,
		    strerror(errno), lister(endpoint));
	return error_set(e, reason->id, "cannot listen on %s: %s", text,
	    reason->text != NULL ? reason->text : strerror(errno));
}

static int
switch_on(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on));
}

/* SO_REUSEADDR on datagram sockets would hide a second instance. */
static int
set_options_of_type(const struct listener *listener)
{
	if (listener->endpoint.type != SOCK_STREAM)
		return datagram_prepare(listener->fd,
		    (const struct sockaddr *)&listener->endpoint.address);
	if (switch_on(listener->fd, SOL_SOCKET, SO_REUSEADDR) == -1)
		return -1;
	return keepalive_set(listener->fd);
}

static int
set_options(const struct listener *listener)
{
	int family = listener->endpoint.address.ss_family;

	if (family == AF_UNIX)
		return 0;
	if (set_options_of_type(listener) == -1)
		return -1;
	if (family != AF_INET6)
		return 0;
	return switch_on(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY);
}

/* The port that the system chose, and the text. */
static int
read_back(struct listener *listener)
{
	struct endpoint *endpoint = &listener->endpoint;
	struct sockaddr *address = (struct sockaddr *)&endpoint->address;
	socklen_t length = sizeof(endpoint->address);

	if (address->sa_family != AF_UNIX) {
		if (getsockname(listener->fd, address, &length) == -1)
			return -1;
		endpoint->length = length;
	}
	endpoint_name(endpoint, listener->text, sizeof(listener->text));
	return 0;
}

static int
bind_address(struct listener *listener)
{
	const struct endpoint *endpoint = &listener->endpoint;

	if (endpoint->address.ss_family == AF_UNIX)
		return socket_file_bind(listener);
	return bind(listener->fd, (const struct sockaddr *)&endpoint->address,
	    endpoint->length);
}

/* The system cuts what is too much and does not tell. */
static int
begin(struct listener *listener, int backlog)
{
	int limit = listener_backlog_limit();

	if (listener->endpoint.type != SOCK_STREAM)
		return 0;
	if (listen(listener->fd, backlog) == -1)
		return -1;
	listener->backlog = listener->endpoint.backlog = backlog;
	listener->granted = backlog < limit ? backlog : limit;
	return 0;
}

static int
open_once(const struct endpoint *endpoint, struct listener *out)
{
	struct listener made;

	memset(&made, 0, sizeof(made));
	made.backlog =
	    endpoint->backlog > 0 ? endpoint->backlog : LISTENER_BACKLOG;
	made.endpoint = *endpoint;
	made.owner = getpid();
	made.fd = fd_socket(endpoint->address.ss_family, endpoint->type, true);
	if (made.fd == -1)
		return -1;
	if (set_options(&made) == -1 || bind_address(&made) == -1 ||
	    begin(&made, made.backlog) == -1 || read_back(&made) == -1) {
		listener_close(&made);
		return -1;
	}
	*out = made;
	return 0;
}

/* With a fresh socket each time: listen(2) may be the one that found the
 * address in use, and a bound socket cannot be bound again. */
static int
open_patiently(const struct endpoint *endpoint, int64_t deadline_ms,
    struct listener *out)
{
	while (open_once(endpoint, out) == -1) {
		if (errno != EADDRINUSE || clock_ms() >= deadline_ms)
			return -1;
		poll(NULL, 0, RETRY_MS);
	}
	return 0;
}

/* Where IPv6 is switched off, not compiled out, sockets can be had but there
 * is no loopback address to bind them to. */
static bool
may_leave_out(const struct endpoint *endpoint, int error)
{
	const void *address = &endpoint->address;
	const struct in6_addr *host;

	if (!endpoint->optional)
		return false;
	if (error == EAFNOSUPPORT || error == EPROTONOSUPPORT)
		return true;
	host = &((const struct sockaddr_in6 *)address)->sin6_addr;
	return error == EADDRNOTAVAIL &&
	    (IN6_IS_ADDR_UNSPECIFIED(host) || IN6_IS_ADDR_LOOPBACK(host));
}

/* Number opened (0 or 1), or -1. */
static int
open_alone(const struct opening *opening, const struct endpoint *endpoint,
    struct listener *out)
{
	if (open_patiently(endpoint, opening->deadline_ms, out) == 0)
		return 1;
	if (may_leave_out(endpoint, errno))
		return 0;
	return explain(opening->e, endpoint);
}

/* Both halves of *:0.  Number opened (1 or 2), or -1. */
static int
open_pair(const struct opening *opening, const struct endpoint *halves,
    struct listener *out)
{
	struct endpoint second = halves[1];
	int opened, tries = 0;

	do {
		opened = open_alone(opening, &halves[0], &out[0]);
		if (opened == -1)
			return -1;
		if (opened == 0)
			return open_alone(opening, &halves[1], &out[0]);
		endpoint_set_port(&second,
		    endpoint_port((struct sockaddr *)&out[0].endpoint.address));
		if (open_once(&second, &out[1]) == 0)
			return 2;
		listener_close(&out[0]);
	} while (errno == EADDRINUSE && ++tries < PAIR_TRIES);
	return explain(opening->e, &second);
}

static bool
is_pair(const struct endpoint *endpoints, size_t left)
{
	return left >= 2 && endpoints[1].same_port &&
	    endpoint_port((const struct sockaddr *)&endpoints[1].address) == 0;
}

int
listener_open_all(const struct endpoint *endpoints, size_t count,
    int patience_ms, struct listener *out, size_t *opened, struct error *e)
{
	struct opening opening = { clock_ms() + patience_ms, e };
	size_t i = 0, done = 0;
	bool pair;
	int more;

	while (i < count) {
		pair = is_pair(&endpoints[i], count - i);
		more = pair ? open_pair(&opening, &endpoints[i], &out[done]) :
			      open_alone(&opening, &endpoints[i], &out[done]);
		if (more == -1)
			goto fail;
		done += (size_t)more;
		i += pair ? 2 : 1;
	}
	*opened = done;
	return 0;
fail:
	while (done > 0)
		listener_close(&out[--done]);
	return -1;
}

int
listener_refit(struct listener *listener, const struct endpoint *endpoint)
{
	struct endpoint *now = &listener->endpoint;
	int backlog =
	    endpoint->backlog > 0 ? endpoint->backlog : LISTENER_BACKLOG;

	if (listener->passed_as != NULL)
		return 0;
	/* What was cut may be granted by now. */
	if ((backlog != listener->backlog || listener->granted < backlog) &&
	    begin(listener, backlog) == -1)
		return -1;
	if (!endpoint_has_file(now) ||
	    (now->mode == endpoint->mode && now->owned == endpoint->owned &&
		now->uid == endpoint->uid && now->gid == endpoint->gid))
		return 0;
	return socket_file_refit(listener, endpoint);
}

void
listener_close(struct listener *listener)
{
	int saved = errno;

	if (listener->passed_as != NULL) {
		listener->fd = -1;
		return;
	}
	/* The name first: while we still listen nobody takes it for stale, so
	 * it is not replaced between the look and the removal. */
	socket_file_remove(listener);
	fd_close(&listener->fd);
	errno = saved;
}

int
listener_backlog_limit(void)
{
	char text[32];
	ssize_t got;
	long limit;
	int fd;

	fd = fd_open("/proc/sys/net/core/somaxconn", O_RDONLY, 0);
	if (fd == -1)
		return INT_MAX;
	got = read(fd, text, sizeof(text) - 1);
	fd_close(&fd);
	if (got <= 0)
		return INT_MAX;
	text[got] = '\0';
	limit = strtol(text, NULL, 10);
	return limit > 0 && limit < INT_MAX ? (int)limit : INT_MAX;
}
