/*
 * The end of a listener: what is queued survives, what is new waits or is
 * refused, whoever else holds the descriptor.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "listener/accept.h"
#include "listener_rig.h"
#include "tap.h"

static enum accept_answer
accept_one(const struct listener *listener)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);
	enum accept_answer answer;
	int fd = -1;

	answer = accept_connection(listener->fd, &fd, &peer, &length);
	fd_close(&fd);
	return answer;
}

static bool
is_connected(int fd)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &length) == 0;
}

/*
 * Whether a connect gets through cannot be waited for when it must not; but a
 * later one, to a listener that is not quiet, has then had its chance.
 */
static bool
gets_in(const struct listener *listener)
{
	struct listener control;
	int late, later, error;
	bool in;

	rig_listen("127.0.0.1:0", &control);
	late = rig_begin_connect(listener, &error);
	rig_require(rig_connect(&control, &later) == 0, "connect");
	in = is_connected(late);
	fd_close(&late);
	fd_close(&later);
	listener_close(&control);
	return in;
}

#ifdef TCP_DEFER_ACCEPT
/* A handshake now ends with the first byte of the client, not before. */
static void
stretch_handshakes(const struct listener *listener)
{
	int seconds = RIG_WAIT_MS / 1000;

	rig_require(setsockopt(listener->fd, IPPROTO_TCP, TCP_DEFER_ACCEPT,
			&seconds, sizeof(seconds)) == 0,
	    "TCP_DEFER_ACCEPT");
}
#else
static void
stretch_handshakes(const struct listener *listener)
{
	(void)listener;
}
#endif

enum step {
	WELL,
	NOT_QUIET,
	NOT_QUIET_TWICE,
	NEW_GOT_IN,
	QUEUED_LOST,
	HANDSHAKE_LOST,
	NEW_QUEUED
};

static enum step
make_quiet(struct listener *listener, int under_way)
{
	if (listener_quiet(listener) == -1)
		return NOT_QUIET;
	if (listener_quiet(listener) == -1)
		return NOT_QUIET_TWICE;
	if (gets_in(listener))
		return NEW_GOT_IN;
	if (accept_one(listener) != ACCEPT_OK)
		return QUEUED_LOST;
	rig_require(write(under_way, "x", 1) == 1, "write");
	if (!rig_wait(listener->fd, POLLIN, RIG_WAIT_MS) ||
	    accept_one(listener) != ACCEPT_OK)
		return HANDSHAKE_LOST;
	return accept_one(listener) == ACCEPT_EMPTY ? WELL : NEW_QUEUED;
}

static int
quieten(void *text)
{
	struct listener listener;
	int queued, under_way;
	enum step step;

	rig_listen(text, &listener);
	rig_require(gets_in(&listener), "a client gets in at first");
	rig_require(accept_one(&listener) == ACCEPT_OK, "accept");
	rig_require(rig_connect(&listener, &queued) == 0, "connect");
	rig_require(rig_wait(listener.fd, POLLIN, RIG_WAIT_MS), "poll");
	stretch_handshakes(&listener);
	rig_require(rig_connect(&listener, &under_way) == 0, "connect");
	step = make_quiet(&listener, under_way);
	fd_close(&queued);
	fd_close(&under_way);
	listener_close(&listener);
	return (int)step;
}

static int
quieten_as_nobody(void *text)
{
	rig_require(rig_drop_root() == 0, "setuid");
	return quieten(text);
}

static void
test_quiet(char *text)
{
	int step = quieten(text);

	if (step == NOT_QUIET) {
		ok(1, "%s: quiet # SKIP the system cannot", text);
		return;
	}
	is_int(step, WELL, "%s: quiet, and nothing is lost", text);
	is_int(rig_in_child(quieten_as_nobody, text), WELL,
	    "nor is it without privileges");
}

static int
hold(void *arg)
{
	int *ends = arg;
	char byte;

	fd_close(&ends[1]);
	return (int)read(ends[0], &byte, 1);
}

