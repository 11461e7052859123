/*
 * The control socket: who is let in, for how long, and the end.
 * Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "control/state.h"

#define PAUSE_MS 1000

static void
sweep(struct control *control)
{
	struct control_client **link = &control->clients, *client;

	while (control->sweeping && (client = *link) != NULL) {
		if (!client->gone) {
			link = &client->next;
			continue;
		}
		*link = client->next;
		free(client->out);
		free(client);
		control->count--;
	}
	control->sweeping = false;
	if (control->listening || control->listener.fd < 0 ||
	    control_now_ms(control) < control->resume_ms)
		return;
	control->listening = loop_add(control->loop, &control->watch) == 0;
	if (!control->listening)
		control->resume_ms = control_now_ms(control) + PAUSE_MS;
}

/* Where accept lacks a descriptor nobody may spin here. */
static void
pause_listening(struct control *control, int error)
{
	log_event(PF_CONTROL_PAUSED, "accept on the control socket: %s",
	    strerror(error));
	loop_remove(control->loop, &control->watch);
	control->listening = false;
	control->resume_ms = control_now_ms(control) + PAUSE_MS;
}

static void
admit(struct control *control, int fd, const struct control_peer *peer)
{
	struct control_client *client = calloc(1, sizeof(*client));

	if (client == NULL || fd_set_cloexec(fd, true) == -1 ||
	    fd_set_nonblocking(fd, true) == -1)
		goto fail;
	client->control = control;
	client->watch = (struct loop_watch) {
		.fd = fd, .events = POLLIN, .ready = client_ready, .arg = client
	};
	client->peer = *peer;
	client->deadline_ms = control_now_ms(control) + CONTROL_PATIENCE_MS;
	if (loop_add(control->loop, &client->watch) == -1)
		goto fail;
	client->next = control->clients;
	control->clients = client;
	control->count++;
	return;
fail:
	free(client);
	fd_close(&fd);
}

/* Whoever has not asked yet for the longest time; the list begins with who came
 * last. */
static struct control_client *
find_silent(const struct control *control)
{
	struct control_client *client, *silent = NULL;

	for (client = control->clients; client != NULL; client = client->next)
		if (!client->gone && !client->asked)
			silent = client;
	return silent;
}

static void
turn_away(int fd, int code, const char *why)
{
	char line[CONTROL_ANSWER_BYTES + 1];
	size_t length = control_line(line, code, why);

	(void)send(fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT);
	fd_close(&fd);
}

static bool
may_come_in(const struct control *control, int fd,
    const struct control_peer *peer)
{
	const struct sockaddr_un *address =
	    (const void *)&control->listener.endpoint.address;
	struct stat file;

	/* Without its file nobody new finds the socket. */
	return lstat(address->sun_path, &file) == -1 ||
	    control_peer_may(fd, peer, &file);
}

/* Its words may be many: those of the log are not. */
static void
refuse(struct control *control, int fd, const struct control_peer *peer)
{
	int64_t now_ms = control_now_ms(control);
	char who[CONTROL_WHO_BYTES];

	control_peer_text(peer, who, sizeof(who));
	turn_away(fd, EX_NOPERM, "the socket's mode does not let you in");
	if (control->refused_ms != 0 && now_ms - control->refused_ms < 1000)
		return;
	control->refused_ms = now_ms;
	control->hooks.refused(control->hooks.arg, who);
}

static void
take_in(struct control *control, int fd)
{
	struct control_client *silent;
	struct control_peer peer;

	control_peer_read(fd, &peer);
	if (!may_come_in(control, fd, &peer)) {
		refuse(control, fd, &peer);
		return;
	}
	if (control->count < CONTROL_CLIENTS) {
		admit(control, fd, &peer);
		return;
	}
	silent = find_silent(control);
	if (silent == NULL) {
		turn_away(fd, EX_TEMPFAIL,
		    "too many wait for an outcome already");
		return;
	}
	client_drop(silent);
	sweep(control);
	admit(control, fd, &peer);
}

/* At most so many at a time: the master has other work. */
static void
listener_ready(void *arg, short revents)
{
	struct control *control = arg;
	int turns, fd = -1;

	(void)revents;
	for (turns = 0; turns < CONTROL_CLIENTS; turns++) {
		fd = accept(control->listener.fd, NULL, NULL);
		if (fd == -1)
			break;
		take_in(control, fd);
	}
	if (fd == -1 && errno != EAGAIN && errno != EWOULDBLOCK &&
	    errno != EINTR && errno != ECONNABORTED)
		pause_listening(control, errno);
}

/* ------------------------------------------------------------------- time */

void
control_tick(struct control *control, int64_t now_ms)
{
	struct control_client *client;

	if (control == NULL)
		return;
	for (client = control->clients; client != NULL; client = client->next)
		if (now_ms >= client->deadline_ms)
			client_drop(client);
	if (control->sweeping || !control->listening)
		sweep(control);
}

int64_t
control_deadline(const struct control *control)
{
	const struct control_client *client;
	int64_t next = CLOCK_NEVER;

	if (control == NULL)
		return next;
	/* It lacked a descriptor: others may have closed theirs by then. */
	if (!control->listening && control->listener.fd >= 0)
		next = control->resume_ms;
	for (client = control->clients; client != NULL; client = client->next)
		if (!client->gone && client->deadline_ms < next)
			next = client->deadline_ms;
	return next;
}

struct control *
control_new(struct loop *loop, const struct listener *listener,
    const struct control_hooks *hooks)
{
	struct listener owned = *listener;
	struct control *control = calloc(1, sizeof(*control));

	if (control == NULL)
		goto fail;
	control->loop = loop;
	control->listener = owned;
	control->hooks = *hooks;
	control->watch = (struct loop_watch) { .fd = owned.fd,
		.events = POLLIN,
		.ready = listener_ready,
		.arg = control };
	if (loop_add(loop, &control->watch) == -1)
		goto fail;
	control->listening = true;
	return control;
fail:
	listener_close(&owned);
	free(control);
	return NULL;
}

void
control_shut(struct control *control)
{
	if (control == NULL)
		return;
	if (control->listening)
		loop_remove(control->loop, &control->watch);
	control->listening = false;
	listener_close(&control->listener);
}

void
control_free(struct control *control, bool linger)
{
	struct control_client *client, *next;

	if (control == NULL)
		return;
	control_shut(control);
	for (client = control->clients; client != NULL; client = next) {
		next = client->next;
		client_flush(client);
		if (!client->gone)
			loop_remove(control->loop, &client->watch);
		if (!linger || !client->ended)
			fd_close(&client->watch.fd);
		free(client->out);
		free(client);
	}
	free(control);
}

void
control_forget(struct control *control)
{
	struct control_client *client;

	if (control == NULL)
		return;
	for (client = control->clients; client != NULL; client = client->next)
		fd_close(&client->watch.fd);
	fd_close(&control->listener.fd);
}

const struct listener *
control_listener(const struct control *control)
{
	return control != NULL ? &control->listener : NULL;
}
