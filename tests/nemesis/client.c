/*
 * What a client says and what it must hear.
 * Runs in: nemesis.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

#define CHUNK 4096

const struct kind client_kinds[] = {
	{ "fresh", 60, { 1, 1 }, { 1, 300 }, { 0, 0 }, false, true, END_SHUT,
	    "E" },
	{ "closing", 30, { 1, 2 }, { 1, 300 }, { 0, 0 }, false, true, END_CLOSE,
	    "E" },
	{ "keep-alive", 40, { 2, 20 }, { 1, 200 }, { 0, 8 }, false, true,
	    END_SHUT, "E" },
	{ "pipelined", 20, { 5, 60 }, { 20, 2000 }, { 0, 0 }, true, true,
	    END_SHUT, "E" },
	{ "bulk", 5, { 1, 4 }, { 50000, 300000 }, { 0, 0 }, true, true,
	    END_SHUT, "E" },
	{ "long", 2, { 10, 30 }, { 1, 100 }, { 50, 130 }, false, false,
	    END_SHUT, "E" },
	{ "slow", 5, { 20, 50 }, { 1, 1 }, { 2, 20 }, false, false, END_SHUT,
	    "E" },
	{ "leaving", 8, { 1, 5 }, { 1, 3000 }, { 0, 3 }, true, true, END_LEAVE,
	    "E" },
	{ "resetting", 15, { 1, 5 }, { 1, 3000 }, { 0, 3 }, true, true,
	    END_RESET, "E" },
	{ "doomed", 1, { 0, 0 }, { 0, 0 }, { 0, 0 }, true, false, END_DOOM,
	    "XSA" },
	{ "careless", 1, { 1, 1 }, { 1, 100 }, { 0, 0 }, false, false, END_SHUT,
	    "C" },
	{ NULL, 0, { 0, 0 }, { 0, 0 }, { 0, 0 }, false, false, END_SHUT, "E" },
};

static void
plan(struct client *client)
{
	const struct kind *kind = client->kind;
	struct dice *dice = &client->dice;

	client->unit = dice_between(dice, kind->bytes[0], kind->bytes[1]);
	client->history.planned =
	    client->unit * dice_between(dice, kind->rounds[0], kind->rounds[1]);
	client->leave = dice_below(dice, (unsigned)client->history.planned + 1);
}

static void
reset_now(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

void
client_end(struct client *client, enum outcome outcome, int error,
    int64_t now_ms)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	client->fd = -1;
	client->state = CLIENT_RESTING;
	client->wants = 0;
	client->history.outcome = outcome;
	client->history.error = error;
	client->history.ended_ms = now_ms;
}

static void
judge_connect(struct client *client, int error, int64_t now_ms)
{
	if (error == 0) {
		client->state = CLIENT_TALKING;
		client->history.connected_ms = now_ms;
	} else if (error == EINPROGRESS) {
		client->wants = POLLOUT;
	} else if (error == EAGAIN || error == EADDRNOTAVAIL) {
		client_end(client, OUTCOME_AGAIN, error, now_ms);
	} else {
		client_end(client, OUTCOME_REFUSED, error, now_ms);
	}
}

static void
try_connect(struct client *client, const struct sockaddr_storage *socket_name,
    socklen_t bytes, int64_t now_ms)
{
	client->fd =
	    socket(socket_name->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || fcntl(client->fd, F_SETFL, O_NONBLOCK) == -1) {
		client_end(client, OUTCOME_FAILED, errno, now_ms);
		return;
	}
	if (connect(client->fd, (const struct sockaddr *)socket_name, bytes) ==
	    0)
		judge_connect(client, 0, now_ms);
	else
		judge_connect(client, errno, now_ms);
}

void
client_begin(struct client *client, const struct kind *kind,
    const struct address *address, uint64_t id, int64_t now_ms)
{
	client->kind = kind;
	client->deed_sent = client->shut = false;
	client->greeted = 0;
	client->wake_ms = now_ms;
	client->history = (struct history) {
		.id = id,
		.kind = kind->name,
		.address = address->name,
		.begun_ms = now_ms,
		.connected_ms = HISTORY_NEVER,
		.greeted_ms = HISTORY_NEVER,
		.ended_ms = HISTORY_NEVER,
	};
	client->state = CLIENT_CONNECTING;
	plan(client);
	try_connect(client, &address->socket, address->bytes, now_ms);
}

static void
take_greeting(struct client *client, int64_t now_ms)
{
	struct history *history = &client->history;
	long pid;

	client->greeting[GREETING_BYTES] = '\0';
	if (sscanf(client->greeting, "W%10ld %10lu\n", &pid,
		&history->version) != 2) {
		client_end(client, OUTCOME_GARBLED, 0, now_ms);
		return;
	}
	history->pid = (pid_t)pid;
	history->greeted_ms = now_ms;
}

/* False: other bytes than those that were sent. */
static bool
take_echo(struct client *client, const char *bytes, size_t count,
    int64_t now_ms)
{
	struct history *history = &client->history;
	size_t i;

	if (history->got + count > history->sent)
		return false;
	for (i = 0; i < count; i++)
		if ((unsigned char)bytes[i] !=
		    noise_byte(history->id, history->got + i))
			return false;
	history->got += count;
	history_step(history, now_ms, STEP_GOT, count);
	return true;
}

