/*
 * The end of a listener: what is queued survives, what is new waits or is
 * refused, whoever else holds the descriptor.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

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

/*
 * Whether a connect gets through cannot be waited for when it must not; but a
 * later one, to a listener that is not quiet, has then had its chance.
 */
static void
test_network(const char *text)
{
	struct listener quiet, control;
	int queued, late, later, error;

	rig_listen(text, &quiet);
	rig_listen(text, &control);
	is_int(rig_connect(&quiet, &queued), 0, "%s: a client is queued", text);
	if (listener_quiet(&quiet) == -1) {
		ok(1, "quiet # SKIP the system cannot");
		goto done;
	}
	late = rig_begin_connect(&quiet, &error);
	is_int(error, EINPROGRESS, "a client that comes late");
	is_int(rig_connect(&control, &later), 0, "and one elsewhere");
	ok(!rig_wait(late, POLLOUT, 0), "the late one is not through");
	ok(rig_wait(quiet.fd, POLLIN, RIG_WAIT_MS), "the first is there");
	is_int(accept_one(&quiet), ACCEPT_OK, "it is served");
	is_int(accept_one(&quiet), ACCEPT_EMPTY, "no other is");
	fd_close(&late);
	fd_close(&later);
done:
	fd_close(&queued);
	listener_close(&quiet);
	listener_close(&control);
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

	rig_listen("udp:127.0.0.1:0", &listener);
	is_int(listener_quiet(&listener), -1, "datagrams have no handshake");
	is_int(errno, EOPNOTSUPP, "and errno says so");
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
	const char *folder, *path;
	int fds;

	(void)alarm(RIG_DEADLINE_S);
	rig_require(fd_ensure_stdio() == 0, "stdio");
	folder = rig_folder();
	path = rig_path(folder, "s");
	fds = rig_count_fds();
	test_network("127.0.0.1:0");
	test_refuse("127.0.0.1:0");
	if (has_ipv6()) {
		test_network("[::1]:0");
		test_refuse("[::1]:0");
	}
	test_unix(path);
	test_unix_worker(path);
	test_datagram();
	test_mend();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	is_int(rmdir(folder), 0, "no file is left");
	return tap_done();
}
