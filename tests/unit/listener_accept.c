/*
 * Accepting: what each error means, and what a connection is like.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/un.h>

#include "listener/accept.h"
#include "listener_rig.h"
#include "tap.h"

#define UNTOUCHED (-7)

static struct listener listener;
static struct sockaddr_storage peer;
static socklen_t peer_length;

static enum accept_answer
take(int *fd)
{
	*fd = UNTOUCHED;
	peer_length = sizeof(peer);
	return accept_connection(listener.fd, fd, &peer, &peer_length);
}

static void
test_classes(void)
{
	static const struct {
		int error;
		enum accept_answer answer;
	} rows[] = {
		{ EAGAIN, ACCEPT_EMPTY },
		{ EWOULDBLOCK, ACCEPT_EMPTY },
		{ EINTR, ACCEPT_AGAIN },
		{ ECONNABORTED, ACCEPT_AGAIN },
		{ EPROTO, ACCEPT_AGAIN },
		{ ENETDOWN, ACCEPT_AGAIN },
		{ ENOPROTOOPT, ACCEPT_AGAIN },
		{ EHOSTUNREACH, ACCEPT_AGAIN },
		{ EOPNOTSUPP, ACCEPT_AGAIN },
		{ ENETUNREACH, ACCEPT_AGAIN },
		{ ECONNRESET, ACCEPT_AGAIN },
		{ ETIMEDOUT, ACCEPT_AGAIN },
		{ EPERM, ACCEPT_AGAIN },
		{ EMFILE, ACCEPT_SHORTAGE },
		{ ENFILE, ACCEPT_SHORTAGE },
		{ ENOBUFS, ACCEPT_SHORTAGE },
		{ ENOMEM, ACCEPT_SHORTAGE },
		{ EBADF, ACCEPT_BROKEN },
		{ EINVAL, ACCEPT_BROKEN },
		{ ENOTSOCK, ACCEPT_BROKEN },
		{ EFAULT, ACCEPT_BROKEN },
		{ 99999, ACCEPT_BROKEN },
#ifdef EHOSTDOWN
		{ EHOSTDOWN, ACCEPT_AGAIN },
#endif
#ifdef ENONET
		{ ENONET, ACCEPT_AGAIN },
#endif
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_text(accept_answer_name(accept_classify(rows[i].error)),
		    accept_answer_name(rows[i].answer), "%s",
		    strerror(rows[i].error));
}

static void
test_names(void)
{
	is_text(accept_answer_name(ACCEPT_OK), "ok", "answers have names");
	is_text(accept_answer_name(ACCEPT_BROKEN), "broken", "to the last");
	is_text(accept_answer_name((enum accept_answer)99), "unknown",
	    "others have none");
}

static void
test_connection(void)
{
	char seen[ENDPOINT_TEXT_BYTES], expected[ENDPOINT_TEXT_BYTES];
	struct sockaddr_storage own;
	socklen_t length = sizeof(own);
	int client, fd;

	is_int(take(&fd), ACCEPT_EMPTY, "nobody is there");
	is_int(errno, EAGAIN, "errno tells");
	is_int(fd, UNTOUCHED, "the descriptor is untouched");
	is_int(rig_connect(&listener, &client), 0, "a client");
	ok(rig_wait(listener.fd, POLLIN, RIG_WAIT_MS), "is announced");
	is_int(take(&fd), ACCEPT_OK, "and accepted");
	is_int(fcntl(fd, F_GETFL) & O_NONBLOCK, 0, "it blocks");
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "it ends at exec");
	(void)getsockname(client, (struct sockaddr *)&own, &length);
	endpoint_format((struct sockaddr *)&own, length, expected,
	    sizeof(expected));
	endpoint_format((struct sockaddr *)&peer, peer_length, seen,
	    sizeof(seen));
	is_text(seen, expected, "the peer is the client");
	fd_close(&fd);
	fd_close(&client);
}

static void
test_no_peer_wanted(void)
{
	int client, fd = UNTOUCHED;

	is_int(rig_connect(&listener, &client), 0, "a client");
	ok(rig_wait(listener.fd, POLLIN, RIG_WAIT_MS), "is announced");
	is_int(accept_connection(listener.fd, &fd, NULL, NULL), ACCEPT_OK,
	    "without asking who it is");
	ok(rig_is_open(fd), "it is accepted");
	fd_close(&fd);
	fd_close(&client);
}

static void
limit_files(rlim_t count, struct rlimit *former)
{
	struct rlimit limit;

	rig_require(getrlimit(RLIMIT_NOFILE, former) == 0, "getrlimit");
	limit = *former;
	limit.rlim_cur = count;
	rig_require(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
}

static void
test_shortage(void)
{
	enum accept_answer answer;
	struct rlimit former;
	int client, free_fd, fd = -1;

	is_int(rig_connect(&listener, &client), 0, "a client");
	ok(rig_wait(listener.fd, POLLIN, RIG_WAIT_MS), "is announced");
	free_fd = dup(0);
	(void)close(free_fd);
	limit_files((rlim_t)free_fd, &former);
	is_int(take(&fd), ACCEPT_SHORTAGE, "but no descriptor is free");
	is_int(errno, EMFILE, "errno tells");
	is_int(fd, UNTOUCHED, "the descriptor is untouched");
	(void)setrlimit(RLIMIT_NOFILE, &former);
	answer = take(&fd);
	if (answer == ACCEPT_EMPTY)
		ok(1, "nothing is lost # SKIP this system hung up on it");
	else
		is_int(answer, ACCEPT_OK, "it is not lost by that");
	fd_close(&fd);
	fd_close(&client);
}

static void
test_broken(void)
{
	struct listener former = listener;
	int fd;

	listener.fd = -1;
	is_int(take(&fd), ACCEPT_BROKEN, "no descriptor");
	is_int(errno, EBADF, "errno tells");
	listener.fd = 0;
	is_int(take(&fd), ACCEPT_BROKEN, "no socket");
	is_int(errno, ENOTSOCK, "errno tells");
	is_int(fd, UNTOUCHED, "the descriptor is untouched");
	listener = former;
}

int
main(void)
{
	int fds, null_fd;

	(void)alarm(RIG_DEADLINE_S);
	rig_require(fd_ensure_stdio() == 0, "stdio");
	null_fd = fd_open("/dev/null", O_RDWR, 0);
	rig_require(dup2(null_fd, 0) == 0, "dup2");
	fd_close(&null_fd);
	fds = rig_count_fds();
	test_classes();
	test_names();
	rig_listen("127.0.0.1:0", &listener);
	test_connection();
	test_no_peer_wanted();
	test_shortage();
	test_broken();
	listener_close(&listener);
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
