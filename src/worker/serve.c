/*
 * The accept loop.  Accept first, wait only when nothing is queued: under
 * load a connection costs accept, the handler's calls and close.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "listener/accept.h"
#include "scoreboard/tally.h"
#include "worker/state.h"

static const struct sockaddr *
bound_address(const struct worker *worker, int from)
{
	if (from < 0)
		return NULL;
	return (const struct sockaddr *)&worker->listeners[from]
	    .endpoint.address;
}

/* Of a handler that uses the descriptor itself the socket keeps the limits,
 * and the master hears of progress that is always to come. */
static void
limit_bare(struct worker *worker)
{
	const struct conn_limits *limits = &worker->context.limits;

	conn_limit_socket(worker->conn.fd, limits);
	if (limits->idle_ms > 0)
		slot_active(worker->setup->slot, INT64_MAX);
}

/* A copy that the handler forked and let return is no worker: to send what was
 * kept, and to end the connection, is for the one who has forked it. */
static void
end_copy(void)
{
	if (worker_is_copy)
		_exit(EX_OK);
}

static int
handle(struct worker *worker, int from)
{
	struct prefork_conn *conn = &worker->conn;
	int result;

	if (worker->module.descriptor == NULL) {
		limit_bare(worker);
		worker->module.handle_client(conn->fd);
		end_copy();
		conn_end_bare(conn, bound_address(worker, from));
		return 0;
	}
	result = worker->module.descriptor->handle(conn);
	end_copy();
	conn_end(conn);
	return result;
}

/* A handler closed 0, 1 or 2: the next write to stderr would go to the
 * client. */
