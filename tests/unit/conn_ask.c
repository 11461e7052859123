/*
 * What a handler may ask of its connection and tell about it.
 */
#include "config.h"

#include <netinet/in.h>

#include "conn_rig.h"
#include "scoreboard/scoreboard.h"

static struct prefork_conn conn;

static void
begin(int fd, const struct conn_context *context, uint64_t number)
{
	memset(&conn, 0xa5, sizeof(conn));
	conn.fd = fd;
	conn.peer_length = sizeof(conn.peer);
	rig_require(getpeername(fd, (struct sockaddr *)&conn.peer,
			&conn.peer_length) == 0,
	    "getpeername");
	conn_begin(&conn, context, number);
}

/* The text of the address that `fd` is bound to. */
static const char *
own_text(int fd)
{
	static char text[ENDPOINT_TEXT_BYTES];
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	rig_require(getsockname(fd, (struct sockaddr *)&address, &length) == 0,
	    "getsockname");
	endpoint_format((struct sockaddr *)&address, length, text,
	    sizeof(text));
	return text;
}

static void
expect_addresses(const struct listener *listener, const struct pair *pair)
{
	const struct sockaddr *address;
	socklen_t length = 0;

	is_text(prefork_conn_peer(&conn), own_text(pair->peer), "peer");
	is_text(prefork_conn_local(&conn), listener->text, "local");
	is_text(prefork_conn_local(&conn), listener->text, "again");
	address = prefork_conn_local_address(&conn, &length);
	ok(endpoint_equal(address, conn_address(listener)) && length > 2,
	    "local address");
	address = prefork_conn_peer_address(&conn, &length);
	ok(address->sa_family == conn_address(listener)->sa_family &&
		length == conn.peer_length,
	    "peer address");
}

static void
test_addresses(const char *where, const char *prefix)
{
	static const struct conn_context context;
	struct listener listener;
	struct pair pair, second;

	if (conn_listen(where, &listener) == -1) {
		ok(1, "%s # SKIP not on this system", where);
		return;
	}
	printf("# %s\n", where);
	pair = conn_pair(&listener);
	begin(pair.served, &context, 1);
	is_int(prefork_conn_fd(&conn), pair.served, "descriptor");
	ok(strncmp(prefork_conn_peer(&conn), prefix, strlen(prefix)) == 0,
	    "the peer begins with %s", prefix);
	expect_addresses(&listener, &pair);
	second = conn_pair(&listener);
	begin(second.served, &context, 2);
	expect_addresses(&listener, &second);
	conn_unpair(&pair);
	conn_unpair(&second);
	listener_close(&listener);
}

static void
test_broken_socket(void)
{
	static const struct conn_context context;
	const struct sockaddr *address;
	socklen_t length = 99;
	int fds[2];

	rig_require(fd_socketpair(fds) == 0, "socketpair");
	begin(fds[0], &context, 1);
	is_text(prefork_conn_local(&conn), "unix:", "no name");
	fd_close(&fds[0]);
	fd_close(&fds[1]);
	memset(&conn, 0, sizeof(conn));
	conn.fd = -1;
	conn_begin(&conn, &context, 1);
	address = prefork_conn_local_address(&conn, &length);
	ok(address != NULL && length >= sizeof(sa_family_t) &&
		address->sa_family == AF_UNSPEC,
	    "the address of a closed socket is of no family");
	is_text(prefork_conn_local(&conn), "unknown", "and unknown");
}

static void
test_context(void)
{
	struct scoreboard board;
	struct conn_context context = {
		.service = "echo", .config = &board, .worker_data = &context
	};
	char note[100];

	rig_require(scoreboard_open(&board, 2) == 0, "scoreboard");
	context.slot = &board.slot[0];
	conn_begin(&conn, &context, 12345678901);
	is_int(prefork_conn_number(&conn), 12345678901, "number");
	is_text(prefork_conn_service(&conn), "echo", "service");
	ok(prefork_conn_config(&conn) == &board &&
		prefork_conn_worker_data(&conn) == &context,
	    "configuration and data");
	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	prefork_conn_note(&conn, note);
	is_int(strlen(board.slot[0].note), 63, "a note is cut");
	prefork_conn_note(&conn, "");
	is_text(board.slot[0].note, "", "and taken back");
	is_int(prefork_conn_draining(&conn), 0, "not draining");
	scoreboard_mail(&board, 0);
	is_int(prefork_conn_draining(&conn), 0, "mail is no order");
	scoreboard_order(&board, 1, ORDER_RETIRE);
	is_int(prefork_conn_draining(&conn), 0, "nor is a neighbour's");
	scoreboard_order(&board, 0, ORDER_DRAIN);
	is_int(prefork_conn_draining(&conn), 1, "told to drain");
	scoreboard_assign(&board, 0, 1, ORDER_RETIRE);
	is_int(prefork_conn_draining(&conn), 1, "told to retire");
	scoreboard_close(&board);
}

static void
note_call(void *arg)
{
	++*(int *)arg;
}

static void
test_retire(void)
{
	static const struct conn_hooks hooks = { .retire = note_call };
	int calls = 0;
	struct conn_context context = { .hooks = &hooks, .worker = &calls };

	conn_begin(&conn, &context, 1);
	is_int(calls, 0, "nobody is told");
	prefork_conn_retire(&conn);
	is_int(calls, 1, "the worker is");
}

static void
test_one_shot(void)
{
	static const struct conn_context context = { .service = "echo" };

	conn_begin(&conn, &context, 1);
	prefork_conn_note(&conn, "nobody reads this");
	prefork_conn_retire(&conn);
	is_int(prefork_conn_draining(&conn), 0, "without a slot");
	ok(prefork_conn_config(&conn) == NULL, "no configuration");
}

int
main(void)
{
	const char *folder = rig_folder();
	int fds = rig_count_fds();
	char address[100];

	(void)alarm(RIG_DEADLINE_S);
	(void)snprintf(address, sizeof(address), "unix:%s/s", folder);
	test_addresses("127.0.0.1:0", "127.0.0.1:");
	test_addresses("[::1]:0", "[::1]:");
	test_addresses(address, "unix:");
	test_broken_socket();
	test_context();
	test_retire();
	test_one_shot();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}
