/*
 * One request to the daemon and its answer.
 * Runs in: preforkctl.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "preforkctl/talk.h"
#include "wire/control.h"

/* How soon to try again where the queue is full. */
#define AGAIN_MS 10

static int
wait_ms(int64_t deadline_ms)
{
	int64_t left;

	if (deadline_ms == CLOCK_NEVER)
		return -1;
	left = deadline_ms - clock_ms();
	if (left < 0)
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

/* A daemon that is stopped takes nobody in; its queue may be full. */
static int
try_connect(int fd, const struct sockaddr_un *address, int64_t deadline_ms)
{
	while (connect(fd, (const struct sockaddr *)address,
		   sizeof(*address)) == -1) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -1;
		if (wait_ms(deadline_ms) == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		(void)poll(NULL, 0, AGAIN_MS);
	}
	return 0;
}

static enum msg_id
id_of(int error)
{
	if (error == ETIMEDOUT)
		return PF_CONTROL_LATE;
	return error == EACCES || error == EPERM ? PF_CONTROL_DENIED :
						   PF_CONTROL_ABSENT;
}

static int
reach(const char *path, int64_t deadline_ms, struct error *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(e, PF_CONTROL_ABSENT,
		    "%s: the path of a socket is at most %zu bytes long", path,
		    sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	fd = fd_socket(AF_UNIX, SOCK_STREAM, true);
	if (fd >= 0 && try_connect(fd, &address, deadline_ms) == 0)
		return fd;
	(void)error_set(e, id_of(errno), "nobody answers at %s: %s", path,
	    strerror(errno));
	fd_close(&fd);
	return -1;
}

/* Bytes, 0 at the end, -1 with `e`. */
static ssize_t
receive(int fd, char *data, size_t room, int64_t deadline_ms, struct error *e)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	ssize_t got;
	int ready;

	do {
		ready = poll(&item, 1, wait_ms(deadline_ms));
		if (ready == 0)
			return error_set(e, PF_CONTROL_LATE,
			    "the outcome is not known yet");
		got = ready > 0 ? recv(fd, data, room, 0) : -1;
	} while (got == -1 && (errno == EINTR || errno == EAGAIN));
	/* Reset: it ended. */
	return got == -1 ? 0 : got;
}

static void
take_line(const char *line, struct answer *answer)
{
	const char *text;
	int code = control_last(line, &text);

	if (code != -1) {
		answer->code = code;
		answer->ended = false;
		(void)snprintf(answer->text, sizeof(answer->text), "%s", text);
	} else if (strcmp(line, "+" CONTROL_REPLACING) == 0) {
		answer->replaced = true;
	} else if (line[0] == '+' && answer->take != NULL) {
		answer->take(answer->arg, line + 1);
	} else if (line[0] == '+') {
		(void)sscanf(line, "+{\"seq\":%lld", &answer->last_event);
		(void)printf("%s%s", line + 1, answer->joined ? "" : "\n");
	}
}

/* What is whole of the first *have bytes. */
static void
take_lines(char *data, size_t *have, struct answer *answer)
{
	char *line = data, *end;

	while ((end = memchr(line, '\n', *have - (size_t)(line - data))) !=
	    NULL) {
		*end = '\0';
		take_line(line, answer);
		line = end + 1;
	}
	/* Who waits for the next event has seen this one. */
	(void)fflush(stdout);
	*have -= (size_t)(line - data);
	memmove(data, line, *have);
}

static int
listen_to(int fd, int64_t deadline_ms, struct answer *answer, struct error *e)
{
	char data[CONTROL_ANSWER_BYTES * 4];
	size_t have = 0;
	ssize_t got;

	while ((got = receive(fd, data + have, sizeof(data) - have, deadline_ms,
		    e)) > 0) {
		have += (size_t)got;
		take_lines(data, &have, answer);
		if (have == sizeof(data))
			have = 0; /* no line of ours is so long */
	}
	return got == 0 ? 0 : -1;
}

int
talk(const char *path, const char *request, int64_t deadline_ms,
    struct answer *answer, struct error *e)
{
	char line[CONTROL_REQUEST_BYTES];
	int fd, length, result = 0;

	*answer = (struct answer) { .joined = answer->joined,
		.take = answer->take,
		.arg = answer->arg,
		.last_event = answer->last_event,
		.ended = true };
	length =
	    snprintf(line, sizeof(line), CONTROL_GREETING " %s\n", request);
	fd = reach(path, deadline_ms, e);
	if (fd == -1)
		return -1;
	/* A socket that says at once what is wrong may not take it whole. */
	if (send(fd, line, (size_t)length, MSG_NOSIGNAL) == -1 &&
	    errno != EPIPE && errno != ECONNRESET)
		result = error_set(e, PF_CONTROL_ABSENT, "%s: %s", path,
		    strerror(errno));
	if (result == 0)
		result = listen_to(fd, deadline_ms, answer, e);
	fd_close(&fd);
	if (answer->joined && result == 0 && answer->code == 0)
		(void)printf("\n");
	return result;
}