/* As a stop does it: quiet, drain, refuse, close; a worker still has it. */
static void
test_refuse(const char *text)
{
	struct listener listener, address;
	int ends[2], copy;
	pid_t child;

	rig_listen(text, &listener);
	address = listener;
	rig_require(fd_pipe(ends, false) == 0, "pipe");
	child = rig_start(hold, ends);
	copy = dup(listener.fd);
	(void)listener_quiet(&listener);
	listener_refuse(&listener);
	errno = ERANGE;
	listener_refuse(&listener);
	is_int(errno, ERANGE, "%s: refusing twice keeps errno", text);
	is_int(rig_connect_errno(&address), ECONNREFUSED,
	    "nobody gets in while it is open");
	listener_close(&listener);
	is_int(rig_connect_errno(&address), ECONNREFUSED,
	    "nor while others hold it");
	fd_close(&copy);
	fd_close(&ends[1]);
	is_int(rig_reap(child), 0, "a child held it");
	fd_close(&ends[0]);
}

static void
test_unix(const char *path)
{
	struct listener listener, address;
	char text[ENDPOINT_TEXT_BYTES];
	int queued;

	(void)snprintf(text, sizeof(text), "unix:%s", path);
	rig_listen(text, &listener);
	address = listener;
	is_int(rig_connect(&listener, &queued), 0, "unix: one is queued");
	is_int(listener_quiet(&listener), 0, "it can be made quiet");
	is_int(rig_connect_errno(&address), ENOENT, "no name leads to it");
	is_int(accept_one(&listener), ACCEPT_OK, "the queued one is served");
	is_int(listener_quiet(&listener), 0, "twice is harmless");
	listener_close(&listener);
	fd_close(&queued);
}

static int
quiet_fails(void *arg)
{
	return listener_quiet(arg) == -1 && errno == EPERM ? 0 : 1;
}

/* A worker must not take the name away, but it may refuse. */
static void
test_unix_worker(const char *path)
{
	struct listener listener;
	char text[ENDPOINT_TEXT_BYTES];

	(void)snprintf(text, sizeof(text), "unix:%s", path);
	rig_listen(text, &listener);
	is_int(rig_in_child(quiet_fails, &listener), 0,
	    "unix: a child cannot make it quiet");
	is_int(rig_connect_errno(&listener), 0, "it still listens");
	listener_refuse(&listener);
	is_int(rig_connect_errno(&listener), ECONNREFUSED, "until refused");
	listener_close(&listener);
}

static void
test_datagram(void)
{
	struct listener listener;
	char byte;
	int error, peer;

	rig_listen("udp:127.0.0.1:0", &listener);
	peer = rig_begin_connect(&listener, &error);
	rig_require(send(peer, "a", 1, 0) == 1, "send");
	error = listener_quiet(&listener) == 0 ? 0 : errno;
	ok(error == 0 || error == ENOPROTOOPT,
	    "quiet, where the system can do it");
	rig_require(send(peer, "b", 1, 0) == 1, "send");
	ok(recv(listener.fd, &byte, 1, 0) == 1 && byte == 'a',
	    "what was queued is there");
	is_int(recv(listener.fd, &byte, 1, 0), error == 0 ? -1 : 1,
	    "what came later is not");
	fd_close(&peer);
	listener_refuse(&listener);
	listener_close(&listener);
	listener_refuse(&listener);
}

static void
test_mend(void)
{
	struct listener listener;

	rig_listen("127.0.0.1:0", &listener);
	is_int(listener_mend(&listener), 0, "what listens needs no mending");
	listener_refuse(&listener);
	if (rig_connect_errno(&listener) != ECONNREFUSED) {
		ok(1, "mending # SKIP it cannot be broken here");
	} else {
		is_int(listener_mend(&listener), 1, "what does not, is mended");
		is_int(rig_connect_errno(&listener), 0, "and listens again");
	}
	listener_close(&listener);
	is_int(listener_mend(&listener), 0, "what is closed stays so");
}

static bool
has_ipv6(void)
{
	struct listener listener;

	if (rig_try_listen("[::1]:0", 0, &listener) != 1)
		return false;
	listener_close(&listener);
	return true;
}

int
main(void)
{
	char v4[] = "127.0.0.1:0", v6[] = "[::1]:0";
	const char *folder, *path;
	int fds;

	(void)alarm(RIG_DEADLINE_S);
	rig_require(fd_ensure_stdio() == 0, "stdio");
	folder = rig_folder();
	path = rig_path(folder, "s");
	fds = rig_count_fds();
	test_quiet(v4);
	test_refuse(v4);
	if (has_ipv6()) {
		test_quiet(v6);
		test_refuse(v6);
	}
	test_unix(path);
	test_unix_worker(path);
	test_datagram();
	test_mend();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	is_int(rmdir(folder), 0, "no file is left");
	return tap_done();
}
