/*
 * Lines and exact numbers of bytes: each outcome, and the same one however the
 * network cuts the input.
 */
#include "config.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <sched.h>

#include "conn_rig.h"

#define MAX 6

static struct listener listener;
static struct pair pair;
static struct prefork_conn conn;
static struct conn_context context = { .service = "test" };

static void
setup(void)
{
	pair = conn_pair(&listener);
	memset(&conn, 0, sizeof(conn));
	conn.fd = pair.served;
	conn_begin(&conn, &context, 1);
}

static void
teardown(void)
{
	conn_unpair(&pair);
}

static void
client_says(const char *bytes, size_t count)
{
	rig_require(fd_write_all(pair.peer, bytes, count) == 0, "write");
}

#define CLIENT_SAYS(literal) client_says(literal, sizeof(literal) - 1)

static void
is_line(int result, const char *text, size_t length)
{
	char line[MAX + 1];
	size_t got = 99;

	line[MAX] = 'G';
	is_int(prefork_read_line(&conn, line, MAX, &got), result, "result");
	is_int(got, length, "length of '%s'", text);
	ok(memcmp(line, text, length) == 0 && line[length] == '\0', "bytes");
	is_int(line[MAX], 'G', "nothing behind");
}

/* What the client's bytes become. */
static void
is_conversation(void)
{
	is_line(PREFORK_LINE, "one", 3);
	is_line(PREFORK_LINE, "", 0);
	is_line(PREFORK_LINE, "", 0);
	is_line(PREFORK_LINE, "a\0\rb", 4);
	is_line(PREFORK_LINE, "12345", 5);
	is_line(PREFORK_TOO_LONG, "12345", 5);
	is_line(PREFORK_LINE, "next", 4);
	is_line(PREFORK_TOO_LONG, "toolo", 5);
	is_line(PREFORK_LINE, "x\r", 2);
	is_line(PREFORK_PARTIAL, "end", 3);
	is_line(PREFORK_EOF, "", 0);
}

static const char conversation[] =
    "one\n\n\r\na\0\rb\n12345\n123456\nnext\r\ntoolong and longer\nx\r\r\nend";
#define CONVERSATION (sizeof(conversation) - 1)

/* The second part comes when the first was read. */
static int
say_in_two(void *arg)
{
	const size_t *cut = arg;

	if (fd_write_all(pair.peer, conversation, *cut) == -1)
		return 1;
	while (*cut > 0 && sched_yield() == 0) {
		int unread = 0;

		if (ioctl(pair.served, FIONREAD, &unread) == -1)
			return 2;
		if (unread == 0)
			break;
	}
	return fd_write_all(pair.peer, conversation + *cut,
		   CONVERSATION - *cut) == -1 ||
	    shutdown(pair.peer, SHUT_WR) == -1;
}

static void
test_cut(void)
{
	pid_t client;
	size_t cut;

	for (cut = 0; cut <= CONVERSATION; cut++) {
		printf("# cut at %zu\n", cut);
		setup();
		client = rig_start(say_in_two, &cut);
		is_conversation();
		is_int(rig_reap(client), 0, "the client has said it all");
		ok(conn.received == CONVERSATION, "and it is counted");
		teardown();
	}
}

static void
test_mixed(void)
{
	char bytes[32];

	setup();
	CLIENT_SAYS("line\nbinary\ntoolong\n+12345678");
	is_line(PREFORK_LINE, "line", 4);
	is_int(prefork_conn_buffered(&conn), 24, "the rest is kept");
	is_int(prefork_wait(&conn), PREFORK_WAIT_DATA, "and waited for");
	is_int(prefork_read(&conn, bytes, 4), 4, "prefork_read has it");
	ok(memcmp(bytes, "bina", 4) == 0, "in order");
	is_line(PREFORK_LINE, "ry", 2);
	is_line(PREFORK_TOO_LONG, "toolo", 5);
	is_int(prefork_read(&conn, bytes, 3), 3, "the rest of a long line");
	ok(memcmp(bytes, "g\n+", 3) == 0, "is there for who wants it");
	is_int(prefork_read_exact(&conn, bytes, 8), 8, "exactly");
	ok(memcmp(bytes, "12345678", 8) == 0, "what follows");
	is_int(prefork_conn_buffered(&conn), 0, "no more");
	CLIENT_SAYS("abc");
	(void)shutdown(pair.peer, SHUT_WR);
	is_int(prefork_read_exact(&conn, bytes, 8), 3, "fewer at the end");
	is_int(prefork_read_exact(&conn, bytes, 8), 0, "none behind it");
	ok(conn.at_end, "which is noted");
	teardown();
}

static void
test_much(void)
{
	static char bytes[3 * CONN_INPUT_BYTES];

	setup();
	CLIENT_SAYS("x\n");
	memset(bytes, 'y', sizeof(bytes));
	client_says(bytes, sizeof(bytes));
	is_line(PREFORK_LINE, "x", 1);
	is_int(prefork_read_exact(&conn, bytes, sizeof(bytes)), sizeof(bytes),
	    "more than the buffer holds");
	ok(bytes[0] == 'y' && bytes[sizeof(bytes) - 1] == 'y', "as it was");
	teardown();
}

static void
test_late(void)
{
	char bytes[8];

	context.limits.idle_ms = 30;
	setup();
	CLIENT_SAYS("ab");
	is_line(PREFORK_TIMEOUT, "ab", 2);
	is_int(errno, ETIMEDOUT, "with its reason");
	is_int(prefork_read_exact(&conn, bytes, 1), -1, "nor exactly");
	is_int(errno, ETIMEDOUT, "with its reason");
	CLIENT_SAYS("toolong");
	is_line(PREFORK_TOO_LONG, "toolo", 5);
	is_line(PREFORK_TIMEOUT, "", 0);
	CLIENT_SAYS("er\nok\n");
	is_line(PREFORK_LINE, "ok", 2);
	teardown();
	context.limits.idle_ms = 0;
}

static void
test_broken(void)
{
	struct linger at_once = { 1, 0 };

	setup();
	(void)setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	fd_close(&pair.peer);
	is_line(PREFORK_ERROR, "", 0);
	is_int(errno, ECONNRESET, "with its reason");
	teardown();
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	rig_require(conn_listen("127.0.0.1:0", &listener) == 0, "listen");
	test_cut();
	test_mixed();
	test_much();
	test_late();
	test_broken();
	listener_close(&listener);
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
