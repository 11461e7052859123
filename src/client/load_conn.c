/*
 * One connection of a load: operation after operation, each of which sends
 * some bytes and wants them back.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "client/load.h"

/* Deadlines are looked at so often. */
#define LOOK_MS 20
/* After a failure, doubling. */
#define PAUSE_FIRST_MS 1
#define PAUSE_MOST_MS  100
/* Operations begin at so many places of the pattern, so that the answer to
 * another one is not taken for theirs. */
#define PHASES 251

enum phase { IDLE, CONNECTING, TALKING, PAUSED };

struct load_conn {
	struct load *load;
	struct loop_watch watch; /* fd -1: not connected */
	enum phase phase;
	size_t address; /* of the target's */
	int64_t begun_us;
	int64_t deadline_ms; /* of the operation, or the end of the pause */
	int64_t pause_ms;
	size_t sent, received;
	const unsigned char *data; /* of this operation */
};

static void begin(struct load_conn *c);

static void
disconnect(struct load_conn *c)
{
	if (c->watch.fd == -1)
		return;
	loop_remove(c->load->loop, &c->watch);
	fd_close(&c->watch.fd);
}

static enum load_error
kind_of(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ENOENT:
		return LOAD_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return LOAD_RESET;
	case EADDRNOTAVAIL:
	case EADDRINUSE:
		return LOAD_NO_ADDRESS;
	case ETIMEDOUT:
		return LOAD_TIMED_OUT;
	default:
		return LOAD_OTHER;
	}
}

static void
fail(struct load_conn *c, enum load_error error)
{
	struct load *load = c->load;

	disconnect(c);
	load->failed++;
	load->errors[error]++;
	c->address = (c->address + 1) % load->target.count;
	c->pause_ms = c->pause_ms == 0 ? PAUSE_FIRST_MS : c->pause_ms * 2;
	if (c->pause_ms > PAUSE_MOST_MS)
		c->pause_ms = PAUSE_MOST_MS;
	c->phase = PAUSED;
	c->deadline_ms = clock_ms() + c->pause_ms;
}

/* ------------------------------------------------------------ an operation */

static void
finish(struct load_conn *c)
{
	struct load *load = c->load;
	uint64_t us = (uint64_t)(clock_us() - c->begun_us);

	load->done++;
	load->took[histogram_bucket(us)]++;
	if (us > load->longest_us)
		load->longest_us = us;
	c->pause_ms = 0;
	if (!load->options->keepalive)
		disconnect(c);
	begin(c);
}

/* As much as goes. */
static void
send_some(struct load_conn *c)
{
	size_t bytes = (size_t)c->load->options->bytes;
	ssize_t sent =
	    send(c->watch.fd, c->data + c->sent, bytes - c->sent, MSG_NOSIGNAL);

	if (sent == -1 && errno != EAGAIN && errno != EWOULDBLOCK &&
	    errno != EINTR) {
		fail(c, kind_of(errno));
		return;
	}
	if (sent > 0)
		c->sent += (size_t)sent;
	(void)loop_modify(c->load->loop, &c->watch,
	    c->sent < bytes ? POLLIN | POLLOUT : POLLIN);
}

static void
receive_some(struct load_conn *c)
{
	static unsigned char buffer[65536];
	size_t bytes = (size_t)c->load->options->bytes;
	ssize_t got = recv(c->watch.fd, buffer, sizeof(buffer), 0);

	if (got == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (got == -1) {
		fail(c, kind_of(errno));
	} else if (got == 0 && !c->load->options->datagrams) {
		fail(c, LOAD_EOF);
	} else if ((size_t)got > bytes - c->received ||
	    memcmp(buffer, c->data + c->received, (size_t)got) != 0 ||
	    (c->load->options->datagrams && (size_t)got != bytes)) {
		fail(c, LOAD_WRONG);
	} else {
		c->received += (size_t)got;
		if (c->received == bytes)
			finish(c);
	}
}

static void
ready(void *arg, short revents)
{
	struct load_conn *c = arg;
	int error;

	if (c->phase == CONNECTING) {
		error = target_outcome(c->watch.fd);
		if (error != 0) {
			fail(c, kind_of(error));
			return;
		}
		c->load->connected++;
		c->phase = TALKING;
		send_some(c);
		return;
	}
	if ((revents & POLLOUT) != 0)
		send_some(c);
	if (c->phase == TALKING && (revents & ~POLLOUT) != 0)
		receive_some(c);
}

static void
connect_it(struct load_conn *c)
{
	struct load *load = c->load;

	c->watch =
	    (struct loop_watch) { .fd = target_begin(&load->target, c->address),
		    .events = POLLOUT,
		    .ready = ready,
		    .arg = c };
	c->phase = CONNECTING;
	if (c->watch.fd == -1) {
		fail(c, kind_of(errno));
	} else if (loop_add(load->loop, &c->watch) == -1) {
		fd_close(&c->watch.fd);
		fail(c, LOAD_OTHER);
	}
}

static bool
is_over(struct load *load)
{
	if (load->options->count > 0 &&
	    load->begun >= (uint64_t)load->options->count)
		load->stopping = true;
	return load->stopping;
}

/* The next one, if there is one. */
static void
begin(struct load_conn *c)
{
	struct load *load = c->load;

	if (is_over(load)) {
		disconnect(c);
		c->phase = IDLE;
		load->active--;
		return;
	}
	c->data = load->pattern + load->begun++ % PHASES;
	c->begun_us = clock_us();
	c->deadline_ms = c->begun_us / 1000 + load->options->timeout_ms;
	c->sent = c->received = 0;
	if (c->watch.fd == -1) {
		connect_it(c);
		return;
	}
	c->phase = TALKING;
	send_some(c);
}

/* ------------------------------------------------------------- all of them */

void
load_look(struct load *load, int64_t now_ms)
{
	struct load_conn *c;

	if (now_ms < load->look_ms)
		return;
	load->look_ms = now_ms + LOOK_MS;
	for (c = load->conns; c < load->conns + load->options->connections;
	     c++) {
		if (c->phase == IDLE || now_ms < c->deadline_ms)
			continue;
		if (c->phase == PAUSED)
			begin(c);
		else
			fail(c, LOAD_TIMED_OUT);
	}
}

static int
make_pattern(struct load *load)
{
	size_t bytes = (size_t)load->options->bytes + PHASES, i;
	uint32_t state = 2463534242u;

	load->pattern = malloc(bytes);
	for (i = 0; load->pattern != NULL && i < bytes; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		load->pattern[i] = (unsigned char)state;
	}
	return load->pattern != NULL ? 0 : -1;
}

int
load_begin(struct load *load, struct error *e)
{
	size_t count = (size_t)load->options->connections, i;

	load->conns = calloc(count, sizeof(*load->conns));
	load->loop = loop_new();
	if (load->conns == NULL || load->loop == NULL ||
	    make_pattern(load) == -1)
		return error_set(e, PF_SYSCALL, "%s", strerror(errno));
	load->active = (unsigned)count;
	for (i = 0; i < count; i++) {
		load->conns[i].load = load;
		load->conns[i].watch.fd = -1;
	}
	for (i = 0; i < count; i++)
		begin(&load->conns[i]);
	return 0;
}

void
load_end(struct load *load)
{
	size_t i;

	for (i = 0;
	     load->conns != NULL && i < (size_t)load->options->connections; i++)
		if (load->conns[i].load != NULL)
			disconnect(&load->conns[i]);
	if (load->loop != NULL)
		loop_free(load->loop);
	free(load->conns);
	free(load->pattern);
}
