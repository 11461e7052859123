/*
 * The verb script: plays one, and says where it did not go as written.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/command.h"
#include "base/fd.h"
#include "base/json.h"
#include "client/options.h"
#include "client/script.h"

struct play {
	const struct options *options;
	const struct script *script;
	const struct step *step;
	struct target target; /* of connect without words; count 0: none */
	int type, fd;
	int64_t timeout_ms;
	struct error *e;
};

static int
fail(const struct play *play, enum msg_id id, const char *why)
{
	return error_set(play->e, id, "%s:%u: %s: %s", play->script->name,
	    play->step->line, step_name(play->step->kind), why);
}

static int
fail_errno(const struct play *play)
{
	return fail(play, PF_CLIENT_WRONG, strerror(errno));
}

static int
await(const struct play *play, short events, int64_t deadline_ms)
{
	int found = target_await(play->fd, events, deadline_ms);

	if (found == 1)
		return 0;
	return found == 0 ? fail(play, PF_CLIENT_LATE, "it took too long") :
			    fail_errno(play);
}

static int need_connection(struct play *play);

/* ------------------------------------------------------------------- steps */

/* Whom the words name. */
static int
find_target(struct play *play, struct target *target)
{
	const struct step *step = play->step;
	char *const words[] = { step->words[0].data, step->words[1].data,
		step->words[2].data };

	if (step->count == 0 && play->target.count == 0)
		return fail(play, PF_CLIENT_SCRIPT,
		    "neither it nor the command line names a server");
	if (step->count == 0)
		*target = play->target;
	else if (step->count == 2 && strcmp(words[0], "unix") == 0)
		return target_unix(target, words[1], play->e);
	else if (step->count == 2)
		return target_find(target, words[0], words[1], false, play->e);
	else if (step->count == 3 && strcmp(words[0], "udp") == 0)
		return target_find(target, words[1], words[2], true, play->e);
	else
		return fail(play, PF_CLIENT_SCRIPT,
		    "it takes HOST PORT, udp HOST PORT or unix PATH");
	return 0;
}

static int
do_connect(struct play *play)
{
	struct target target;

	fd_close(&play->fd);
	if (find_target(play, &target) == -1)
		return -1;
	play->type = target.type;
	play->fd =
	    target_connect(&target, clock_ms() + play->timeout_ms, play->e);
	return play->fd != -1 ? 0 : -1;
}

static int
send_all(struct play *play, const char *data, size_t bytes, int64_t deadline_ms)
{
	ssize_t sent;

	while (bytes > 0) {
		sent = send(play->fd, data, bytes, MSG_NOSIGNAL);
		if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (await(play, POLLOUT, deadline_ms) == -1)
				return -1;
		} else if (sent == -1 && errno != EINTR) {
			return fail_errno(play);
		} else if (sent > 0) {
			data += sent;
			bytes -= (size_t)sent;
		}
	}
	return 0;
}

static int
do_send(struct play *play)
{
	int64_t deadline_ms = clock_ms() + play->timeout_ms, i;

	for (i = 0; i < play->step->number; i++)
		if (send_all(play, play->step->words[0].data,
			play->step->words[0].bytes, deadline_ms) == -1)
			return -1;
	return 0;
}

static ssize_t
receive(struct play *play, char *data, size_t bytes, int64_t deadline_ms)
{
	ssize_t got;

	for (;;) {
		if (await(play, POLLIN, deadline_ms) == -1)
			return -1;
		got = recv(play->fd, data, bytes, 0);
		if (got >= 0)
			return got;
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return fail_errno(play);
	}
}

/* As much as is told apart in a line. */
static int
tell_difference(const struct play *play, char *got, size_t bytes)
{
	char text[200], quoted[160];
	struct json json;

	json_begin(&json, quoted, sizeof(quoted));
	got[bytes < 20 ? bytes : 20] = '\0';
	json_text(&json, NULL, got);
	(void)snprintf(text, sizeof(text), "it got %zu bytes: %s%s", bytes,
	    quoted, bytes > 20 ? ".." : "");
	return fail(play, PF_CLIENT_WRONG, text);
}

