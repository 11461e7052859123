/*
 * PROXY headers from a socket: whatever the pieces in which one arrives, it is
 * taken, and what follows is left.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "admission/proxy_read.h"
#include "rig.h"
#include "tap.h"

#define SIG  "\r\n\r\n\0\r\nQUIT\n"
#define V4   "\xc0\x00\x02\x01\xc6\x33\x64\x07\x12\x67\x01\xbb"
#define TAIL "\r\nPROXY tail"

/* A client that sends a piece whenever it is waited for. */
struct client {
	int fd;
	const char *bytes;
	size_t count, sent, piece;
	unsigned waits;
	int then; /* errno of the wait when all is sent; 0: it closes */
};

static int
send_piece(void *arg, int fd)
{
	struct client *client = arg;
	size_t left = client->count - client->sent;

	(void)fd;
	client->waits++;
	if (left == 0 && client->then != 0) {
		errno = client->then;
		return -1;
	}
	if (left == 0) {
		(void)close(client->fd);
		return 0;
	}
	if (left > client->piece)
		left = client->piece;
	client->sent += left;
	return send(client->fd, client->bytes + client->sent - left, left, 0) ==
		(ssize_t)left ?
	    0 :
	    -1;
}

static int
open_pair(struct client *client)
{
	int ends[2];

	rig_require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0,
	    "socketpair");
	client->fd = ends[1];
	return ends[0];
}

/* What the handler would read: the pieces that were sent, and the others. */
static int
is_left(struct client *client, int fd, const char *tail)
{
	char rest[256] = "";
	size_t left = client->count - client->sent;

	rig_require(send(client->fd, client->bytes + client->sent, left, 0) ==
		(ssize_t)left,
	    "send");
	(void)recv(fd, rest, sizeof(rest) - 1, MSG_DONTWAIT);
	return strcmp(rest, tail) == 0;
}

static int
is_taken(const char *bytes, size_t count, size_t piece)
{
	struct client client = { .bytes = bytes,
		.count = count,
		.piece = piece,
		.then = ETIMEDOUT };
	struct proxy_wait wait = { send_piece, &client };
	struct proxy_header header;
	int fd = open_pair(&client), good;

	good = proxy_read(fd, &wait, &header) == PROXY_READ &&
	    header.bytes == count - (sizeof(TAIL) - 1) &&
	    /* One wait for each piece, and no more. */
	    client.waits == (header.bytes + piece - 1) / piece &&
	    is_left(&client, fd, TAIL);
	(void)close(fd);
	(void)close(client.fd);
	return good;
}

static void
test_pieces(const char *what, const char *bytes, size_t count)
{
	size_t piece;

	for (piece = 1; piece <= count; piece++)
		if (!is_taken(bytes, count, piece))
			break;
	if (!ok(piece > count, "%s, in pieces of any size", what))
		printf("# of %zu\n", piece);
}

static void
test_outcome(const char *what, struct client *client,
    enum proxy_outcome outcome, const char *reason)
{
	struct proxy_wait wait = { send_piece, client };
	struct proxy_header header = { .reason = "" };
	int fd = open_pair(client);
	enum proxy_outcome got = proxy_read(fd, &wait, &header);

	is_text(proxy_outcome_name(got), proxy_outcome_name(outcome), "%s",
	    what);
	if (outcome == PROXY_REFUSED)
		is_text(header.reason, reason, "%s: why", what);
	(void)close(fd);
	if (client->then != 0)
		(void)close(client->fd);
}

#define CLIENT(text, error)                  \
	(&(struct client) { .bytes = (text), \
	    .count = sizeof(text) - 1,       \
	    .piece = 5,                      \
	    .then = (error) })

/* It has sent all before anybody looks. */
static void
test_at_once(void)
{
	static const char bytes[] = "PROXY TCP4 1.1.1.1 2.2.2.2 3 4\r\n" TAIL;
	struct client client = { .bytes = bytes,
		.count = sizeof(bytes) - 1,
		.piece = sizeof(bytes) };
	struct proxy_wait wait = { send_piece, &client };
	struct proxy_header header;
	int fd = open_pair(&client);

	(void)send_piece(&client, fd);
	client.waits = 0;
	is_int(proxy_read(fd, &wait, &header), PROXY_READ, "all at once");
	is_int(client.waits, 0, "nobody waits for what is there");
	ok(is_left(&client, fd, TAIL), "the rest is left");
	(void)close(fd);
	(void)close(client.fd);
}

/* A reset, as a client that closes with unread data makes one. */
static void
test_reset(void)
{
	struct client client = { .bytes = "" };
	struct proxy_wait wait = { send_piece, &client };
	struct proxy_header header;
	int fd = open_pair(&client);

	rig_require(send(fd, "x", 1, 0) == 1, "send");
	is_int(proxy_read(fd, &wait, &header), PROXY_SILENT, "a reset");
	(void)close(fd);
}

int
main(void)
{
	static const char v1[] = "PROXY TCP4 1.1.1.1 2.2.2.2 3 4\r\n" TAIL;
	static const char unknown[] = "PROXY UNKNOWN \r \r\r\n" TAIL;
	static const char v2[] = SIG "\x21\x11\x00\x0c" V4 TAIL;
	static const char fields[] =
	    SIG "\x21\x11\x00\x14" V4 "\x01\x00\x05hello" TAIL;
	static const char local[] = SIG "\x20\x00\x00\x00" TAIL;

	(void)alarm(RIG_DEADLINE_S);
	test_pieces("version 1", v1, sizeof(v1) - 1);
	test_pieces("UNKNOWN", unknown, sizeof(unknown) - 1);
	test_pieces("version 2", v2, sizeof(v2) - 1);
	test_pieces("fields", fields, sizeof(fields) - 1);
	test_pieces("LOCAL", local, sizeof(local) - 1);
	test_at_once();
	test_reset();
	test_outcome("nothing", CLIENT("", 0), PROXY_SILENT, NULL);
	test_outcome("it leaves", CLIENT("PROXY TCP4 1.1", 0), PROXY_REFUSED,
	    "the client left before its end");
	test_outcome("nothing in time", CLIENT("", ETIMEDOUT), PROXY_REFUSED,
	    "it did not come in time");
	test_outcome("not all in time", CLIENT(SIG "\x21", ETIMEDOUT),
	    PROXY_REFUSED, "it did not come in time");
	test_outcome("no wait", CLIENT("", ENOMEM), PROXY_REFUSED,
	    "it cannot be waited for");
	test_outcome("a bad one", CLIENT("GET / HTTP/1.0\r\n", 0),
	    PROXY_REFUSED, "it does not begin with one");
	return tap_done();
}
