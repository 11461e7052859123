/*
 * One connection of talk on its way through the script.
 * Runs in: talk.
 */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "talk.h"

/* True when the step is done. */
typedef bool step_function(struct client *, const struct step *);

_Noreturn void
client_fail(const struct client *client, const struct step *step,
    enum talk_exit code, const char *what)
{
	talk_fail(code, "connection %u, %s %s: %s", client->number, step->word,
	    step->argument, what);
}

_Noreturn static void
fail_errno(const struct client *client, const struct step *step, int error)
{
	enum talk_exit code = TALK_FAILED;

	if (error == ECONNREFUSED || error == ENOENT)
		code = TALK_REFUSED;
	else if (error == ECONNRESET || error == EPIPE)
		code = TALK_RESET;
	else if (error == ETIMEDOUT)
		code = TALK_TIMEOUT;
	client_fail(client, step, code, strerror(error));
}

static bool
is_transient(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

size_t
client_send(struct client *client, const struct step *step, const void *data,
    size_t bytes)
{
	ssize_t sent = send(client->fd, data, bytes, MSG_NOSIGNAL);

	if (sent >= 0)
		return (size_t)sent;
	if (!is_transient(errno))
		fail_errno(client, step, errno);
	client->wants |= POLLOUT;
	return 0;
}

ssize_t
client_receive(struct client *client, const struct step *step, size_t bytes)
{
	ssize_t got = recv(client->fd, client->incoming, bytes, 0);

	if (got >= 0)
		return got;
	if (!is_transient(errno))
		fail_errno(client, step, errno);
	client->wants |= POLLIN;
	return -1;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
step_send(struct client *client, const struct step *step)
{
	size_t sent;

	while (client->sent < step->bytes) {
		sent = client_send(client, step, step->data + client->sent,
		    step->bytes - client->sent);
		if (sent == 0)
			return false;
		client->sent += sent;
	}
	return true;
}

/* What came instead, with nothing in it that a terminal would obey. */
_Noreturn static void
fail_mismatch(const struct client *client, const struct step *step, size_t got)
{
	char text[128];
	size_t i, length = smaller(got, 64);
	int end;

	end = snprintf(text, sizeof(text), "at byte %zu came '", client->got);
	for (i = 0; i < length; i++)
		text[end++] =
		    client->incoming[i] < 0x20 || client->incoming[i] > 0x7e ?
		    '.' :
		    (char)client->incoming[i];
	(void)snprintf(text + end, sizeof(text) - (size_t)end, "'");
	client_fail(client, step, TALK_MISMATCH, text);
}

_Noreturn void
client_fail_end(const struct client *client, const struct step *step)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "end of data after %zu of %zu",
	    client->got, step->bytes);
	client_fail(client, step, TALK_EARLY, text);
}

static bool
step_expect(struct client *client, const struct step *step)
{
	ssize_t got;

	while (client->got < step->bytes) {
		got = client_receive(client, step,
		    smaller(step->bytes - client->got,
			sizeof(client->incoming)));
		if (got == -1)
			return false;
		if (got == 0)
			client_fail_end(client, step);
		if (memcmp(client->incoming, step->data + client->got,
			(size_t)got) != 0)
			fail_mismatch(client, step, (size_t)got);
		client->got += (size_t)got;
	}
	return true;
}

static bool
step_eof(struct client *client, const struct step *step)
{
	ssize_t got = client_receive(client, step, sizeof(client->incoming));

	if (got > 0)
		fail_mismatch(client, step, (size_t)got);
	return got == 0;
}

/* The end of the data, or a reset.  What comes before is read past: how much
 * of it a reset lets through is up to the system. */
static bool
await_end(struct client *client, const struct step *step, bool *reset)
{
	ssize_t got;

	do
		got = recv(client->fd, client->incoming,
		    sizeof(client->incoming), 0);
	while (got > 0);
	*reset = got == -1 && errno == ECONNRESET;
	if (got == 0 || *reset)
		return true;
	if (!is_transient(errno))
		fail_errno(client, step, errno);
	client->wants |= POLLIN;
	return false;
}

