/*
 * The wait between two requests: what it tells, and who may end it.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "conn_rig.h"
#include "scoreboard/scoreboard.h"

#define LIMIT_MS 60

static struct listener listener;
static struct pair pair;
static struct prefork_conn conn;
static struct conn_context context;

/* A worker that gets the word to leave, or a byte from the client, or only a
 * signal, in its nth wait. */
static struct fake {
	int waits, leaves_in, byte_in, signal_in;
	bool leaving;
	int timeout_ms;
} fake;

static bool
fake_leaving(void *worker)
{
	return ((struct fake *)worker)->leaving;
}

static int
fake_wait(void *worker, int fd, int timeout_ms)
{
	struct fake *f = worker;
	struct pollfd item = { .fd = fd, .events = POLLIN };

	f->timeout_ms = timeout_ms;
	f->waits++;
	if (f->waits == f->byte_in)
		rig_require(fd_write_all(pair.peer, "b", 1) == 0, "write");
	if (f->waits == f->leaves_in)
		f->leaving = true;
	if (f->waits == f->signal_in) {
		errno = EINTR;
		return -1;
	}
	if (f->waits == f->leaves_in && f->waits != f->byte_in)
		return 1;
	return poll(&item, 1, timeout_ms);
}

static const struct conn_hooks hooks = { .leaving = fake_leaving,
	.wait = fake_wait };

static void
setup(struct fake state)
{
	fake = state;
	pair = conn_pair(&listener);
	context = (struct conn_context) {
		.service = "test", .hooks = &hooks, .worker = &fake
	};
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
test_client(void)
{
	char byte = 0;

	setup((struct fake) { .byte_in = 1 });
	is_int(prefork_wait(&conn), PREFORK_WAIT_DATA, "something has come");
	is_int(fake.waits, 1, "after a wait");
	is_int(fake.timeout_ms, -1, "without an end");
	is_int(prefork_wait(&conn), PREFORK_WAIT_DATA, "it is still there");
	is_int(fake.waits, 1, "which needs no wait");
	ok(prefork_read(&conn, &byte, 1) == 1 && byte == 'b', "to be read");
	(void)shutdown(pair.peer, SHUT_WR);
	ok(!conn.at_end, "no end was seen");
	is_int(prefork_wait(&conn), PREFORK_WAIT_END, "the end");
	ok(conn.at_end, "is noted");
	teardown();
}

static void
test_leaving(void)
{
	setup((struct fake) { .leaves_in = 2, .signal_in = 1 });
	is_int(prefork_wait(&conn), PREFORK_WAIT_DRAINING, "told to leave");
	is_int(fake.waits, 2, "a signal alone ends no wait");
	is_int(prefork_wait(&conn), PREFORK_WAIT_DRAINING, "told before");
	is_int(fake.waits, 2, "needs no wait");
	is_int(prefork_conn_draining(&conn), 1, "and is no secret");
	rig_require(fd_write_all(pair.peer, "b", 1) == 0, "write");
	is_int(prefork_wait(&conn), PREFORK_WAIT_DATA, "a request comes first");
	teardown();
	setup((struct fake) { .leaves_in = 1, .byte_in = 1 });
	is_int(prefork_wait(&conn), PREFORK_WAIT_DATA,
	    "also one that comes in the same moment");
	teardown();
	setup((struct fake) { .leaving = true });
	(void)shutdown(pair.peer, SHUT_WR);
	is_int(prefork_wait(&conn), PREFORK_WAIT_END, "so does the end");
	teardown();
}

static void
is_late(const char *what, int64_t begin_ms)
{
	int result = prefork_wait(&conn), error = errno;

	ok(result == -1 && error == ETIMEDOUT, "%s: ETIMEDOUT", what);
	ok(clock_ms() - begin_ms >= LIMIT_MS, "%s: not too early", what);
	ok(!conn.at_end, "%s: no end", what);
}

static void
test_late(void)
{
	int64_t begin_ms;

	setup((struct fake) { .signal_in = 1 });
	context.limits.idle_ms = LIMIT_MS;
	is_late("a silent client", clock_ms());
	ok(fake.timeout_ms > 0 && fake.timeout_ms <= LIMIT_MS,
	    "the worker knows how long");
	context.limits.idle_ms = 10 * LIMIT_MS;
	context.limits.total_ms = LIMIT_MS;
	begin_ms = clock_ms();
	conn_begin(&conn, &context, 1);
	is_late("in all", begin_ms);
	context.hooks = NULL;
	context.limits.idle_ms = LIMIT_MS;
	context.limits.total_ms = 0;
	is_late("without a worker", clock_ms());
	is_int(prefork_conn_draining(&conn), 0, "who never leaves");
	teardown();
}

static void
test_broken(void)
{
	struct linger at_once = { 1, 0 };

	setup((struct fake) { .leaving = true });
	(void)setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	fd_close(&pair.peer);
	is_int(prefork_wait(&conn), -1, "a connection that is reset");
	is_int(errno, ECONNRESET, "with its reason");
	ok(conn.at_end, "is at its end");
	teardown();
}

/* What was announced does not end a wait; it is for the answer to tell. */
static void
test_announced(void)
{
	struct scoreboard board;

	rig_require(scoreboard_open(&board, 1) == 0, "scoreboard");
	scoreboard_order(&board, 0, ORDER_ANNOUNCE);
	setup((struct fake) { .byte_in = 1 });
	context.slot = &board.slot[0];
	is_int(prefork_conn_draining(&conn), 1, "announced");
	is_int(prefork_wait(&conn), PREFORK_WAIT_DATA, "waits on");
	teardown();
	scoreboard_close(&board);
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(RIG_DEADLINE_S);
	rig_require(conn_listen("127.0.0.1:0", &listener) == 0, "listen");
	test_client();
	test_leaving();
	test_late();
	test_broken();
	test_announced();
	listener_close(&listener);
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
