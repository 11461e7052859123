/*
 * How a worker goes: no connection that it might have been woken for is left
 * behind, and nothing that the kernel has queued is lost when it is the one
 * who shuts the door.
 * Runs in: worker.
 */
#include "config.h"

#include <sysexits.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "worker/state.h"

/* Bound on the last service of a worker whose master is dead, where the
 * system cannot stop new connections from joining the queue. */
#define ORPHAN_MS 1000
/* The same of one that only leaves: others serve on. */
#define LAST_MS 100
/* A dying master has let go of its children within. */
#define PARENT_MS 500
/* Handshakes that were under way when a listener was quietened end within. */
#define HANDSHAKE_MS 10

static void
serve_queue(struct worker *worker, int from, int64_t end_ms)
{
	enum accept_answer answer;

	do
		answer = serve_next(worker, from);
	while ((answer == ACCEPT_OK || answer == ACCEPT_AGAIN) &&
	    clock_ms() < end_ms);
}

/*
 * An exclusive wake-up that came together with the order to go has woken
 * nobody else: serve what it was for.  After waiter_free no other can come.
 * TERM may have been sent to all workers at once, and of datagrams the master
 * takes none.
 */
static void
serve_last_wakeup(struct worker *worker)
{
	int64_t end_ms = clock_ms() + LAST_MS;
	size_t i;

	for (i = 0; i < worker->listener_count; i++) {
		if (worker->listeners[i].fd < 0)
			continue;
		if (worker->listeners[i].endpoint.type == SOCK_DGRAM)
			serve_queue(worker, (int)i, end_ms);
		else
			(void)serve_next(worker, (int)i);
	}
}

/* The master takes queued connections, of which it knows nothing; datagrams
 * only a worker can take. */
static void
serve_datagrams(struct worker *worker)
{
	int64_t soon_ms = clock_ms() + ORPHAN_MS;
	struct listener *listener;
	size_t i;

	for (i = 0; i < worker->listener_count; i++) {
		listener = &worker->listeners[i];
		if (listener->fd >= 0 && listener->endpoint.type == SOCK_DGRAM)
			serve_queue(worker, (int)i,
			    listener_quiet(listener) == 0 ? CLOCK_NEVER :
							    soon_ms);
	}
}

/*
 * Is the master really dead?  A handler can close or shut the channel; that
 * must not shut the door for everybody.  A process that ends closes its
 * descriptors before it stops being our parent, so this may take a moment.
 */
static bool
master_is_dead(const struct worker *worker)
{
	int64_t end_ms = clock_ms() + PARENT_MS;

	while (getppid() == worker->setup->master_pid) {
		if (clock_ms() >= end_ms)
			return false;
		(void)poll(NULL, 0, 1);
	}
	return true;
}

/* The master is dead and a new one wants the address. */
static void
serve_as_orphan(struct worker *worker)
{
	int64_t end_ms = clock_ms() + ORPHAN_MS;
	size_t i;

	log_event(PF_MASTER_GONE, "the master is gone; ending");
	for (i = 0; i < worker->listener_count; i++)
		(void)listener_quiet(&worker->listeners[i]);
	for (i = 0; i < worker->listener_count; i++)
		serve_queue(worker, (int)i, end_ms);
	(void)poll(NULL, 0, HANDSHAKE_MS);
	for (i = 0; i < worker->listener_count; i++) {
		serve_queue(worker, (int)i, end_ms);
		listener_refuse(&worker->listeners[i]);
	}
}

static void
close_listeners(struct worker *worker)
{
	size_t i;

	for (i = 0; i < worker->listener_count; i++)
		fd_close(&worker->listeners[i].fd);
}

/* A stop: the master holds what was queued and hands it out. */
static void
serve_what_is_handed(struct worker *worker)
{
	if (worker->admitted)
		serve_datagrams(worker);
	close_listeners(worker);
	slot_set_state(worker->setup->slot, SLOT_DRAINING, clock_ms());
	(void)channel_send_fd(worker->channel.fd, CHANNEL_DONE, DONE_FREE, -1);
	while (!worker->retired && !worker->orphan && !worker->sick)
		orders_wait(worker);
}

static void
run_exit_hook(const struct worker *worker)
{
	const struct prefork_module *d = worker->module.descriptor;

	if (d != NULL && d->worker_exit != NULL)
		d->worker_exit(worker->context.worker_data);
	(void)fflush(NULL);
}

/*
 * Of a listener that a reload left out: nobody else serves its queue.  Those
 * who are idle wait for the last handshakes; who was busy comes later and
 * finds what has become of it.
 */
static void
serve_left_out(struct worker *worker)
{
	int64_t end_ms[] = { [EMPTY_WHOLLY] = CLOCK_NEVER,
		[EMPTY_SOON] = clock_ms() + ORPHAN_MS };
	int turn;
	size_t i;

	if (memchr(worker->empty, EMPTY_WHOLLY, sizeof(worker->empty)) ==
		NULL &&
	    memchr(worker->empty, EMPTY_SOON, sizeof(worker->empty)) == NULL)
		return;
	for (turn = 0; turn < 2; turn++) {
		if (turn > 0)
			(void)poll(NULL, 0, HANDSHAKE_MS);
		for (i = 0; i < worker->listener_count; i++)
			if (worker->empty[i] != EMPTY_NOT)
				serve_queue(worker, (int)i,
				    end_ms[worker->empty[i]]);
	}
}

static void
serve_the_rest(struct worker *worker)
{
	/* Who was never let in has been woken for nobody, and its master may
	 * be one that only tries a handler. */
	if (!worker->admitted)
		return;
	if (worker->orphan && master_is_dead(worker))
		serve_as_orphan(worker);
	else if (worker->leave_next)
		/* Its handler is not well: others look for it. */
		(void)channel_send_type(worker->channel.fd, CHANNEL_HELP);
	else if (!worker->sick) {
		serve_last_wakeup(worker);
		serve_left_out(worker);
	}
}

_Noreturn void
leave(struct worker *worker)
{
	waiter_free(worker->waiter);
	serve_the_rest(worker);
	if (worker->draining && !worker->retired && !worker->orphan)
		serve_what_is_handed(worker);
	run_exit_hook(worker);
	if (worker->sick)
		_exit(EX_TEMPFAIL);
	(void)channel_send_fd(worker->channel.fd, CHANNEL_DONE, DONE_LEAVING,
	    -1);
	_exit(EX_OK);
}
