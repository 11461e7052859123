/*
 * A connection's question to the master.  While its answer is on the way the
 * worker obeys whatever else it is told.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "worker/state.h"

/* A master that does not read must not hold the worker up in a send. */
static bool
channel_has_room(const struct worker *worker)
{
	struct pollfd item = { .fd = worker->channel.fd, .events = POLLOUT };

	return poll(&item, 1, 0) == 1 && (item.revents & POLLOUT) != 0;
}

bool
ask_answered(struct worker *worker, const struct channel_message *answer)
{
	/* One that comes too late has the number of a question before. */
	if (worker->answer == NULL || answer->value != worker->answer->value)
		return false;
	*worker->answer = *answer;
	worker->answer = NULL;
	return true;
}

/* Until worker->answer is NULL.  0, or an errno. */
static int
await_answer(struct worker *worker, int64_t deadline_ms)
{
	struct pollfd item = { .fd = worker->channel.fd, .events = POLLIN };
	int64_t now_ms = clock_ms();

	while (worker->answer != NULL) {
		if (worker->orphan)
			return EPIPE;
		if (now_ms >= deadline_ms)
			return ETIMEDOUT;
		if (poll(&item, 1, clock_timeout(deadline_ms, now_ms)) == 1)
			(void)orders_obey(worker);
		now_ms = clock_ms();
	}
	return 0;
}

int
ask_master(void *arg, enum channel_question question,
    struct channel_message *message, int64_t deadline_ms)
{
	struct worker *worker = arg;

	/* The channel is the worker's, not its copy's. */
	errno = ENOTSUP;
	if (worker_is_copy)
		return -1;
	errno = ETIMEDOUT;
	if (!channel_has_room(worker))
		return -1;
	message->type = CHANNEL_ASK;
	message->value = ++worker->asked << ASK_KIND_BITS | (uint32_t)question;
	message->fd = -1;
	if (channel_send(worker->channel.fd, message) == -1)
		return -1;
	worker->answer = message;
	errno = await_answer(worker, deadline_ms);
	worker->answer = NULL;
	/* So that the accept loop looks at what was found here. */
	worker->look = true;
	return errno == 0 ? 0 : -1;
}
