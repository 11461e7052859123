/*
 * Limits of time on reading and writing, and the signs of progress.
 */
#include "config.h"

#include <sys/time.h>

#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "conn_rig.h"
#include "scoreboard/scoreboard.h"

#define LIMIT_MS 60
/* Nothing here takes as long unless a limit is not kept. */
#define LONG_MS 1500

static struct listener listener;
static struct pair pair;
static struct prefork_conn conn;
static struct conn_context context;
static int64_t begin_ms;

static void
setup(struct conn_limits limits)
{
	pair = conn_pair(&listener);
	context = (struct conn_context) { .service = "test" };
	context.limits = limits;
	memset(&conn, 0, sizeof(conn));
	conn.fd = pair.served;
	begin_ms = clock_ms();
	conn_begin(&conn, &context, 1);
}

static void
teardown(void)
{
	conn_unpair(&pair);
}

static void
is_late(ssize_t result, const char *what)
{
	int error = errno;
	int64_t took_ms = clock_ms() - begin_ms;

	ok(result == -1 && error == ETIMEDOUT, "%s: ETIMEDOUT", what);
	ok(took_ms >= LIMIT_MS && took_ms < LONG_MS, "%s: in time, %lld ms",
	    what, (long long)took_ms);
}

static void
test_idle(void)
{
	char bytes[8];

	setup((struct conn_limits) { .idle_ms = LIMIT_MS });
	is_late(prefork_read(&conn, bytes, sizeof(bytes)), "a silent client");
	ok(!conn.at_end, "which is no end");
	rig_require(fd_write_all(pair.peer, "late", 4) == 0, "write");
	is_int(prefork_read(&conn, bytes, sizeof(bytes)), 4,
	    "it may speak after all");
	(void)shutdown(pair.peer, SHUT_WR);
	is_int(prefork_read(&conn, bytes, sizeof(bytes)), 0, "and end");
	ok(conn.at_end, "which is one");
	is_int(prefork_write(&conn, "x", 1), 1, "writing has no limit");
	teardown();
}

static void
on_alarm(int signo)
{
	(void)signo;
}

static void
test_interrupted(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	char byte;

	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	setup((struct conn_limits) { .idle_ms = LIMIT_MS });
	(void)setitimer(ITIMER_REAL, &often, NULL);
	is_late(prefork_read(&conn, &byte, 1), "signals all the time");
	(void)setitimer(ITIMER_REAL, &never, NULL);
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(RIG_DEADLINE_S);
	teardown();
}

static void
test_total(void)
{
	char byte;

	setup((struct conn_limits) {
	    .idle_ms = RIG_DEADLINE_S * 1000, .total_ms = LIMIT_MS });
	rig_require(fd_write_all(pair.peer, "abc", 3) == 0, "write");
	is_int(prefork_read(&conn, &byte, 1), 1, "in its time");
	is_int(prefork_write(&conn, "x", 1), 1, "likewise");
	conn.begun_ms -= LIMIT_MS;
	is_int(prefork_read(&conn, &byte, 1), -1, "not after it");
	is_int(errno, ETIMEDOUT, "whatever is there");
	errno = 0;
	is_int(prefork_write(&conn, "x", 1), -1, "nor to write");
	is_int(errno, ETIMEDOUT, "for the same reason");
	is_int(prefork_write(&conn, "", 0), 0, "nothing is always written");
	teardown();
	setup((struct conn_limits) { .total_ms = LIMIT_MS });
	is_late(prefork_read(&conn, &byte, 1), "a silent client, in all");
	teardown();
}

static void
test_write(void)
{
	static char data[16 * 1024 * 1024];

	setup((struct conn_limits) { .write_ms = LIMIT_MS });
	is_late(prefork_write(&conn, data, sizeof(data)),
	    "a client that does not read");
	ok(conn.at_end, "is given up");
	teardown();
	setup((struct conn_limits) { .total_ms = LIMIT_MS });
	is_late(prefork_write(&conn, data, sizeof(data)), "the same, in all");
	teardown();
}

/* Whether `call` is a sign of progress. */
#define MOVES(slot, call)                                   \
	(atomic_store(&(slot)->active_ms, 0), (void)(call), \
	    atomic_load(&(slot)->active_ms) >= begin_ms)

static void
test_progress(void)
{
	struct conn_limits limits = { .idle_ms = LIMIT_MS };
	struct scoreboard board;
	struct scoreboard_slot *slot;
	char byte;

	rig_require(scoreboard_open(&board, 1) == 0, "scoreboard");
	slot = &board.slot[0];
	setup(limits);
	context.slot = slot;
	rig_require(fd_write_all(pair.peer, "ab", 2) == 0, "write");
	ok(MOVES(slot, prefork_read(&conn, &byte, 1)), "a byte read");
	ok(MOVES(slot, prefork_write(&conn, &byte, 1)), "a byte written");
	ok(MOVES(slot, prefork_conn_note(&conn, "n")), "a note");
	ok(!MOVES(slot, prefork_conn_draining(&conn)), "no question");
	ok(!MOVES(slot, prefork_wait(&conn)), "not that something is there");
	(void)prefork_read(&conn, &byte, 1);
	ok(MOVES(slot, prefork_wait(&conn)), "that the handler waits");
	context.limits.idle_ms = 0;
	context.limits.write_ms = LIMIT_MS;
	ok(!MOVES(slot, prefork_write(&conn, &byte, 1)),
	    "nothing is told where nobody wants to know");
	teardown();
	scoreboard_close(&board);
}

/* The master would take a longer linger for a handler that hangs. */
static void
test_linger(void)
{
	static const struct conn_limits none, idle = { .idle_ms = LIMIT_MS },
					      total = { .total_ms = LIMIT_MS };

	setup(idle);
	conn_end(&conn);
	pair.served = -1;
	ok(clock_ms() - begin_ms < LONG_MS, "not longer than idle");
	teardown();
	setup(total);
	conn_end_bare(&conn, conn_address(&listener));
	pair.served = -1;
	ok(clock_ms() - begin_ms < LONG_MS, "nor in all");
	teardown();
	setup(none);
	conn.at_end = true;
	conn_end(&conn);
	pair.served = -1;
	ok(clock_ms() - begin_ms < LONG_MS, "nor behind an end");
	teardown();
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(RIG_DEADLINE_S);
	rig_require(conn_listen("127.0.0.1:0", &listener) == 0, "listen");
	test_idle();
	test_interrupted();
	test_total();
	test_write();
	test_progress();
	test_linger();
	listener_close(&listener);
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
