/*
 * The clients of one process, in one loop.  A request is sent without waiting
 * for the handshake: on the loopback it is over when connect() returns.
 * Runs in: load generator.
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "ready.h"

#define BATCH 64
/* Local addresses that take turns, so many that a port is not used again
 * before the time of TIME_WAIT is over. */
#define SOURCES 250

struct client {
	int fd;
	unsigned got;	 /* bytes of the reply */
	bool connecting; /* and the request has not been sent */
	int64_t begun_ns;
	unsigned char reply[MESSAGE_BYTES];
};

struct crowd {
	const struct plan *plan;
	struct tally *tally;
	struct client *clients;
	struct ready *ready;
	unsigned active;
	unsigned turn; /* of the local addresses */
	uint64_t begun;
	int64_t end_ns;
};

/* A line, for servers that want one. */
static const unsigned char message[MESSAGE_BYTES + 1] =
    "pack my box with five dozen jug\n";

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#ifdef HAVE_SOCK_CLOEXEC

static int
open_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

#else

static int
open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd != -1)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

#endif

#ifdef IP_BIND_ADDRESS_NO_PORT

/* Leave the choice of the port to connect(), which knows both ends. */
static void
choose_port_late(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
	    sizeof(on));
}

#else

static void
choose_port_late(int fd)
{
	(void)fd;
}

#endif

static int
bind_source(int fd, unsigned source)
{
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source);
	choose_port_late(fd);
	return bind(fd, (struct sockaddr *)&address, sizeof(address));
}

bool
clients_many_sources(void)
{
	int fd = open_socket(), result;

	if (fd == -1)
		return false;
	result = bind_source(fd, SOURCES);
	(void)close(fd);
	return result == 0;
}

static void
drop(struct crowd *crowd, struct client *client)
{
	if (client->fd == -1)
		return;
	ready_forget(crowd->ready, (unsigned)(client - crowd->clients));
	(void)close(client->fd);
	client->fd = -1;
}

static void
fail(struct crowd *crowd, struct client *client, enum failure why)
{
	bool has_errno = why < FAILED_EARLY;

	tally_fail(crowd->tally, why, has_errno ? errno : 0);
	drop(crowd, client);
}

/* EAGAIN: the handshake is not over.  32 bytes are sent whole or not. */
static int
send_request(struct client *client)
{
	ssize_t sent = send(client->fd, message, MESSAGE_BYTES, MSG_NOSIGNAL);

	client->got = 0;
	return sent == -1 ? -1 : 0;
}

static int
dial(struct crowd *crowd, struct client *client)
{
	const struct plan *plan = crowd->plan;

	client->fd = open_socket();
	if (client->fd == -1)
		return -1;
	if (plan->source > 0 &&
	    bind_source(client->fd, plan->source + crowd->turn++ % SOURCES) ==
		-1)
		return -1;
	if (connect(client->fd, (const struct sockaddr *)&plan->server,
		sizeof(plan->server)) == -1 &&
	    errno != EINPROGRESS)
		return -1;
	client->connecting = send_request(client) == -1;
	return client->connecting && errno != EAGAIN ? -1 : 0;
}

static bool
may_begin(const struct crowd *crowd, int64_t now)
{
	uint64_t limit = crowd->plan->operations;

	return now < crowd->end_ns && (limit == 0 || crowd->begun < limit);
}

/* A new connection, unless the run is over; failures count as tries. */
static void
begin(struct crowd *crowd, struct client *client)
{
	unsigned number = (unsigned)(client - crowd->clients);

	while (may_begin(crowd, client->begun_ns = now_ns())) {
		crowd->begun++;
		if (dial(crowd, client) == 0 &&
		    ready_add(crowd->ready, number, client->fd,
			client->connecting) == 0)
			return;
		fail(crowd, client, FAILED_CONNECT);
	}
	crowd->active--;
}

static void
finish_connecting(struct crowd *crowd, struct client *client)
{
	unsigned number = (unsigned)(client - crowd->clients);

	client->connecting = false;
	if (send_request(client) == 0 &&
	    ready_change(crowd->ready, number, client->fd, false) == 0)
		return;
	fail(crowd, client, FAILED_CONNECT);
	begin(crowd, client);
}

static void
succeed(struct crowd *crowd, struct client *client)
{
	int64_t now = now_ns();

	tally_count(crowd->tally, now - client->begun_ns);
	if (crowd->plan->keepalive && may_begin(crowd, now)) {
		crowd->begun++;
		client->begun_ns = now;
		if (send_request(client) == 0)
			return;
		fail(crowd, client, FAILED_SEND);
	}
	drop(crowd, client);
	begin(crowd, client);
}

static void
receive(struct crowd *crowd, struct client *client)
{
	ssize_t got = recv(client->fd, client->reply + client->got,
	    MESSAGE_BYTES - client->got, 0);

	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0 && (client->got += (unsigned)got) < MESSAGE_BYTES)
		return;
	if (got > 0 && memcmp(client->reply, message, MESSAGE_BYTES) == 0) {
		succeed(crowd, client);
		return;
	}
	if (got > 0)
		fail(crowd, client, FAILED_WRONG);
	else
		fail(crowd, client, got == 0 ? FAILED_EARLY : FAILED_RECEIVE);
	begin(crowd, client);
}

static void
look_once(struct crowd *crowd, int64_t last_ns)
{
	unsigned numbers[BATCH];
	struct client *client;
	int count, i;

	count = ready_wait(crowd->ready, numbers, BATCH,
	    (int)((last_ns - now_ns()) / 1000000) + 1);
	for (i = 0; i < count; i++) {
		client = &crowd->clients[numbers[i]];
		if (client->connecting)
			finish_connecting(crowd, client);
		else
			receive(crowd, client);
	}
}

static void
run(struct crowd *crowd)
{
	int64_t start_ns = now_ns(), last_ns;
	unsigned i;

	crowd->end_ns = start_ns + crowd->plan->duration_ms * 1000000;
	last_ns = crowd->end_ns + (int64_t)GRACE_MS * 1000000;
	crowd->active = crowd->plan->clients;
	for (i = 0; i < crowd->plan->clients; i++)
		begin(crowd, &crowd->clients[i]);
	while (crowd->active > 0 && now_ns() < last_ns)
		look_once(crowd, last_ns);
	crowd->tally->elapsed_ns = now_ns() - start_ns;
	for (i = 0; i < crowd->plan->clients; i++)
		if (crowd->clients[i].fd != -1)
			fail(crowd, &crowd->clients[i], FAILED_LATE);
}

int
clients_run(const struct plan *plan, struct tally *tally)
{
	struct crowd crowd = { .plan = plan, .tally = tally };
	unsigned i;

	crowd.clients = calloc(plan->clients, sizeof(crowd.clients[0]));
	crowd.ready = ready_new(plan->clients);
	if (crowd.clients == NULL || crowd.ready == NULL) {
		free(crowd.clients);
		ready_free(crowd.ready);
		return -1;
	}
	for (i = 0; i < plan->clients; i++)
		crowd.clients[i].fd = -1;
	run(&crowd);
	ready_free(crowd.ready);
	free(crowd.clients);
	return 0;
}