static bool
step_reset_expected(struct client *client, const struct step *step)
{
	bool reset;

	if (!await_end(client, step, &reset))
		return false;
	if (!reset)
		client_fail(client, step, TALK_MISMATCH, "end of data instead");
	return true;
}

static bool
step_gone(struct client *client, const struct step *step)
{
	bool reset;

	return await_end(client, step, &reset);
}

static bool
step_print(struct client *client, const struct step *step)
{
	ssize_t got;

	while ((got = client_receive(client, step, sizeof(client->incoming))) >
	    0)
		(void)fwrite(client->incoming, 1, (size_t)got, stdout);
	(void)fflush(stdout);
	return got == 0;
}

static bool
step_shut(struct client *client, const struct step *step)
{
	if (shutdown(client->fd, SHUT_WR) == -1)
		fail_errno(client, step, errno);
	return true;
}

void
client_close(struct client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	client->fd = -1;
}

static bool
step_close(struct client *client, const struct step *step)
{
	(void)step;
	client_close(client);
	return true;
}

static bool
step_reset(struct client *client, const struct step *step)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)) ==
	    -1)
		fail_errno(client, step, errno);
	client_close(client);
	return true;
}

static bool
step_port(struct client *client, const struct step *step)
{
	struct sockaddr_storage name;
	struct sockaddr_in v4;
	socklen_t bytes = sizeof(name);

	memset(&name, 0, sizeof(name));
	if (getsockname(client->fd, (struct sockaddr *)&name, &bytes) == -1)
		fail_errno(client, step, errno);
	/* The port is at the same place for both families. */
	memcpy(&v4, &name, sizeof(v4));
	(void)printf("%u\n", (unsigned)ntohs(v4.sin_port));
	(void)fflush(stdout);
	return true;
}

static int
open_socket(const struct address *address)
{
	const struct address *from = address->from;
	int fd = socket(address->socket.ss_family, SOCK_STREAM, 0);

	if (fd >= 0 && from != NULL &&
	    bind(fd, (const struct sockaddr *)&from->socket, from->bytes) ==
		-1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

int
client_connect(struct client *client, const struct address *address)
{
	if (client->fd < 0)
		client->fd = open_socket(address);
	if (client->fd < 0 || fcntl(client->fd, F_SETFL, O_NONBLOCK) == -1)
		return errno;
	if (connect(client->fd, (const struct sockaddr *)&address->socket,
		address->bytes) == 0)
		return 0;
	return errno;
}

int
client_connected(struct client *client)
{
	socklen_t bytes = sizeof(int);
	int error = 0;

	if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) == -1)
		return errno;
	return error;
}

/* EAGAIN is what a unix socket says whose queue is full; nothing tells when
 * there is room again, so it is tried again. */
static bool
step_connect(struct client *client, const struct step *step,
    const struct address *address)
{
	int error;

	error = client->connecting ? client_connected(client) :
				     client_connect(client, address);
	if (error == EAGAIN)
		return false;
	client->connecting = error == EINPROGRESS;
	if (client->connecting)
		client->wants = POLLOUT;
	else if (error != 0)
		fail_errno(client, step, error);
	return error == 0;
}

static step_function *const functions[] = {
	[STEP_SEND] = step_send,
	[STEP_EXPECT] = step_expect,
	[STEP_EOF] = step_eof,
	[STEP_RESET_EXPECTED] = step_reset_expected,
	[STEP_GONE] = step_gone,
	[STEP_PRINT] = step_print,
	[STEP_SHUT] = step_shut,
	[STEP_CLOSE] = step_close,
	[STEP_RESET] = step_reset,
	[STEP_PORT] = step_port,
	[STEP_BULK] = client_bulk,
};

void
client_walk(struct client *client, const struct script *script,
    const struct address *address)
{
	const struct step *step;

	for (;; client->step++, client->sent = client->got = 0) {
		step = &script->steps[client->step];
		client->wants = 0;
		if (step->kind >= STEP_SAY)
			return;
		if (step->kind == STEP_CONNECT) {
			if (!step_connect(client, step, address))
				return;
		} else if (!functions[step->kind](client, step)) {
			return;
		}
	}
}
