/*
 * Datagrams taken and answered: which address was asked, what is cut, which
 * errors there are.
 */
#include "config.h"

#include <arpa/inet.h>

#include "listener/datagram.h"
#include "listener_rig.h"
#include "tap.h"

static char data[16];
static struct sockaddr_storage peer;
static struct datagram datagram = { .data = data,
	.room = sizeof(data),
	.peer = &peer };

/* A client of `host` at the listener's port. */
static int
client_of(const struct listener *listener, const char *host)
{
	struct endpoint to = listener->endpoint;
	void *any = &to.address;
	int fd = fd_socket(to.address.ss_family, SOCK_DGRAM, false);

	if (to.address.ss_family == AF_INET)
		(void)inet_pton(AF_INET, host,
		    &((struct sockaddr_in *)any)->sin_addr);
	else
		(void)inet_pton(AF_INET6, host,
		    &((struct sockaddr_in6 *)any)->sin6_addr);
	rig_require(connect(fd, any, to.length) == 0, "connect");
	return fd;
}

static void
post(int fd, const char *text)
{
	rig_require(send(fd, text, strlen(text), 0) == (ssize_t)strlen(text),
	    "send");
}

static const char *
local_text(const struct listener *listener)
{
	static char text[ENDPOINT_TEXT_BYTES];
	struct sockaddr_storage local = listener->endpoint.address;

	datagram_local(&datagram, &local);
	endpoint_format((struct sockaddr *)&local, listener->endpoint.length,
	    text, sizeof(text));
	*strrchr(text, ':') = '\0';
	return text;
}

/* The client is connected, so it hears only who was asked. */
static void
exchange(const struct listener *listener, const char *host)
{
	int fd = client_of(listener, host);
	char answer[8] = "";

	post(fd, "ask");
	is_int(datagram_receive(listener->fd, &datagram), 0, "%s is asked",
	    host);
	ok(datagram.bytes == 3 && memcmp(data, "ask", 3) == 0 && !datagram.cut,
	    "all of it comes");
	ok(!datagram.way.to_many, "one was asked");
	is_int(datagram_send(listener->fd, &datagram, "answer", 6), 6,
	    "the answer");
	ok(rig_wait(fd, POLLIN, RIG_WAIT_MS) &&
		recv(fd, answer, sizeof(answer), 0) == 6 &&
		strcmp(answer, "answer") == 0,
	    "comes from there");
	fd_close(&fd);
}

static void
test_one_address(void)
{
	struct listener listener;

	rig_listen("udp:127.0.0.1:0", &listener);
	is_int(datagram_receive(listener.fd, &datagram), -1, "there is none");
	ok(errno == EAGAIN || errno == EWOULDBLOCK, "and errno says so");
	exchange(&listener, "127.0.0.1");
	is_text(local_text(&listener), "127.0.0.1", "what it is bound to");
	listener_close(&listener);
}

#if defined(HAVE_PKTINFO) || defined(HAVE_DSTADDR)
#define KNOWS_WAY 1
#else
#define KNOWS_WAY 0
#endif

static void
test_any_address(void)
{
	struct listener listeners[2];
	int opened = rig_try_listen("udp:*:0", 0, listeners);
	struct listener *last = &listeners[opened - 1];

	exchange(last, "127.0.0.1");
	if (KNOWS_WAY) {
		is_text(local_text(last), "127.0.0.1", "the one");
		exchange(last, "127.0.0.2");
		is_text(local_text(last), "127.0.0.2", "the other");
	}
	if (opened == 2) {
		exchange(&listeners[0], "::1");
		listener_close(&listeners[0]);
	}
	listener_close(last);
}

static void
test_cut_and_empty(void)
{
	struct listener listener;
	int fd;

	rig_listen("udp:127.0.0.1:0", &listener);
	fd = client_of(&listener, "127.0.0.1");
	post(fd, "sixteen bytes +1.");
	post(fd, "sixteen bytes...");
	post(fd, "");
	is_int(datagram_receive(listener.fd, &datagram), 0, "too long");
	ok(datagram.cut && datagram.bytes == sizeof(data), "it is cut");
	is_int(datagram_receive(listener.fd, &datagram), 0, "just so");
	ok(!datagram.cut && datagram.bytes == sizeof(data), "it is not");
	is_int(datagram_receive(listener.fd, &datagram), 0, "an empty one");
	is_int(datagram.bytes, 0, "is one, too");
	is_int(datagram_send(listener.fd, &datagram, "", 0), 0,
	    "and can be answered by one");
	fd_close(&fd);
	listener_close(&listener);
}

static void
test_broken(void)
{
	struct listener listener;

	rig_listen("udp:127.0.0.1:0", &listener);
	(void)shutdown(listener.fd, SHUT_RDWR);
	errno = 0;
	is_int(datagram_receive(listener.fd, &datagram), -1, "a shut socket");
	ok(errno == EBADF || errno == EAGAIN, "is none any more: %s",
	    strerror(errno));
	listener_close(&listener);
}

int
main(void)
{
	(void)alarm(RIG_DEADLINE_S);
	test_one_address();
	test_any_address();
	test_cut_and_empty();
	test_broken();
	return tap_done();
}