static int
expect_into(struct play *play, char *got)
{
	size_t wanted = play->step->words[0].bytes, have = 0;
	int64_t deadline_ms = clock_ms() + play->timeout_ms;
	ssize_t some;

	while (have < wanted) {
		some = receive(play, got + have, wanted - have, deadline_ms);
		if (some == -1)
			return -1;
		if (some == 0)
			return have == 0 ?
			    fail(play, PF_CLIENT_WRONG, "the server ended") :
			    tell_difference(play, got, have);
		have += (size_t)some;
		if (memcmp(got, play->step->words[0].data, have) != 0)
			return tell_difference(play, got, have);
		if (play->type == SOCK_DGRAM && have < wanted)
			return tell_difference(play, got, have);
	}
	return 0;
}

static int
do_expect(struct play *play)
{
	char *got = malloc(play->step->words[0].bytes + 32);
	int result;

	if (got == NULL)
		return fail(play, PF_SYSCALL, "no memory");
	result = expect_into(play, got);
	free(got);
	return result;
}

static int
do_eof(struct play *play)
{
	char byte[32];
	ssize_t got = receive(play, byte, 20, clock_ms() + play->timeout_ms);

	if (got <= 0)
		return (int)got;
	return tell_difference(play, byte, (size_t)got);
}

static int
do_pause(struct play *play)
{
	int64_t end_ms = clock_ms() + play->step->number;

	while (clock_ms() < end_ms)
		(void)poll(NULL, 0, clock_timeout(end_ms, clock_ms()));
	return 0;
}

static int
do_within(struct play *play)
{
	play->timeout_ms = play->step->number;
	return 0;
}

static int
do_shut(struct play *play)
{
	return shutdown(play->fd, SHUT_WR) == 0 ? 0 : fail_errno(play);
}

/* POSIX.1-2008, SO_LINGER with no time: the kernel drops what is unsent, and
 * TCP says RST. */
static int
do_reset(struct play *play)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(play->fd, SOL_SOCKET, SO_LINGER, &linger,
	    sizeof(linger));
	fd_close(&play->fd);
	return 0;
}

static int
do_close(struct play *play)
{
	fd_close(&play->fd);
	return 0;
}

static const struct {
	int (*run)(struct play *play);
	bool connected; /* it needs a connection */
} actions[STEP_KINDS] = {
	[STEP_CONNECT] = { do_connect, false },
	[STEP_SEND] = { do_send, true },
	[STEP_EXPECT] = { do_expect, true },
	[STEP_EOF] = { do_eof, true },
	[STEP_PAUSE] = { do_pause, false },
	[STEP_WITHIN] = { do_within, false },
	[STEP_SHUT] = { do_shut, true },
	[STEP_RESET] = { do_reset, true },
	[STEP_CLOSE] = { do_close, true },
};

/* The first step needs none to connect where the command line names whom. */
static int
need_connection(struct play *play)
{
	static const struct step connect = { .kind = STEP_CONNECT };
	const struct step *step = play->step;
	int result;

	if (play->fd != -1)
		return 0;
	if (play->target.count == 0)
		return fail(play, PF_CLIENT_SCRIPT, "there is no connection");
	play->step = &connect;
	result = do_connect(play);
	play->step = step;
	return result;
}

static int
play_all(struct play *play)
{
	size_t i;

	for (i = 0; i < play->script->count; i++) {
		play->step = &play->script->steps[i];
		if (actions[play->step->kind].connected &&
		    need_connection(play) == -1)
			return -1;
		if (actions[play->step->kind].run(play) == -1)
			return -1;
	}
	return 0;
}

static void
print_json(const struct script *script)
{
	char text[128];
	struct json json;

	json_begin(&json, text, sizeof(text));
	json_open(&json, NULL, '{');
	json_bool(&json, "ok", true);
	json_number(&json, "steps", (int64_t)script->count);
	json_close(&json, '}');
	(void)printf("%s\n", text);
}

int
run_script(const struct options *options)
{
	struct error e;
	struct script script;
	struct play play = { .options = options,
		.script = &script,
		.fd = -1,
		.timeout_ms = options->timeout_ms,
		.e = &e };
	int result = script_open(&script, options->words[0], &e);

	if (result == 0 &&
	    (options->word_count > 1 || options->unix_path != NULL))
		result = options_target(options, options->words + 1,
		    &play.target, &e);
	if (result == 0)
		result = play_all(&play);
	fd_close(&play.fd);
	if (result == 0 && options->json)
		print_json(&script);
	script_close(&script);
	return result == 0 ? 0 : command_fail_with(&e);
}
