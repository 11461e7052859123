/*
 * The verb echo: one word there and back.
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

struct exchange {
	const struct target *target;
	int fd;
	int64_t deadline_ms;
	const char *word;
	size_t bytes, sent, received;
	char *answer; /* of `bytes` and a NUL */
};

static int
fail(const struct exchange *x, const char *call, struct error *e)
{
	return error_set(e,
	    errno == ECONNREFUSED ? PF_CLIENT_REFUSED : PF_CLIENT_WRONG,
	    "%s: %s: %s, after %zu of %zu bytes came back", x->target->text,
	    call, strerror(errno), x->received, x->bytes);
}

static bool
is_transient(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static int
send_some(struct exchange *x, struct error *e)
{
	ssize_t sent =
	    send(x->fd, x->word + x->sent, x->bytes - x->sent, MSG_NOSIGNAL);

	if (sent == -1 && !is_transient())
		return fail(x, "send", e);
	if (sent > 0)
		x->sent += (size_t)sent;
	return 0;
}

static int
receive_some(struct exchange *x, struct error *e)
{
	ssize_t got =
	    recv(x->fd, x->answer + x->received, x->bytes - x->received, 0);

	if (got == -1)
		return is_transient() ? 0 : fail(x, "recv", e);
	if (got == 0)
		return error_set(e, PF_CLIENT_WRONG,
		    "%s: the server ended after %zu of %zu bytes",
		    x->target->text, x->received, x->bytes);
	x->received += (size_t)got;
	return 0;
}

/* Both ways at once: a word may be longer than the buffers between. */
static int
exchange(struct exchange *x, struct error *e)
{
	struct pollfd item = { .fd = x->fd };
	int found;

	while (x->received < x->bytes) {
		item.events = x->sent < x->bytes ? POLLIN | POLLOUT : POLLIN;
		found =
		    poll(&item, 1, clock_timeout(x->deadline_ms, clock_ms()));
		if (found == -1 && errno == EINTR)
			continue;
		if (found == -1)
			return error_set(e, PF_SYSCALL, "poll: %s",
			    strerror(errno));
		if (found == 0)
			return error_set(e, PF_CLIENT_LATE,
			    "%s: %zu of %zu bytes came back in time",
			    x->target->text, x->received, x->bytes);
		if ((item.revents & POLLOUT) != 0 && send_some(x, e) == -1)
			return -1;
		if ((item.revents & ~POLLOUT) != 0 && receive_some(x, e) == -1)
			return -1;
	}
	return 0;
}

/* One there, one back. */
static int
exchange_datagram(struct exchange *x, struct error *e)
{
	ssize_t got;
	int found;

	if (send(x->fd, x->word, x->bytes, 0) == -1)
		return fail(x, "send", e);
	found = target_await(x->fd, POLLIN, x->deadline_ms);
	if (found == 0)
		return error_set(e, PF_CLIENT_LATE, "%s: no datagram came back",
		    x->target->text);
	got = recv(x->fd, x->answer, x->bytes, 0);
	if (got == -1)
		return fail(x, "recv", e);
	x->received = (size_t)got;
	return 0;
}

static void
print(const struct options *options, const struct exchange *x)
{
	size_t room = x->received * 6 + 64;
	char *text = options->json ? malloc(room) : NULL;
	struct json json;

	x->answer[x->received] = '\0';
	if (text == NULL) {
		(void)printf("Received: ");
		(void)fwrite(x->answer, 1, x->received, stdout);
		(void)printf("\n");
		return;
	}
	json_begin(&json, text, room);
	json_open(&json, NULL, '{');
	json_text(&json, "received", x->answer);
	json_close(&json, '}');
	(void)printf("%s\n", text);
	free(text);
}

static int
talk(const struct options *options, struct exchange *x)
{
	struct error e = { .id = PF_CLIENT_WRONG };
	int result =
	    options->datagrams ? exchange_datagram(x, &e) : exchange(x, &e);

	if (result == 0 || x->received > 0)
		print(options, x);
	if (result == -1)
		return command_fail_with(&e);
	if (x->received == x->bytes &&
	    memcmp(x->word, x->answer, x->bytes) == 0)
		return 0;
	return command_fail(PF_CLIENT_WRONG, "that is not what was sent");
}

int
run_echo(const struct options *options)
{
	const char *word = options->words[options->word_count - 1];
	struct target target;
	struct exchange x = { .target = &target,
		.word = word,
		.bytes = strlen(word),
		.deadline_ms = clock_ms() + options->timeout_ms };
	struct error e;
	int code;

	if (options->datagrams && x.bytes > OPTIONS_DATAGRAM_BYTES)
		return command_fail(PF_USAGE,
		    "a datagram has no room for that");
	if (options_target(options, options->words, &target, &e) == -1)
		return command_fail_with(&e);
	x.fd = target_connect(&target, x.deadline_ms, &e);
	if (x.fd == -1)
		return command_fail_with(&e);
	x.answer = malloc(x.bytes + 1);
	code = x.answer != NULL ? talk(options, &x) :
				  command_fail(PF_SYSCALL, "no memory");
	free(x.answer);
	fd_close(&x.fd);
	return code;
}
