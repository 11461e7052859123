/*
 * Takes one connection from a shared listening socket and says what the loop
 * must do when there was none.  Does not wait, does not log.
 * Runs in: worker; master while it takes over the queue at a stop.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>

#include "base/fd.h"
#include "listener/accept.h"

struct accept_rule {
	int error;
	enum accept_answer answer;
};

/*
 * Everything that is not here is ACCEPT_BROKEN.  The network errors are those
 * of the connection at the head of the queue, which Linux hands to accept(2)
 * as if they were its own; that connection is gone, the listener is not.
 */
static const struct accept_rule rules[] = {
	{ EAGAIN, ACCEPT_EMPTY },
	{ EWOULDBLOCK, ACCEPT_EMPTY },
	{ EINTR, ACCEPT_AGAIN },
	{ ECONNABORTED, ACCEPT_AGAIN },
	{ ECONNRESET, ACCEPT_AGAIN },
	{ EPROTO, ACCEPT_AGAIN },
	{ EPERM, ACCEPT_AGAIN }, /* a packet filter said no */
	{ ENETDOWN, ACCEPT_AGAIN },
	{ ENETUNREACH, ACCEPT_AGAIN },
	{ EHOSTUNREACH, ACCEPT_AGAIN },
	{ ENOPROTOOPT, ACCEPT_AGAIN },
	{ EOPNOTSUPP, ACCEPT_AGAIN },
	{ ETIMEDOUT, ACCEPT_AGAIN },
#ifdef EHOSTDOWN
	{ EHOSTDOWN, ACCEPT_AGAIN },
#endif
#ifdef ENONET
	{ ENONET, ACCEPT_AGAIN },
#endif
	{ EMFILE, ACCEPT_SHORTAGE },
	{ ENFILE, ACCEPT_SHORTAGE },
	{ ENOBUFS, ACCEPT_SHORTAGE },
	{ ENOMEM, ACCEPT_SHORTAGE },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static const char *const answer_names[] = {
	[ACCEPT_OK] = "ok",
	[ACCEPT_EMPTY] = "empty",
	[ACCEPT_AGAIN] = "again",
	[ACCEPT_SHORTAGE] = "shortage",
	[ACCEPT_BROKEN] = "broken",
};

const char *
accept_answer_name(enum accept_answer answer)
{
	size_t index = (size_t)answer;

	if (index >= sizeof(answer_names) / sizeof(answer_names[0]))
		return "unknown";
	return answer_names[index];
}

enum accept_answer
accept_classify(int error)
{
	size_t i;

	for (i = 0; i < RULES; i++)
		if (rules[i].error == error)
			return rules[i].answer;
	return ACCEPT_BROKEN;
}

#ifdef HAVE_ACCEPT4

static int
take(int listen_fd, struct sockaddr *peer, socklen_t *peer_length)
{
	return accept4(listen_fd, peer, peer_length, SOCK_CLOEXEC);
}

#else

/*
 * The BSDs give an accepted socket its listener's O_NONBLOCK, Linux does not.
 * Listeners are always non-blocking here, so the first connection tells and
 * the others need not be asked.
 */
static int
make_blocking(int fd)
{
	static enum { UNKNOWN, INHERITED, NOT_INHERITED } nonblocking;
	int flags;

	if (nonblocking == UNKNOWN) {
		flags = fcntl(fd, F_GETFL);
		if (flags == -1)
			return -1;
		nonblocking = flags & O_NONBLOCK ? INHERITED : NOT_INHERITED;
	}
	if (nonblocking == INHERITED)
		return fd_set_nonblocking(fd, false);
	return 0;
}

static int
take(int listen_fd, struct sockaddr *peer, socklen_t *peer_length)
{
	int fd;

	fd = accept(listen_fd, peer, peer_length);
	if (fd == -1)
		return -1;
	if (fd_set_cloexec(fd, true) == -1 || make_blocking(fd) == -1)
		fd_close(&fd);
	return fd;
}

#endif

enum accept_answer
accept_connection(int listen_fd, int *fd, struct sockaddr_storage *peer,
    socklen_t *peer_length)
{
	int taken;

	taken = take(listen_fd, (struct sockaddr *)peer, peer_length);
	if (taken == -1)
		return accept_classify(errno);
	*fd = taken;
	return ACCEPT_OK;
}
