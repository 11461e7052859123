/*
 * Channel messages: whole or not at all, however the bytes arrive.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <errno.h>
#include <signal.h>

#include "base/fd.h"
#include "rig.h"
#include "tap.h"
#include "wire/channel.h"

static struct channel channel; /* the master's end: does not block */
static int other_fd;	       /* the worker's */

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

/* The bytes of a message as they are on the wire. */
static size_t
encode(unsigned char *bytes, unsigned type, const char *text)
{
	uint16_t head[2] = { (uint16_t)type, (uint16_t)strlen(text) };
	uint32_t value = 0x01020304;

	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + 4, &value, sizeof(value));
	memcpy(bytes + CHANNEL_HEADER_BYTES, text, strlen(text));
	return CHANNEL_HEADER_BYTES + strlen(text);
}

static void
put(const void *bytes, size_t size)
{
	rig_require(fd_write_all(other_fd, bytes, size) == 0, "write");
}

static int
is_reason(const struct channel_message *m)
{
	return m->type == CHANNEL_FAILED && m->value == 0x01020304 &&
	    m->length == 6 && strcmp(m->text, "reason") == 0 && m->fd == -1;
}

static void
test_whole(void)
{
	struct channel_message m,
	    long_one = { .type = CHANNEL_FAILED,
		    .length = CHANNEL_TEXT_BYTES,
		    .value = UINT32_MAX,
		    .fd = -1 };
	int type, good = 0;

	setup();
	is_int(channel_receive(&channel, &m), CHANNEL_NOTHING, "nothing yet");
	for (type = 1; type < CHANNEL_TYPES; type++) {
		if (channel_send_type(other_fd, (enum channel_type)type) == 0 &&
		    channel_receive(&channel, &m) == CHANNEL_MESSAGE)
			good += m.type == type && m.length == 0 &&
			    m.text[0] == '\0' && m.value == 0 && m.fd == -1;
	}
	is_int(good, CHANNEL_TYPES - 1, "each type arrives");
	memset(long_one.text, 'l', CHANNEL_TEXT_BYTES);
	is_int(channel_send(other_fd, &long_one), 0, "the longest is sent");
	is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE, "and arrives");
	ok(m.length == CHANNEL_TEXT_BYTES && m.value == UINT32_MAX &&
		strlen(m.text) == CHANNEL_TEXT_BYTES &&
		memcmp(m.text, long_one.text, CHANNEL_TEXT_BYTES) == 0,
	    "with all its text, terminated");
	teardown();
}

static void
test_cuts(void)
{
	unsigned char bytes[64];
	size_t size = encode(bytes, CHANNEL_FAILED, "reason"), cut, good = 0;
	struct channel_message m;

	setup();
	for (cut = 1; cut < size; cut++) {
		put(bytes, cut);
		good += channel_receive(&channel, &m) == CHANNEL_NOTHING;
		put(bytes + cut, size - cut);
		good += channel_receive(&channel, &m) == CHANNEL_MESSAGE &&
		    is_reason(&m);
	}
	is_int(good, 2 * (size - 1), "cut at every byte it is the same");
	for (cut = 1, good = 0; cut < size; cut++) {
		put(bytes + cut - 1, 1);
		good += channel_receive(&channel, &m) == CHANNEL_NOTHING;
	}
	put(bytes + size - 1, 1);
	is_int(good, size - 1, "byte after byte: nothing before the last");
	ok(channel_receive(&channel, &m) == CHANNEL_MESSAGE && is_reason(&m),
	    "and then all of it");
	teardown();
}

static void
test_together(void)
{
	unsigned char bytes[64];
	size_t size = encode(bytes, CHANNEL_FAILED, "reason");
	struct channel_message m;

	setup();
	size += encode(bytes + size, CHANNEL_READY, "");
	size += encode(bytes + size, CHANNEL_DONE, "");
	put(bytes, size);
	ok(channel_receive(&channel, &m) == CHANNEL_MESSAGE && is_reason(&m),
	    "first of three that came together");
	ok(channel_receive(&channel, &m) == CHANNEL_MESSAGE &&
		m.type == CHANNEL_READY && m.text[0] == '\0',
	    "second");
	ok(channel_receive(&channel, &m) == CHANNEL_MESSAGE &&
		m.type == CHANNEL_DONE,
	    "third");
	is_int(channel_receive(&channel, &m), CHANNEL_NOTHING, "no fourth");
	teardown();
}

/* One message of `type` by hand; then whether it is refused. */
static int
is_refused(unsigned type, unsigned length)
{
	uint16_t head[4] = { (uint16_t)type, (uint16_t)length, 0, 0 };
	struct channel_message m;
	enum channel_result result;

	setup();
	put(head, sizeof(head));
	result = channel_receive(&channel, &m);
	teardown();
	return result == CHANNEL_GARBAGE;
}

static void
test_garbage(void)
{
	ok(is_refused(0, 0), "type 0 is garbage");
	ok(is_refused(CHANNEL_TYPES, 0), "a type above the last is");
	ok(is_refused(65535, 0), "the highest number is");
	ok(is_refused(CHANNEL_READY, CHANNEL_TEXT_BYTES + 1),
	    "a text that is one too long is");
	ok(is_refused(CHANNEL_READY, 65535), "the longest that can be said is");
	ok(is_refused('G' | 'E' << 8, 'T' | ' ' << 8), "a request is");
	ok(!is_refused(CHANNEL_READY, CHANNEL_TEXT_BYTES),
	    "the longest is not");
}

