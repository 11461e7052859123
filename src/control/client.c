/*
 * One client of the control socket: its request, and its answer.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>
#include <sysexits.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "control/state.h"

int64_t
control_now_ms(const struct control *control)
{
	return control->hooks.now_ms(control->hooks.arg);
}

/* ---------------------------------------------------------------- answers */

void
client_drop(struct control_client *client)
{
	if (client->gone)
		return;
	loop_remove(client->control->loop, &client->watch);
	fd_close(&client->watch.fd);
	client->gone = true;
	client->waits = 0;
	client->control->sweeping = true;
}

static bool
make_room(struct control_client *client, size_t more)
{
	size_t room = client->out_room > 0 ? client->out_room : 1024;
	char *bigger;

	if (client->out_done > 0) {
		client->out_length -= client->out_done;
		memmove(client->out, client->out + client->out_done,
		    client->out_length);
		client->out_done = 0;
	}
	while (room < client->out_length + more)
		room *= 2;
	if (room > CONTROL_BYTES)
		return false;
	if (room == client->out_room)
		return true;
	bigger = realloc(client->out, room);
	if (bigger == NULL)
		return false;
	client->out = bigger;
	client->out_room = room;
	return true;
}

static void
add_line(struct control_client *client, int code, const char *text)
{
	char line[CONTROL_ANSWER_BYTES + 1];
	size_t length = control_line(line, code, text);

	if (client->gone || client->ended)
		return;
	if (!make_room(client, length)) {
		client_drop(client);
		return;
	}
	memcpy(client->out + client->out_length, line, length);
	/* Who only waited has to take it now. */
	if (client->deadline_ms == CLOCK_NEVER)
		client->deadline_ms =
		    control_now_ms(client->control) + CONTROL_PATIENCE_MS;
	client->out_length += length;
	client->ended = code != -1;
}

/* What the socket takes now. */
void
client_flush(struct control_client *client)
{
	ssize_t put;

	while (!client->gone && client->out_done < client->out_length) {
		put = send(client->watch.fd, client->out + client->out_done,
		    client->out_length - client->out_done, MSG_NOSIGNAL);
		if (put > 0) {
			client->out_done += (size_t)put;
			client->deadline_ms = control_now_ms(client->control) +
			    CONTROL_PATIENCE_MS;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			break;
		} else if (errno != EINTR) {
			client_drop(client);
		}
	}
	if (client->gone)
		return;
	if (client->out_done == client->out_length && client->ended) {
		/* Who hears of the end sees it when the process has ended. */
		if (client->control->listener.fd >= 0)
			client_drop(client);
		return;
	}
	if (client->waits != 0 && client->out_done == client->out_length)
		client->deadline_ms = CLOCK_NEVER;
	(void)loop_modify(client->control->loop, &client->watch,
	    client->out_done < client->out_length ? POLLIN | POLLOUT : POLLIN);
}

void
control_who(const struct control_client *client, char *text, size_t bytes)
{
	control_peer_text(&client->peer, text, bytes);
}

void
control_say(struct control_client *client, const char *format, ...)
{
	char text[CONTROL_ANSWER_BYTES];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	add_line(client, -1, text);
}

void
control_end(struct control_client *client, int code, const char *format, ...)
{
	char text[CONTROL_ANSWER_BYTES];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	client->waits = 0;
	add_line(client, code, text);
}

void
control_wait(struct control_client *client, int what)
{
	client->waits = what;
}

void
control_wait_matter(struct control_client *client, int what,
    const struct control_matter *matter)
{
	client->matter = *matter;
	client->waits = what;
}

bool
control_waits(const struct control *control, int what)
{
	const struct control_client *client;

	for (client = control != NULL ? control->clients : NULL; client != NULL;
	     client = client->next)
		if (client->waits == what)
			return true;
	return false;
}

void
control_review(struct control *control, int what,
    void (*look)(void *arg, struct control_client *client,
	const struct control_matter *matter),
    void *arg)
{
	struct control_client *client;

	for (client = control != NULL ? control->clients : NULL; client != NULL;
	     client = client->next)
		if (client->waits == what) {
			look(arg, client, &client->matter);
			client_flush(client);
		}
}

void
control_rename(struct control *control, int what, int other)
{
	struct control_client *client;

	for (client = control != NULL ? control->clients : NULL; client != NULL;
	     client = client->next)
		if (client->waits == what)
			client->waits = other;
}

void
control_say_all(struct control *control, int what, const char *text)
{
	struct control_client *client;

	for (client = control != NULL ? control->clients : NULL; client != NULL;
	     client = client->next)
		if (client->waits == what) {
			add_line(client, -1, text);
			client_flush(client);
		}
}

void
control_end_all(struct control *control, int what, int code, const char *text)
{
	struct control_client *client;

	for (client = control != NULL ? control->clients : NULL; client != NULL;
	     client = client->next)
		if (client->waits == what) {
			client->waits = 0;
			add_line(client, code, text);
			client_flush(client);
		}
}

/* --------------------------------------------------------------- requests */

static void
obey(struct control_client *client)
{
	const struct control_hooks *hooks = &client->control->hooks;
	struct control_request request;
	const char *wrong = control_parse(client->request, &request);

	client->asked = true;
	if (wrong != NULL)
		control_end(client, EX_USAGE, "%s", wrong);
	else
		hooks->request(hooks->arg, client, &request);
	client_flush(client);
}

/* Nobody says anything after the request; who does, or shuts, waits no more
 * for its answer only when it is really gone. */
static void
read_past(struct control_client *client)
{
	char waste[256];
	ssize_t got = recv(client->watch.fd, waste, sizeof(waste), 0);

	if (got == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	client_drop(client);
}

static void
read_request(struct control_client *client)
{
	char *end;
	ssize_t got = recv(client->watch.fd, client->request + client->have,
	    CONTROL_REQUEST_BYTES - client->have, 0);

	if (got == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (got <= 0) {
		client_drop(client);
		return;
	}
	client->have += (size_t)got;
	end = memchr(client->request, '\n', client->have);
	if (end != NULL &&
	    memchr(client->request, '\0', client->have) == NULL) {
		*end = '\0';
		obey(client);
	} else if (end != NULL || client->have == CONTROL_REQUEST_BYTES) {
		control_end(client, EX_USAGE,
		    "the request is too long or has "
		    "a zero byte");
		client->asked = true;
		client_flush(client);
	}
}

void
client_ready(void *arg, short revents)
{
	struct control_client *client = arg;

	if (client->gone)
		return;
	if ((revents & POLLOUT) != 0)
		client_flush(client);
	if (client->gone || (revents & ~POLLOUT) == 0)
		return;
	if (client->asked)
		read_past(client);
	else
		read_request(client);
}
