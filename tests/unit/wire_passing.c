/*
 * Descriptors that travel with channel messages: each with its own message,
 * none lost, none left.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "rig.h"
#include "tap.h"
#include "wire/channel.h"

static struct channel channel;
static int other_fd;

static void
setup(void)
{
	int ends[2];

	rig_require(fd_socketpair(ends) == 0 &&
		fd_set_nonblocking(ends[0], true) == 0,
	    "socketpair");
	channel_init(&channel, ends[0]);
	other_fd = ends[1];
}

static void
teardown(void)
{
	channel_close(&channel);
	fd_close(&other_fd);
}

static int
is_same(int a, int b)
{
	struct stat one, two;

	return fstat(a, &one) == 0 && fstat(b, &two) == 0 &&
	    one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* By hand: bytes with any number of descriptors, up to 4. */
static void
put_with(const void *bytes, size_t size, const int *fds, size_t count)
{
	union {
		char bytes[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr align;
	} space;
	unsigned char copy[64];
	struct iovec part = { .iov_base = copy, .iov_len = size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *control;

	memcpy(copy, bytes, size);
	memset(&space, 0, sizeof(space));
	header.msg_control = space.bytes;
	header.msg_controllen = CMSG_SPACE(count * sizeof(int));
	control = CMSG_FIRSTHDR(&header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(control), fds, count * sizeof(int));
	rig_require(sendmsg(other_fd, &header, 0) == (ssize_t)size, "sendmsg");
}

static void
test_one(void)
{
	struct channel_message m;
	int ends[2];

	setup();
	rig_require(fd_pipe(ends, false) == 0, "pipe");
	is_int(channel_send_fd(other_fd, CHANNEL_SERVE, 7, ends[1]), 0, "sent");
	ok(rig_is_open(ends[1]), "stays the sender's");
	is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE, "arrives");
	ok(m.type == CHANNEL_SERVE && m.value == 7, "with its message");
	ok(m.fd >= 0 && m.fd != ends[1] && is_same(m.fd, ends[1]),
	    "is the same file under a number of its own");
	ok((fcntl(m.fd, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	fd_close(&m.fd);
	is_int(channel_send_type(other_fd, CHANNEL_LOOK), 0, "one without");
	is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE, "arrives");
	is_int(m.fd, -1, "without");
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	teardown();
}

static void
test_own_message(void)
{
	struct channel_message first, second;
	int one[2], two[2];

	setup();
	rig_require(fd_pipe(one, false) == 0 && fd_pipe(two, false) == 0,
	    "pipe");
	(void)channel_send_fd(other_fd, CHANNEL_SERVE, 1, one[0]);
	(void)channel_send_fd(other_fd, CHANNEL_SERVE, 2, two[0]);
	is_int(channel_receive(&channel, &first), CHANNEL_MESSAGE, "first");
	is_int(channel_receive(&channel, &second), CHANNEL_MESSAGE, "second");
	ok(is_same(first.fd, one[0]), "the first has its own");
	ok(is_same(second.fd, two[0]), "and the second");
	fd_close(&first.fd);
	fd_close(&second.fd);
	fd_close(&one[0]);
	fd_close(&one[1]);
	fd_close(&two[0]);
	fd_close(&two[1]);
	teardown();
}

static void
test_cut(void)
{
	uint16_t head[4] = { CHANNEL_REOPEN, 0, 0, 0 };
	struct channel_message m;
	int fd = 0;

	setup();
	put_with(head, 1, &fd, 1);
	is_int(channel_receive(&channel, &m), CHANNEL_NOTHING,
	    "a descriptor comes with the first byte");
	rig_require(fd_write_all(other_fd, (char *)head + 1, 7) == 0, "write");
	is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE, "then the rest");
	ok(m.fd > 2 && is_same(m.fd, 0), "the message has it");
	fd_close(&m.fd);
	put_with(head, 1, &fd, 1);
	(void)channel_receive(&channel, &m);
	fd_close(&other_fd);
	is_int(channel_receive(&channel, &m), CHANNEL_EOF,
	    "a descriptor whose message never comes");
	ok(channel.passed_fd > 2, "is kept");
	teardown();
}

/* A worker that has gone mad must not fill the master's table. */
static void
test_too_many(void)
{
	uint16_t head[4] = { CHANNEL_READY, 0, 0, 0 };
	int fds[4] = { 0, 1, 2, 0 };
	struct channel_message m;
	size_t count;
	int before;

	setup();
	before = rig_count_fds();
	for (count = 2; count <= 4; count++) {
		put_with(head, 8, fds, count);
		is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE,
		    "a message with %d descriptors", (int)count);
		fd_close(&m.fd);
		is_int(rig_count_fds(), before, "leaves none but its one");
	}
	put_with(head, 1, fds, 1);
	put_with((char *)head + 1, 7, fds, 1);
	is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE,
	    "one with each half");
	fd_close(&m.fd);
	is_int(rig_count_fds(), before, "the same");
	teardown();
}

int
main(void)
{
	int fds;

	(void)alarm(RIG_DEADLINE_S);
	rig_require(fd_ensure_stdio() == 0, "stdio");
	fds = rig_count_fds();
	test_one();
	test_own_message();
	test_cut();
	test_too_many();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
