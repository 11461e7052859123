/*
 * Writing that is kept and sent, files, the end of our data; the handler's own
 * deadline and the least rate.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "conn_rig.h"

#define WINDOW_MS 50

static struct listener listener;
static struct pair pair;
static struct prefork_conn conn;
static struct conn_context context = { .service = "test" };
static char much[PREFORK_PRINTF_MAX + 2];

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
client_gets(const char *text)
{
	char bytes[64] = "";
	size_t count = strlen(text);

	(void)recv(pair.peer, bytes, count, count == 0 ? 0 : MSG_WAITALL);
	is_text(bytes, text, "the client gets it");
}

static void
client_has_nothing(void)
{
	char byte;

	is_int(recv(pair.peer, &byte, 1, MSG_DONTWAIT), -1, "not sent yet");
}

static void
test_kept(void)
{
	char byte;

	setup();
	is_int(prefork_printf(&conn, "%d-%s", 42, "x"), 4, "its length");
	client_has_nothing();
	is_int(prefork_printf(&conn, "%s", ""), 0, "nothing is a text");
	is_int(prefork_flush(&conn), 0, "flush");
	client_gets("42-x");
	is_int(prefork_flush(&conn), 0, "of nothing");
	is_int(prefork_printf(&conn, "a"), 1, "kept");
	is_int(prefork_write(&conn, "b", 1), 1, "what is written comes behind");
	client_gets("ab");
	is_int(prefork_printf(&conn, "ask"), 3, "kept");
	rig_require(fd_write_all(pair.peer, "y", 1) == 0, "write");
	is_int(prefork_read(&conn, &byte, 1), 1, "a read");
	client_gets("ask");
	ok(conn.sent == 9 && conn.received == 1, "all is counted");
	is_int(prefork_printf(&conn, "end"), 3, "kept");
	is_int(prefork_shutdown_write(&conn), 0, "our end");
	client_gets("end");
	is_int(recv(pair.peer, &byte, 1, 0), 0, "is seen");
	rig_require(fd_write_all(pair.peer, "z", 1) == 0, "write");
	is_int(prefork_read(&conn, &byte, 1), 1, "one can still read");
	teardown();
}

static void
test_last_words(void)
{
	setup();
	prefork_conn_set_deadline(&conn, 1);
	is_int(prefork_printf(&conn, "bye"), 3, "kept");
	(void)shutdown(pair.peer, SHUT_WR);
	conn_end(&conn);
	pair.served = -1;
	client_gets("bye");
	teardown();
}

static void
test_much(void)
{
	static char all[2 * sizeof(much)];
	const size_t full = PREFORK_PRINTF_MAX;

	setup();
	memset(much, 'm', full);
	is_int(prefork_printf(&conn, "%s+", much), -1, "more than fits");
	is_int(errno, EMSGSIZE, "with its reason");
	is_int(prefork_printf(&conn, "first"), 5, "kept");
	is_int(prefork_printf(&conn, "%s", much), full, "all that fits");
	client_gets("first");
	is_int(prefork_printf(&conn, "+"), 1, "and one more");
	is_int(recv(pair.peer, all, full, MSG_WAITALL), full, "no more");
	ok(memcmp(all, much, full) == 0, "as it was");
	client_has_nothing();
	teardown();
}

static void
test_file(void)
{
	static char all[60000];
	FILE *file = tmpfile();
	size_t i;

	rig_require(file != NULL, "tmpfile");
	for (i = 0; i < sizeof(all); i++)
		(void)putc((int)(i % 251), file);
	rewind(file);
	setup();
	is_int(prefork_printf(&conn, "head"), 4, "kept");
	is_int(prefork_send_file(&conn, fileno(file), 59000), 59000, "a part");
	is_int(prefork_send_file(&conn, fileno(file), 59000), 1000, "the rest");
	is_int(prefork_send_file(&conn, fileno(file), 59000), 0, "the end");
	client_gets("head");
	is_int(recv(pair.peer, all, sizeof(all), MSG_WAITALL), sizeof(all),
	    "all of it");
	for (i = 0; i < sizeof(all) && (unsigned char)all[i] == i % 251; i++)
		continue;
	is_int(i, sizeof(all), "as it was");
	is_int(prefork_send_file(&conn, -1, 1), -1, "no file");
	is_int(errno, EBADF, "with its reason");
	(void)fclose(file);
	teardown();
}

static void
is_late(ssize_t result, int64_t begin_ms, int64_t least_ms)
{
	int error = errno;
	int64_t took_ms = clock_ms() - begin_ms;

	ok(result == -1 && error == ETIMEDOUT, "ETIMEDOUT");
	ok(took_ms >= least_ms, "not too early, %lld ms", (long long)took_ms);
}

static void
test_deadline(void)
{
	int64_t begin_ms = clock_ms();
	char byte;

	setup();
	prefork_conn_set_deadline(&conn, 40);
	is_late(prefork_read(&conn, &byte, 1), begin_ms, 40);
	is_late(prefork_write(&conn, "x", 1), begin_ms, 40);
	prefork_conn_set_deadline(&conn, 0);
	is_int(prefork_write(&conn, "x", 1), 1, "no deadline any more");
	teardown();
	context.limits.total_ms = 40;
	begin_ms = clock_ms();
	setup();
	prefork_conn_set_deadline(&conn, INT64_MAX);
	is_late(prefork_read(&conn, &byte, 1), begin_ms, 40);
	teardown();
	context.limits.total_ms = 0;
}

/* A byte in each half of a window, which no limit on silence ends. */
static int
drip(void *arg)
{
	int64_t next_ms = clock_ms(), now_ms;

	(void)arg;
	fd_close(&pair.served);
	while (send(pair.peer, "d", 1, MSG_NOSIGNAL) == 1) {
		next_ms += WINDOW_MS / 2;
		while ((now_ms = clock_ms()) < next_ms)
			(void)poll(NULL, 0, clock_timeout(next_ms, now_ms));
	}
	return 0;
}

static void
test_rate(void)
{
	int64_t begin_ms;
	pid_t client;
	char byte;
	ssize_t got;

	context.limits.idle_ms = 10000;
	context.limits.min_rate = 1000;
	context.limits.window_ms = WINDOW_MS;
	setup();
	client = rig_start(drip, NULL);
	begin_ms = clock_ms();
	do
		got = prefork_read(&conn, &byte, 1);
	while (got == 1);
	is_late(got, begin_ms, WINDOW_MS);
	ok(conn.received < WINDOW_MS, "it was slow");
	fd_close(&pair.served);
	fd_close(&pair.peer);
	is_int(rig_reap(client), 0, "the client sees it");
	context.limits.min_rate = 1;
	setup();
	client = rig_start(drip, NULL);
	for (got = 1; got == 1 && conn.received < 10;)
		got = prefork_read(&conn, &byte, 1);
	is_int(got, 1, "at a lower rate it is served");
	fd_close(&pair.served);
	fd_close(&pair.peer);
	is_int(rig_reap(client), 0, "to its end");
	memset(&context.limits, 0, sizeof(context.limits));
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	rig_require(conn_listen("127.0.0.1:0", &listener) == 0, "listen");
	test_kept();
	test_last_words();
	test_much();
	test_file();
	test_deadline();
	test_rate();
	listener_close(&listener);
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