static void
test_eof(void)
{
	unsigned char bytes[64];
	size_t size = encode(bytes, CHANNEL_FAILED, "reason"), cut, good = 0;
	struct channel_message m;

	for (cut = 0; cut < size; cut++) {
		setup();
		put(bytes, cut);
		fd_close(&other_fd);
		good += channel_receive(&channel, &m) == CHANNEL_EOF;
		teardown();
	}
	is_int(good, size, "an end in the midst is an end");
	setup();
	put(bytes, size);
	fd_close(&other_fd);
	ok(channel_receive(&channel, &m) == CHANNEL_MESSAGE && is_reason(&m),
	    "what was sent before the end arrives");
	is_int(channel_receive(&channel, &m), CHANNEL_EOF, "then the end");
	is_int(channel_receive(&channel, &m), CHANNEL_EOF, "again and again");
	teardown();
}

/* Messages of growing length until the socket takes no more. */
static unsigned
fill(int fd)
{
	struct channel_message m = { .type = CHANNEL_FAILED, .fd = -1 };

	memset(m.text, 'f', sizeof(m.text));
	do {
		m.length = (uint16_t)(m.value % (CHANNEL_TEXT_BYTES + 1));
		m.value++;
	} while (channel_send(fd, &m) == 0);
	return m.value - 1;
}

static void
test_full(void)
{
	struct channel worker;
	struct channel_message m;
	unsigned sent, got = 0;

	setup();
	sent = fill(channel.fd);
	is_int(errno, EAGAIN, "a full socket says EAGAIN");
	channel_init(&worker, other_fd);
	rig_require(fd_set_nonblocking(other_fd, true) == 0, "fcntl");
	while (channel_receive(&worker, &m) == CHANNEL_MESSAGE)
		if (m.value == got + 1 &&
		    m.length == got % (CHANNEL_TEXT_BYTES + 1))
			got++;
	ok(sent > 10, "it took some");
	is_int(got, sent, "all that were taken are whole");
	is_int(worker.have, 0, "and nothing of the one that was not");
	is_int(channel_send_type(channel.fd, CHANNEL_RETIRE), 0, "room again");
	teardown();
}

static void
test_text_cut(void)
{
	struct channel_message m = { .type = CHANNEL_FAILED,
		.length = CHANNEL_TEXT_BYTES + 1,
		.fd = -1 };

	setup();
	memset(m.text, 't', sizeof(m.text));
	is_int(channel_send(other_fd, &m), 0, "a longer text is sent");
	is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE, "and arrives");
	ok(m.length == CHANNEL_TEXT_BYTES &&
		strlen(m.text) == CHANNEL_TEXT_BYTES,
	    "cut");
	is_int(channel_receive(&channel, &m), CHANNEL_NOTHING, "no remainder");
	teardown();
}

static void
test_dead_peer(void)
{
	struct channel_message m;

	setup();
	ok(channel_alive(channel.fd), "the other side is there");
	is_int(channel_send_type(other_fd, CHANNEL_READY), 0, "has sent");
	ok(channel_alive(channel.fd), "is there");
	is_int(channel_receive(&channel, &m), CHANNEL_MESSAGE,
	    "looking takes nothing away");
	is_int(channel_send_type(channel.fd, CHANNEL_LOOK), 0, "unread mail");
	fd_close(&other_fd);
	ok(!channel_alive(channel.fd), "is gone");
	/* The default action of SIGPIPE would end the test here. */
	is_int(channel_send_type(channel.fd, CHANNEL_RETIRE), -1, "no send");
	is_int(errno, EPIPE, "EPIPE");
	is_int(channel_receive(&channel, &m), CHANNEL_EOF, "a reset is an end");
	teardown();
	is_int(channel.fd, -1, "closed");
	ok(!channel_alive(-1), "none is not alive");
}

static volatile sig_atomic_t interrupts;

static void
on_alarm(int signo)
{
	(void)signo;
	if (++interrupts == 3)
		(void)channel_send_type(channel.fd, CHANNEL_LOOK);
}

static void
test_interrupted(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct channel worker;
	struct channel_message m;

	setup();
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	channel_init(&worker, other_fd);
	is_int(channel_receive(&worker, &m), CHANNEL_MESSAGE,
	    "signals do not end a wait");
	(void)setitimer(ITIMER_REAL, &never, NULL);
	(void)signal(SIGALRM, SIG_DFL);
	ok(interrupts >= 3 && m.type == CHANNEL_LOOK, "the message does");
	teardown();
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	(void)signal(SIGPIPE, SIG_DFL);
	test_whole();
	test_cuts();
	test_together();
	test_garbage();
	test_eof();
	test_full();
	test_text_cut();
	test_dead_peer();
	is_text(channel_type_name(CHANNEL_READY), "ready", "a name");
	is_text(channel_type_name(CHANNEL_RECYCLE), "recycle", "the last name");
	is_text(channel_type_name(CHANNEL_TYPES), "unknown", "no name");
	is_text(recycle_reason_name(RECYCLE_REQUESTS), "max_requests",
	    "a reason");
	is_text(recycle_reason_name(RECYCLE_AGE), "max_age", "the last one");
	is_text(recycle_reason_name(RECYCLE_REASONS), "unknown", "none");
	is_int(rig_count_fds(), fds, "no descriptor is left");
	test_interrupted();
	return tap_done();
}
