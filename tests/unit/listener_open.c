/*
 * Opening sockets of the network: ports, options, all or none, patience.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>
#ifdef HAVE_KEEPALIVE_TIMES
#include <netinet/tcp.h>
#endif

#include "listener/listener.h"
#include "listener_rig.h"
#include "tap.h"

static struct listener list[ENDPOINTS_PER_ADDRESS];

static unsigned
port_of(const struct listener *listener)
{
	return endpoint_port((const struct sockaddr *)&listener->endpoint
				 .address);
}

static int
value_of(const struct listener *listener, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	(void)getsockopt(listener->fd, level, name, &value, &size);
	return value;
}

static int
option(const struct listener *listener, int level, int name)
{
	return value_of(listener, level, name) != 0;
}

static void
test_one(void)
{
	char expected[40];

	is_int(rig_try_listen("127.0.0.1:0", 0, list), 1, "any free port");
	ok(port_of(&list[0]) != 0, "its number is filled in");
	(void)snprintf(expected, sizeof(expected), "127.0.0.1:%u",
	    port_of(&list[0]));
	is_text(list[0].text, expected, "and in the text");
	is_int(list[0].backlog, LISTENER_BACKLOG, "the backlog is usual");
	ok(fcntl(list[0].fd, F_GETFL) & O_NONBLOCK, "it does not block");
	ok(fcntl(list[0].fd, F_GETFD) & FD_CLOEXEC, "it ends at exec");
	ok(option(&list[0], SOL_SOCKET, SO_REUSEADDR), "SO_REUSEADDR is on");
	ok(option(&list[0], SOL_SOCKET, SO_ACCEPTCONN), "it listens");
	is_int(rig_connect_errno(&list[0]), 0, "a client connects");
	listener_close(&list[0]);
	is_int(list[0].fd, -1, "closed");
	listener_close(&list[0]);
	is_int(rig_connect_errno(&list[0]), ECONNREFUSED, "nobody is there");
}

#ifdef HAVE_KEEPALIVE_TIMES

static bool
has_times(const struct listener *connection)
{
	return value_of(connection, IPPROTO_TCP, TCP_KEEPIDLE) == 60 &&
	    value_of(connection, IPPROTO_TCP, TCP_KEEPINTVL) == 10 &&
	    value_of(connection, IPPROTO_TCP, TCP_KEEPCNT) == 6;
}

#else

static bool
has_times(const struct listener *connection)
{
	(void)connection;
	return true;
}

#endif

/* What the accepted connection has. */
static void
test_keepalive(void)
{
	struct listener accepted = { .fd = -1 };
	struct pollfd queue = { .events = POLLIN };
	int client, error;

	rig_listen("127.0.0.1:0", list);
	client = rig_begin_connect(&list[0], &error);
	queue.fd = list[0].fd;
	rig_require(poll(&queue, 1, RIG_WAIT_MS) == 1, "a client");
	accepted.fd = accept(list[0].fd, NULL, NULL);
	ok(option(&accepted, SOL_SOCKET, SO_KEEPALIVE), "keep-alive is on");
	ok(has_times(&accepted), "after a minute, for a minute");
	fd_close(&accepted.fd);
	fd_close(&client);
	listener_close(&list[0]);
}

static void
test_backlog(void)
{
	struct endpoint found[ENDPOINTS_PER_ADDRESS];
	size_t opened;

	(void)endpoint_parse("127.0.0.1:0", found, &rig_error);
	found[0].backlog = 5;
	is_int(listener_open_all(found, 1, 0, list, &opened, &rig_error), 0,
	    "with a backlog of its own");
	is_int(list[0].backlog, 5, "which is kept");
	listener_close(&list[0]);
	ok(listener_backlog_limit() > 0, "the system has a limit, or none");
}

static void
test_any(void)
{
	int opened = rig_try_listen("*:0", 0, list);

	ok(opened >= 1, "*:0 opens");
	if (opened != 2) {
		ok(1, "both halves # SKIP no IPv6 here");
		listener_close(&list[0]);
		return;
	}
	is_int(list[0].endpoint.address.ss_family, AF_INET6, "IPv6 first");
	ok(option(&list[0], IPPROTO_IPV6, IPV6_V6ONLY), "and nothing else");
	is_int(list[1].endpoint.address.ss_family, AF_INET, "then IPv4");
	ok(port_of(&list[0]) != 0, "at any port");
	is_int(port_of(&list[1]), port_of(&list[0]), "at the same port");
	listener_close(&list[0]);
	listener_close(&list[1]);
}

