/*
 * The end of a connection: the last bytes arrive, and what the handler put in
 * the connection's place stays.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "conn_rig.h"

#define REPLY_BYTES   (1024 * 1024)
#define REQUEST_BYTES 10000

static struct listener listener;
static const char *kind;

static int
is_same(int a, int b)
{
	struct stat one, two;

	return fstat(a, &one) == 0 && fstat(b, &two) == 0 &&
	    one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static void
end_bare(int fd)
{
	static const struct conn_context context;
	struct prefork_conn conn = { .fd = fd };

	conn_begin(&conn, &context, 1);
	conn_end_bare(&conn, conn_address(&listener));
}

/* The handler closed the connection and something else has its number. */
static void
expect_left_alone(int other, const char *what)
{
	struct pair pair = conn_pair(&listener);

	rig_require(dup2(other, pair.served) == pair.served, "dup2");
	end_bare(pair.served);
	ok(is_same(pair.served, other), "%s: %s in its place stays", kind,
	    what);
	conn_unpair(&pair);
}

static void
test_closed_by_handler(void)
{
	struct pair pair = conn_pair(&listener), other;
	int ends[2], before, fd, number = pair.served;

	fd_close(&pair.served);
	before = rig_count_fds();
	end_bare(number);
	is_int(rig_count_fds(), before, "%s: closed by the handler", kind);
	conn_unpair(&pair);
	fd = fd_open("/dev/null", O_RDWR, 0);
	expect_left_alone(fd, "a file");
	fd_close(&fd);
	rig_require(fd_pipe(ends, false) == 0, "pipe");
	expect_left_alone(ends[0], "a pipe");
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	rig_require(fd_socketpair(ends) == 0, "socketpair");
	expect_left_alone(ends[0], "a pair of sockets");
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	fd = fd_socket(AF_INET, SOCK_DGRAM, false);
	expect_left_alone(fd, "a datagram socket");
	fd_close(&fd);
	other = conn_pair(&listener);
	expect_left_alone(other.peer, "a connection of its own");
	conn_unpair(&other);
}

/*
 * The client: sends what the server does not read, reads the reply through a
 * small window, then finds the server still there.
 */
static int
be_client(void *arg)
{
	static char request[REQUEST_BYTES], bytes[4096];
	int fd =
	    fd_socket(conn_address(&listener)->sa_family, SOCK_STREAM, false);
	int small = sizeof(bytes);
	size_t total = 0;
	ssize_t got;

	(void)arg;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	conn_connect_with(fd, &listener);
	if (fd_write_all(fd, request, sizeof(request)) == -1)
		return 1;
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		total += (size_t)got;
	if (got == -1)
		return 2;
	if (total != REPLY_BYTES)
		return 3;
	/* A connection that is closed refuses one of the two. */
	if (fd_write_all(fd, "x", 1) == -1 || fd_write_all(fd, "x", 1) == -1)
		return 4;
	return 0;
}

/* All of the reply is in the system's hands, not in the client's. */
static int
serve_client(pid_t *client)
{
	static char reply[REPLY_BYTES];
	int large = 400000, fd;

	*client = rig_start(be_client, NULL);
	fd = conn_accept(&listener);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large));
	rig_require(fd_write_all(fd, reply, sizeof(reply)) == 0, "reply");
	return fd;
}

static void
test_last_bytes(void)
{
	static const struct conn_context context;
	struct prefork_conn conn = { .peer_length = 0 };
	pid_t client;
	int fd;

	fd = serve_client(&client);
	end_bare(fd);
	ok(!rig_is_open(fd), "%s: left open by the handler, is closed", kind);
	is_int(rig_reap(client), 0, "%s: after the last byte arrived", kind);
	fd = serve_client(&client);
	conn.fd = fd;
	conn_begin(&conn, &context, 1);
	conn_end_bare(&conn, NULL);
	ok(!rig_is_open(fd), "%s: so is one without a listener", kind);
	is_int(rig_reap(client), 0, "%s: after the last byte arrived", kind);
	fd = serve_client(&client);
	conn.fd = fd;
	conn_begin(&conn, &context, 1);
	conn_end(&conn);
	ok(!rig_is_open(fd), "%s: a descriptor module's is closed", kind);
	is_int(conn.fd, -1, "%s: and is none", kind);
	is_int(rig_reap(client), 0, "%s: after the last byte arrived", kind);
}

/* Milliseconds that the end took although the client stays. */
static int64_t
end_against(struct pair *pair, bool at_end)
{
	static const struct conn_context context;
	struct prefork_conn conn = { .fd = pair->served };
	int64_t begin = clock_ms();

	conn_begin(&conn, &context, 1);
	conn.at_end = at_end;
	conn_end(&conn);
	ok(!rig_is_open(pair->served), "%s: closed", kind);
	pair->served = -1;
	return clock_ms() - begin;
}

static void
test_client_that_stays(void)
{
	struct pair pair = conn_pair(&listener);
	int64_t took;
	char byte;

	took = end_against(&pair, true);
	ok(took < CONN_LINGER_IDLE_MS, "%s: at once when its end was seen",
	    kind);
	is_int(read(pair.peer, &byte, 1), 0, "%s: the client sees the end",
	    kind);
	conn_unpair(&pair);
}

static void
test_bound(void)
{
	struct pair pair = conn_pair(&listener);
	int64_t took;
	char byte;

	took = end_against(&pair, false);
	/* The clock counts whole milliseconds. */
	ok(took >= CONN_LINGER_IDLE_MS - 1, "%s: a silent client is waited for",
	    kind);
	ok(took < CONN_LINGER_TOTAL_MS, "%s: not for ever", kind);
	is_int(read(pair.peer, &byte, 1), 0, "%s: the client sees the end",
	    kind);
	conn_unpair(&pair);
}

static void
test_listener(const char *address, const char *name)
{
	kind = name;
	if (conn_listen(address, &listener) == -1) {
		ok(1, "%s # SKIP not on this system", kind);
		return;
	}
	test_closed_by_handler();
	test_last_bytes();
	test_client_that_stays();
	if (strcmp(name, "IPv4") == 0)
		test_bound();
	listener_close(&listener);
}

int
main(void)
{
	const char *folder = rig_folder();
	int fds = rig_count_fds();
	char address[100];

	(void)alarm(RIG_DEADLINE_S);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(address, sizeof(address), "unix:%s/s", folder);
	test_listener("127.0.0.1:0", "IPv4");
	test_listener("[::1]:0", "IPv6");
	test_listener(address, "local");
	is_int(rig_count_fds(), fds, "no descriptor is left");
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}
