/*
 * Reading and writing on a connection, whatever the client and the signals
 * do.
 */
#include "config.h"

#include <sys/time.h>

#include <errno.h>
#include <signal.h>

#include "conn_rig.h"

#define MUCH 1000000

static struct listener listener;
static struct pair pair;
static struct prefork_conn conn;

static void
setup(void)
{
	static const struct conn_context context = { .service = "test" };

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
test_read(void)
{
	char bytes[16];

	setup();
	rig_require(fd_write_all(pair.peer, "hello", 5) == 0, "write");
	is_int(prefork_read(&conn, bytes, 0), 0, "no bytes are asked for");
	ok(!conn.at_end, "which is no end");
	is_int(prefork_read(&conn, bytes, 2), 2, "as many as asked for");
	is_int(prefork_read(&conn, bytes, sizeof(bytes)), 3, "what is there");
	ok(memcmp(bytes, "llo", 3) == 0, "in order");
	ok(!conn.at_end, "no end yet");
	(void)shutdown(pair.peer, SHUT_WR);
	is_int(prefork_read(&conn, bytes, sizeof(bytes)), 0, "the end");
	ok(conn.at_end, "is noted");
	is_int(prefork_write(&conn, "bye", 3), 3, "one can still write");
	is_int(read(pair.peer, bytes, sizeof(bytes)), 3, "and it arrives");
	teardown();
}

static void
test_broken(void)
{
	struct linger at_once = { 1, 0 };
	ssize_t sent;
	char byte;

	setup();
	(void)setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	fd_close(&pair.peer);
	is_int(prefork_read(&conn, &byte, 1), -1, "reset by the client");
	is_int(errno, ECONNRESET, "with its reason");
	ok(conn.at_end, "is an end");
	conn.at_end = false;
	/* The default action of SIGPIPE would end the test here. */
	do
		sent = prefork_write(&conn, "x", 1);
	while (sent == 1);
	is_int(sent, -1, "nothing can be written");
	is_int(errno, EPIPE, "with its reason");
	ok(conn.at_end, "is an end");
	is_int(prefork_write(&conn, "", 0), 0, "nothing is always written");
	teardown();
}

static volatile sig_atomic_t interrupts;
static int note_fd = -1;

/* By the third the other side has blocked. */
static void
on_alarm(int signo)
{
	(void)signo;
	if (++interrupts == 3)
		(void)fd_write_all(note_fd, "x", 1);
}

static void
interrupt(bool on)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };

	interrupts = 0;
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, on ? &often : &never, NULL);
}

static void
test_interrupted_read(void)
{
	char byte = 0;

	setup();
	note_fd = pair.peer;
	interrupt(true);
	is_int(prefork_read(&conn, &byte, 1), 1, "signals do not end a read");
	interrupt(false);
	is_int(byte, 'x', "the byte does");
	teardown();
}

/* The client: waits for a note, reads in small pieces, checks each byte. */
static int
read_slowly(void *arg)
{
	int *notes = arg;
	unsigned char bytes[997];
	size_t total = 0;
	ssize_t got, i;

	fd_close(&pair.served);
	fd_close(&notes[1]);
	if (read(notes[0], bytes, 1) != 1)
		return 1;
	while ((got = read(pair.peer, bytes, sizeof(bytes))) > 0)
		for (i = 0; i < got; i++, total++)
			if (bytes[i] != total % 251)
				return 2;
	return got == 0 && total == MUCH ? 0 : 3;
}

static void
test_interrupted_write(void)
{
	static unsigned char data[MUCH];
	int notes[2], small = 4096;
	pid_t client;
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i % 251);
	setup();
	(void)setsockopt(pair.served, SOL_SOCKET, SO_SNDBUF, &small,
	    sizeof(small));
	rig_require(fd_pipe(notes, false) == 0, "pipe");
	client = rig_start(read_slowly, notes);
	note_fd = notes[1];
	interrupt(true);
	is_int(prefork_write(&conn, data, sizeof(data)), MUCH,
	    "signals do not end a write to a slow reader");
	interrupt(false);
	ok(!conn.at_end, "no end");
	fd_close(&pair.served);
	fd_close(&notes[1]);
	is_int(rig_reap(client), 0, "every byte arrives in order");
	fd_close(&notes[0]);
	teardown();
}

static void
test_listener(const char *address)
{
	printf("# %s\n", address);
	rig_require(conn_listen(address, &listener) == 0, "listen");
	test_read();
	test_interrupted_read();
	test_interrupted_write();
}

int
main(void)
{
	const char *folder = rig_folder();
	int fds = rig_count_fds();
	char address[100];

	(void)signal(SIGPIPE, SIG_DFL);
	(void)snprintf(address, sizeof(address), "unix:%s/s", folder);
	test_listener(address);
	listener_close(&listener);
	test_listener("127.0.0.1:0");
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(RIG_DEADLINE_S);
	test_broken();
	listener_close(&listener);
	is_int(rig_count_fds(), fds, "no descriptor is left");
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}
