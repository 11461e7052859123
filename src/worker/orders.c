/*
 * What a worker is told: by the order word in shared memory (one load), by
 * messages in its channel, by signals from strangers.
 * Runs in: worker.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "worker/state.h"

bool
orders_pending(const struct worker *worker)
{
	return worker->look ||
	    slot_orders(worker->setup->slot) != worker->seen_orders ||
	    sigpipe_pending(SIGTERM) || sigpipe_pending(SIGQUIT) ||
	    worker->now_ms - worker->checked_ms >= MASTER_CHECK_MS;
}

static void
note_empty(struct worker *worker, uint32_t value)
{
	uint32_t index = value & ~EMPTY_BOUNDED;

	if (index < worker->listener_count)
		worker->empty[index] =
		    (value & EMPTY_BOUNDED) != 0 ? EMPTY_SOON : EMPTY_WHOLLY;
}

static void
obey_message(struct worker *worker, struct channel_message *message)
{
	switch (message->type) {
	case CHANNEL_GO:
		worker->admitted = true;
		break;
	case CHANNEL_RETIRE:
		worker->retired = true;
		break;
	case CHANNEL_DRAIN:
		worker->draining = true;
		break;
	case CHANNEL_SERVE:
		/* No descriptor was free for it; the master has it still. */
		worker->sick = message->fd < 0;
		if (worker->sick)
			return;
		serve_connection(worker, message->fd,
		    message->value < worker->listener_count ?
			(int)message->value :
			-1);
		(void)channel_send_fd(worker->channel.fd, CHANNEL_DONE,
		    DONE_FREE, -1);
		return;
	case CHANNEL_EMPTY:
		note_empty(worker, message->value);
		break;
	case CHANNEL_LOOK:
		worker->look_all = true;
		break;
	case CHANNEL_REOPEN:
		log_adopt(message->value, message->fd);
		return;
	case CHANNEL_ACCESS:
		access_adopt(worker, message->fd);
		return;
	case CHANNEL_ANSWER:
		if (ask_answered(worker, message))
			return;
		break;
	default:
		break;
	}
	if (message->fd >= 0)
		(void)close(message->fd);
}

static void
read_message(struct worker *worker)
{
	struct channel_message message;

	switch (channel_receive(&worker->channel, &message)) {
	case CHANNEL_MESSAGE:
		obey_message(worker, &message);
		break;
	case CHANNEL_NOTHING:
		break;
	case CHANNEL_EOF:
	case CHANNEL_GARBAGE:
		worker->orphan = true;
		break;
	}
}

static bool
channel_has_bytes(const struct worker *worker)
{
	struct pollfd item = { .fd = worker->channel.fd, .events = POLLIN };

	return poll(&item, 1, 0) == 1;
}

bool
orders_obey(struct worker *worker)
{
	uint32_t word = slot_orders(worker->setup->slot);

	bool term = sigpipe_take(SIGTERM, NULL),
	     quit = sigpipe_take(SIGQUIT, NULL);

	worker->look = false;
	worker->now_ms = worker->checked_ms = clock_ms();
	worker->seen_orders = word;
	if ((word & ORDER_RETIRE) != 0)
		worker->retired = true;
	if ((word & ORDER_DRAIN) != 0)
		worker->draining = true;
	while (!worker->orphan && channel_has_bytes(worker))
		read_message(worker);
	/* In a stop the master may be handing us a connection this moment:
	 * then only its word ends us. */
	if ((term || quit || worker->leave_next) && !worker->draining)
		worker->retired = true;
	return worker->orphan || worker->retired || worker->draining;
}

void
orders_wait(struct worker *worker)
{
	struct pollfd items[2] = {
		{ .fd = worker->channel.fd, .events = POLLIN },
		{ .fd = sigpipe_fd(), .events = POLLIN },
	};

	if (poll(items, 2, -1) <= 0)
		return;
	if (items[1].revents != 0)
		sigpipe_drain();
	(void)orders_obey(worker);
}

static bool
is_told(const struct worker *worker)
{
	return worker->retired || worker->draining || worker->orphan ||
	    worker->sick || worker->leave_next ||
	    (slot_orders(worker->setup->slot) & (ORDER_RETIRE | ORDER_DRAIN)) !=
	    0 ||
	    sigpipe_pending(SIGTERM) || sigpipe_pending(SIGQUIT);
}

/* A handler can ask all the time; its copies are nobody's workers. */
bool
orders_leaving(void *arg)
{
	struct worker *worker = arg;
	int64_t now_ms;

	if (is_told(worker))
		return true;
	now_ms = clock_ms();
	if (now_ms - worker->checked_ms < MASTER_CHECK_MS || worker_is_copy)
		return false;
	worker->checked_ms = now_ms;
	worker->orphan = getppid() != worker->setup->master_pid;
	worker->look = worker->look || worker->orphan;
	return worker->orphan;
}

int
orders_wait_with(void *arg, int fd, int timeout_ms)
{
	struct worker *worker = arg;
	struct pollfd items[3] = {
		{ .fd = worker->channel.fd, .events = POLLIN },
		{ .fd = sigpipe_fd(), .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	int ready;

	/* The channel is the worker's, not its copy's. */
	if (worker_is_copy)
		return poll(&items[2], 1, timeout_ms);
	ready = poll(items, 3, timeout_ms);
	if (ready <= 0 || (items[0].revents | items[1].revents) == 0)
		return ready;
	if ((items[1].revents & POLLNVAL) != 0)
		worker->sick = true;
	else if (items[1].revents != 0)
		sigpipe_drain();
	(void)orders_obey(worker);
	/* So that the accept loop looks at what was found here. */
	worker->look = true;
	return ready;
}

bool
orders_await_go(struct worker *worker)
{
	bool leaving = orders_obey(worker);

	while (!leaving && !worker->admitted) {
		orders_wait(worker);
		leaving = worker->orphan || worker->retired || worker->draining;
	}
	return !leaving;
}
