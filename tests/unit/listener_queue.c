/*
 * The kernel's queue of a listener, as the system tells it.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "listener/queue.h"
#include "rig.h"
#include "tap.h"

static int
connect_to(const struct sockaddr *address, socklen_t length)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);

	if (connect(fd, address, length) == -1)
		perror("connect");
	return fd;
}

static void
expect(int fd, unsigned length, const char *what)
{
	struct listener_queue queue;

	listener_queue_read(fd, &queue);
	if (!queue.known) {
		ok(1, "%s # SKIP the system does not tell", what);
		return;
	}
	is_int(queue.length, length, "%s: %u wait", what, length);
	is_int(queue.backlog, 7, "%s: its backlog", what);
}

static void
try_family(struct sockaddr *address, socklen_t length, const char *what)
{
	struct sockaddr_storage bound;
	socklen_t bound_length = sizeof(bound);
	int fd = socket(address->sa_family, SOCK_STREAM, 0), clients[3], i;
	struct listener_queue queue;

	ok(bind(fd, address, length) == 0, "%s: bound", what);
	listener_queue_read(fd, &queue);
	ok(!queue.known || queue.length == 0, "%s: does not listen yet", what);
	ok(listen(fd, 7) == 0, "%s: listens", what);
	(void)getsockname(fd, (struct sockaddr *)&bound, &bound_length);
	expect(fd, 0, what);
	for (i = 0; i < 3; i++)
		clients[i] =
		    connect_to((struct sockaddr *)&bound, bound_length);
	expect(fd, 3, what);
	(void)close(accept(fd, NULL, NULL));
	expect(fd, 2, what);
	for (i = 0; i < 3; i++)
		(void)close(clients[i]);
	(void)close(fd);
}

int
main(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct listener_queue queue;
	int pair[2];

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s",
	    rig_path(rig_folder(), "queue.sock"));
	try_family((struct sockaddr *)&in, sizeof(in), "tcp");
	try_family((struct sockaddr *)&un, sizeof(un), "unix");
	(void)unlink(un.sun_path);
	listener_queue_read(-1, &queue);
	ok(!queue.known && !queue.drops_known, "no descriptor is not known");
	ok(pipe(pair) == 0, "a pipe");
	listener_queue_read(pair[0], &queue);
	ok(!queue.known, "no socket is not known");
	(void)close(pair[0]);
	(void)close(pair[1]);
	return tap_done();
}