static void
test_datagram(void)
{
	struct listener second;
	char text[ENDPOINT_TEXT_BYTES + 4];

	is_int(rig_try_listen("udp:127.0.0.1:0", 0, list), 1, "datagrams");
	(void)snprintf(text, sizeof(text), "%s", list[0].text);
	is_int(rig_try_listen(text, 0, &second), -1, "one instance only");
	is_int(rig_error.id, PF_BIND, "the other is told");
	listener_close(&list[0]);
}

static void
test_in_use(void)
{
	struct listener second;
	char expected[ERROR_TEXT_BYTES];
	int before;

	rig_listen("127.0.0.1:0", &list[0]);
	before = rig_count_fds();
	is_int(rig_try_listen(list[0].text, 0, &second), -1, "a taken port");
	is_int(rig_error.id, PF_BIND, "is told by number");
	(void)snprintf(expected, sizeof(expected),
	    "cannot listen on %s: %s (\"ss -lptn\" shows who has it)",
	    list[0].text, strerror(EADDRINUSE));
	is_text(rig_error.text, expected, "and in words");
	is_int(rig_count_fds(), before, "nothing is left open");
	listener_close(&list[0]);
}

/* A child that holds the address until the pipe is closed. */
struct holder {
	struct listener listener;
	int pipe[2];
};

static int
hold(void *arg)
{
	struct holder *holder = arg;
	char byte;

	fd_close(&holder->pipe[1]);
	return (int)read(holder->pipe[0], &byte, 1);
}

/* That it tried more than once is seen with a unix socket only, whose holder
 * is asked each time. */
static void
test_patience(void)
{
	struct holder holder;
	struct listener second;
	pid_t child;

	rig_listen("127.0.0.1:0", &holder.listener);
	rig_require(fd_pipe(holder.pipe, false) == 0, "pipe");
	child = rig_start(hold, &holder);
	fd_close(&holder.listener.fd);
	is_int(rig_try_listen(holder.listener.text, 30, &second), -1,
	    "patience ends");
	is_int(rig_error.id, PF_BIND, "with the usual reason");
	fd_close(&holder.pipe[0]);
	fd_close(&holder.pipe[1]);
	is_int(rig_try_listen(holder.listener.text, RIG_WAIT_MS, &second), 1,
	    "an address that is given back in time is had");
	is_int(rig_reap(child), 0, "from who held it");
	listener_close(&second);
}

static void
test_all_or_none(void)
{
	struct endpoint wanted[3 + ENDPOINTS_PER_ADDRESS];
	struct listener taken;
	size_t opened = 99;
	int before;

	rig_listen("127.0.0.1:0", &taken);
	before = rig_count_fds();
	(void)endpoint_parse("127.0.0.1:0", &wanted[0], &rig_error);
	(void)endpoint_parse("127.0.0.1:0", &wanted[1], &rig_error);
	(void)endpoint_parse(taken.text, &wanted[2], &rig_error);
	is_int(listener_open_all(wanted, 3, 0, list, &opened, &rig_error), -1,
	    "two good ones and a taken one");
	is_int(opened, 99, "none is counted");
	is_int(rig_count_fds(), before, "none is left open");
	is_int(listener_open_all(wanted, 2, 0, list, &opened, &rig_error), 0,
	    "the two good ones");
	is_int(opened, 2, "are both opened");
	listener_close(&list[0]);
	listener_close(&list[1]);
	listener_close(&taken);
}

static int
privileged(void *arg)
{
	(void)arg;
	if (rig_drop_root() == -1)
		return 2;
	if (rig_try_listen("127.0.0.1:1", 0, list) != -1)
		return 3;
	return rig_error.id == PF_BIND_DENIED ? 0 : 4;
}

static void
test_denied(void)
{
	int result = rig_in_child(privileged, NULL);

	if (result == 3)
		ok(1, "a privileged port # SKIP everybody may have it here");
	else
		is_int(result, 0, "a privileged port is denied");
}

static void
test_not_here(void)
{
	/* RFC 5737: an address for documentation, nobody's. */
	is_int(rig_try_listen("203.0.113.7:0", 0, list), -1, "not our host");
	is_int(rig_error.id, PF_BIND, "is told by number");
	ok(strstr(rig_error.text, "203.0.113.7:0: ") != NULL, "with address");
}

int
main(void)
{
	int fds;

	(void)alarm(RIG_DEADLINE_S);
	rig_require(fd_ensure_stdio() == 0, "stdio");
	fds = rig_count_fds();
	test_one();
	test_keepalive();
	test_backlog();
	test_any();
	test_datagram();
	test_in_use();
	test_patience();
	test_all_or_none();
	test_denied();
	test_not_here();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