static void
leave_stdio_alone(struct prefork_conn *conn)
{
	int fd = fcntl(conn->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (fd == -1)
		return;
	(void)close(conn->fd);
	conn->fd = fd;
	(void)fd_ensure_stdio();
}

/* A PROXY header comes first: what is asked then is asked of whom it names. */
static bool
is_admitted(struct worker *worker)
{
	bool is_proxied = proxy_is_required(&worker->service->settings->proxy);

	if (is_proxied && !proxy_admit(worker))
		return false;
	if (worker->service->admission == NULL || admit(worker))
		return true;
	if (is_proxied)
		slot_set_state(worker->setup->slot, SLOT_IDLE, worker->now_ms);
	return false;
}

void
serve_ended(struct worker *worker, int64_t begun_us, int result)
{
	struct tally_entry entry = {
		.begun_us = begun_us,
		.first_us = worker->conn.first_us,
		.ended_us = clock_us(),
		.received = worker->conn.received,
		.sent = worker->conn.sent,
	};

	worker->ended_us = entry.ended_us;
	worker->now_ms = entry.ended_us / 1000;
	if (worker->access.on)
		access_end(worker, &entry, result);
	if (worker->conn.timed_out)
		slot_count_timeout(worker->setup->slot);
	slot_end(worker->setup->slot, result != 0, worker->now_ms);
	tally_count(worker->setup->tally, &entry);
}

/* worker->conn has fd and peer. */
static void
serve_accepted(struct worker *worker, int from)
{
	struct scoreboard_slot *slot = worker->setup->slot;
	int64_t begun_us = clock_us();

	/* First of all: a refusal may be told on stderr. */
	if (worker->conn.fd <= STDERR_FILENO)
		leave_stdio_alone(&worker->conn);
	conn_begin(&worker->conn, &worker->context, worker->connections + 1);
	if (worker->access.on)
		access_begin(worker);
	if (!is_admitted(worker))
		return;
	worker->connections++;
	/* A header may have been long in coming. */
	slot_begin(slot, (struct sockaddr *)&worker->conn.peer,
	    proxy_is_required(&worker->service->settings->proxy) ?
		clock_ms() :
		begun_us / 1000);
	/* The master believes it only of one whose slot says that it served. */
	recycle_begun(worker);
	serve_ended(worker, begun_us, handle(worker, from));
	recycle_ended(worker);
}

void
serve_connection(struct worker *worker, int fd, int from)
{
	struct prefork_conn *conn = &worker->conn;

	conn->fd = fd;
	conn->peer_length = sizeof(conn->peer);
	memset(&conn->peer, 0, sizeof(conn->peer));
	if (getpeername(fd, (struct sockaddr *)&conn->peer,
		&conn->peer_length) == -1)
		conn->peer_length = sizeof(sa_family_t);
	serve_accepted(worker, from);
}

enum accept_answer
serve_next(struct worker *worker, int from)
{
	struct prefork_conn *conn = &worker->conn;
	enum accept_answer answer;

	if (worker->listeners[from].endpoint.type == SOCK_DGRAM)
		return datagram_next(worker, from);
	conn->peer_length = sizeof(conn->peer);
	answer = accept_connection(worker->listeners[from].fd, &conn->fd,
	    &conn->peer, &conn->peer_length);
	if (answer == ACCEPT_OK)
		serve_accepted(worker, from);
	return answer;
}

/* Not spinning, and not for long: the master is not heard meanwhile. */
static void
pause_for_resource(struct worker *worker, int error)
{
	int pause_ms = 10 << worker->shortages;

	slot_count_shortage(worker->setup->slot);
	if (worker->shortages == 0) {
		(void)channel_send_type(worker->channel.fd, CHANNEL_HELP);
		log_event(PF_ACCEPT_PAUSED, "accept on %s: %s; trying again",
		    worker->listeners[worker->last].text, strerror(error));
	}
	(void)poll(NULL, 0, pause_ms);
	if (++worker->shortages == SHORTAGE_TRIES)
		worker->sick = true;
}

/* At a stop the door is shut; the order that says so came before. */
static void
listener_broken(struct worker *worker, int error)
{
	if (orders_obey(worker)) {
		worker->look = true;
		return;
	}
	log_event(PF_ACCEPT_FAILED, "accept on %s: %s",
	    worker->listeners[worker->last].text, strerror(error));
	worker->sick = true;
}

static void
wait_for_connection(struct worker *worker)
{
	int tick_ms = -1, found;
	bool more;

	if (worker->module.descriptor != NULL &&
	    worker->module.descriptor->worker_tick != NULL)
		tick_ms = 1000;
	found = waiter_wait(worker->waiter, worker->last, tick_ms, &more);
	worker->in_a_row = 0;
	if (found >= 0) {
		worker->last = found;
		/* Woken for two, it can take one; who was woken for that one
		 * finds nothing and sleeps on. */
		if (more)
			(void)channel_send_type(worker->channel.fd,
			    CHANNEL_HELP);
		return;
	}
	if (found == WAIT_BROKEN) {
		listener_broken(worker, EINVAL);
		return;
	}
	if (found == WAIT_NOTHING)
		sigpipe_drain();
	if (found == WAIT_NOTHING && tick_ms > 0)
		worker->module.descriptor
		    ->worker_tick(worker->context.worker_data);
	worker->look = true;
}

/* Does another listener wait its turn? */
static void
take_turns(struct worker *worker)
{
	int found;
	bool more;

	if (worker->listener_count == 1 || ++worker->in_a_row < LISTENER_TURN)
		return;
	worker->in_a_row = 0;
	found = waiter_wait(worker->waiter, worker->last, 0, &more);
	if (found >= 0)
		worker->last = found;
}

/* Asked to look: the connection may be at any of the listeners. */
static bool
serve_another(struct worker *worker)
{
	int i, index, count = (int)worker->listener_count;

	worker->look_all = false;
	for (i = 1; i < count; i++) {
		index = (worker->last + i) % count;
		if (serve_next(worker, index) != ACCEPT_EMPTY) {
			worker->last = index;
			worker->in_a_row = 0;
			worker->look_all = true;
			return true;
		}
	}
	return false;
}

/*
 * An accept that finds nothing costs the kernel ten times what a wait costs
 * that finds something: it makes a socket and a file and throws them away.  So
 * who has found nothing waits before the next few accepts, unless it was asked
 * to look: for what is there then another one was woken.
 */
static bool
waited_first(struct worker *worker)
{
	if (worker->wait_first == 0 || worker->look_all)
		return false;
	worker->wait_first--;
	wait_for_connection(worker);
	return true;
}

void
serve(struct worker *worker)
{
	while (!worker->sick) {
		if (orders_pending(worker) && orders_obey(worker))
			return;
		if (waited_first(worker) && (worker->look || worker->sick))
			continue;
		switch (serve_next(worker, worker->last)) {
		case ACCEPT_OK:
			worker->shortages = 0;
			take_turns(worker);
			break;
		case ACCEPT_EMPTY:
			worker->shortages = 0;
			worker->broken = 0;
			worker->wait_first = WAIT_FIRST;
			if (!worker->look_all || !serve_another(worker))
				wait_for_connection(worker);
			break;
		case ACCEPT_AGAIN:
			if (++worker->broken > BROKEN_MAX)
				listener_broken(worker, errno);
			break;
		case ACCEPT_SHORTAGE:
			pause_for_resource(worker, errno);
			break;
		case ACCEPT_BROKEN:
			listener_broken(worker, errno);
			break;
		}
	}
}