static void
take_bytes(struct client *client, const char *bytes, size_t count,
    int64_t now_ms)
{
	while (count > 0 && client->greeted < GREETING_BYTES) {
		client->greeting[client->greeted++] = *bytes++;
		count--;
		if (client->greeted == GREETING_BYTES)
			take_greeting(client, now_ms);
	}
	if (client->state == CLIENT_TALKING && count > 0 &&
	    !take_echo(client, bytes, count, now_ms))
		client_end(client, OUTCOME_GARBLED, 0, now_ms);
}

static enum outcome
outcome_of_end(const struct client *client, enum outcome broken)
{
	if (client->greeted < GREETING_BYTES)
		return broken;
	if (client->kind->end == END_DOOM && client->deed_sent)
		return OUTCOME_DOOMED;
	if (broken == OUTCOME_ENDED && client->shut &&
	    client->history.got == client->history.planned)
		return OUTCOME_SERVED;
	return broken;
}

static void
hear_end(struct client *client, ssize_t got, int64_t now_ms)
{
	enum outcome broken = OUTCOME_ENDED;
	int error = got == 0 ? 0 : errno;

	if (error != 0)
		broken = error == ECONNRESET || error == EPIPE ? OUTCOME_RESET :
								 OUTCOME_FAILED;
	client_end(client, outcome_of_end(client, broken), error, now_ms);
}

static void
listen_to(struct client *client, int64_t now_ms)
{
	char bytes[16384];
	ssize_t got;

	while (client->state == CLIENT_TALKING) {
		got = recv(client->fd, bytes, sizeof(bytes), 0);
		if (got > 0)
			take_bytes(client, bytes, (size_t)got, now_ms);
		else if (got == -1 && errno == EINTR)
			continue;
		else if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		else
			hear_end(client, got, now_ms);
	}
}

/* Bytes sent.  0: would block; what is worse listen_to hears of. */
static size_t
say(struct client *client, const void *bytes, size_t count)
{
	ssize_t sent = send(client->fd, bytes, count, MSG_NOSIGNAL);

	if (sent > 0)
		return (size_t)sent;
	client->wants |= POLLOUT;
	return 0;
}

static bool
say_deed(struct client *client)
{
	const char *deeds = client->kind->deeds;
	char deed = deeds[client->history.id % strlen(deeds)];

	if (!client->deed_sent)
		client->deed_sent = say(client, &deed, 1) == 1;
	return client->deed_sent;
}

/* Where it has to stop: behind the round, or before it has had its answer. */
static uint64_t
may_send_up_to(struct client *client, int64_t now_ms)
{
	const struct history *history = &client->history;
	const struct kind *kind = client->kind;

	if (now_ms < client->wake_ms)
		return history->sent;
	if (kind->eager)
		return history->planned;
	if (history->sent % client->unit != 0)
		return history->sent - history->sent % client->unit +
		    client->unit;
	if (history->got < history->sent)
		return history->sent;
	return history->sent + client->unit;
}

static size_t
smallest(uint64_t a, uint64_t b, uint64_t c)
{
	if (b < a)
		a = b;
	return (size_t)(c < a ? c : a);
}

static void
speak(struct client *client, int64_t now_ms)
{
	struct history *history = &client->history;
	unsigned char bytes[CHUNK];
	uint64_t end = may_send_up_to(client, now_ms);
	size_t count, i, sent;

	if (end > history->planned)
		end = history->planned;
	while (history->sent < end) {
		count = smallest(CHUNK, end - history->sent,
		    client->unit - history->sent % client->unit);
		for (i = 0; i < count; i++)
			bytes[i] = noise_byte(history->id, history->sent + i);
		sent = say(client, bytes, count);
		if (sent == 0)
			return;
		history->sent += sent;
		history_step(history, now_ms, STEP_SENT, sent);
		if (history->sent % client->unit == 0)
			client->wake_ms = now_ms +
			    dice_between(&client->dice,
				client->kind->pause_ms[0],
				client->kind->pause_ms[1]);
	}
}

/* Once it has said what it had to. */
static void
finish(struct client *client, int64_t now_ms)
{
	struct history *history = &client->history;
	bool all_back = history->got == history->planned &&
	    client->greeted == GREETING_BYTES;

	switch (client->kind->end) {
	case END_SHUT:
		if (client->shut || history->sent < history->planned ||
		    (!client->kind->eager && !all_back))
			return;
		client->shut = shutdown(client->fd, SHUT_WR) == 0;
		history_step(history, now_ms, STEP_SHUT, 0);
		return;
	case END_CLOSE:
		if (all_back)
			client_end(client, OUTCOME_SERVED, 0, now_ms);
		return;
	case END_RESET:
	case END_LEAVE:
		if (history->sent < client->leave)
			return;
		if (client->kind->end == END_RESET)
			reset_now(client->fd);
		client_end(client, OUTCOME_LEFT, 0, now_ms);
		return;
	case END_DOOM:
		return;
	}
}

static void
connect_further(struct client *client, int64_t now_ms)
{
	socklen_t bytes = sizeof(int);
	int error = 0;

	if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) == -1)
		error = errno;
	judge_connect(client, error, now_ms);
}

bool
client_advance(struct client *client, int64_t now_ms)
{
	if (client->state == CLIENT_CONNECTING)
		connect_further(client, now_ms);
	if (client->state != CLIENT_TALKING)
		return client->state == CLIENT_RESTING;
	client->wants = POLLIN;
	listen_to(client, now_ms);
	if (client->state == CLIENT_TALKING && say_deed(client)) {
		speak(client, now_ms);
		finish(client, now_ms);
	}
	return client->state == CLIENT_RESTING;
}
