/*
 * The queues at a stop: taken from the kernel into the master's hands, so that
 * new connections can be refused at once, and handed to workers as they come
 * free.  A held connection is let go only when a worker has said that it is
 * done, or died after it had begun.
 * Not the stop itself (stop.c).
 * Runs in: master.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "listener/accept.h"
#include "master/state.h"
#include "scoreboard/census.h"

/* Connections that broke in the queue, passed over in one go: the master goes
 * back to its loop between. */
#define BROKEN_MAX   1000
#define HANDSHAKE_MS 20
/* Where the limit of descriptors cannot be learnt. */
#define HELD_MOST 256

/* Before a connection is taken, so that none is taken and dropped. */
static bool
make_room(struct stop *stop)
{
	size_t room = stop->held_room == 0 ? 64 : stop->held_room * 2;
	struct held_connection *grown;

	if (stop->held_open >= stop->held_most)
		return false;
	if (stop->held_count < stop->held_room)
		return true;
	grown = realloc(stop->held, room * sizeof(*grown));
	if (grown == NULL)
		return false;
	stop->held = grown;
	stop->held_room = room;
	return true;
}

static void
hold(struct stop *stop, int fd, unsigned service, unsigned listener)
{
	stop->held[stop->held_count++] = (struct held_connection) {
		.fd = fd, .service = service, .listener = listener
	};
	stop->held_open++;
}

/* Without a descriptor only this tells. */
static bool
is_empty(int listen_fd)
{
	struct pollfd item = { .fd = listen_fd, .events = POLLIN };

	return poll(&item, 1, 0) == 0;
}

/* False when something may be left that could not be taken. */
static bool
empty_queue(struct stop *stop, const struct listener *listener,
    unsigned service, unsigned index)
{
	struct sockaddr_storage peer;
	socklen_t length;
	enum accept_answer answer;
	int fd, broken = 0;

	if (listener->fd < 0 || listener->endpoint.type != SOCK_STREAM)
		return true;
	/* Workers share the flag, and a handler may have cleared it. */
	if (fd_set_nonblocking(listener->fd, true) == -1)
		return false;
	while (broken <= BROKEN_MAX && make_room(stop)) {
		length = sizeof(peer);
		answer = accept_connection(listener->fd, &fd, &peer, &length);
		if (answer == ACCEPT_AGAIN) {
			broken++;
			continue;
		}
		if (answer == ACCEPT_SHORTAGE)
			return is_empty(listener->fd);
		if (answer != ACCEPT_OK)
			return true;
		hold(stop, fd, service, index);
	}
	return false;
}

static bool
empty_queues(struct master *m)
{
	const struct generation *g = m->current->generation;
	unsigned i, k;
	bool all = true;

	for (i = 0; i < g->service_count; i++)
		for (k = 0; k < g->services[i].listeners->count; k++)
			all = empty_queue(&m->stop,
				  &g->services[i].listeners->items[k]->listener,
				  i, k) &&
			    all;
	return all;
}

static void
quiet_listeners(struct master *m)
{
	const struct generation *g = m->current->generation;
	unsigned i, k;

	for (i = 0; i < g->service_count; i++)
		for (k = 0; k < g->services[i].listeners->count; k++)
			(void)listener_quiet(&g->services[i]
						  .listeners->items[k]
						  ->listener);
}

void
held_close_listeners(struct master *m)
{
	const struct generation *g = m->current->generation;
	struct listener *listener;
	unsigned i, k;

	for (i = 0; i < g->service_count; i++)
		for (k = 0; k < g->services[i].listeners->count; k++) {
			listener =
			    &g->services[i].listeners->items[k]->listener;
			listener_refuse(listener);
			listener_close(listener);
		}
	m->stop.queue_closed = true;
}

static struct held_connection *
next_held(struct stop *stop, unsigned service)
{
	size_t i;

	while (stop->held_next < stop->held_count &&
	    stop->held[stop->held_next].fd == -1)
		stop->held_next++;
	for (i = stop->held_next; i < stop->held_count; i++)
		if (stop->held[i].fd >= 0 && !stop->held[i].given &&
		    stop->held[i].service == service)
			return &stop->held[i];
	return NULL;
}

static uint64_t
accepted_by(const struct worker_record *record)
{
	struct census census;

	census_read(&record->master->board.slot[record->cell], &census);
	return census.accepted;
}

void
held_settle(struct worker_record *record, bool dead)
{
	struct stop *stop = &record->master->stop;
	struct held_connection *held;
	size_t handed = record->handed;

	record->handed = 0;
	if (handed == 0 || handed > stop->held_count)
		return;
	held = &stop->held[handed - 1];
	held->given = false;
	if (dead && accepted_by(record) == held->accepted)
		return;
	fd_close(&held->fd);
	stop->held_open--;
}

/* A worker whose channel is full or broken is not the one to get it. */
static void
hand_to(struct worker_record *record)
{
	struct stop *stop = &record->master->stop;
	struct held_connection *held = next_held(stop, record->crew->service);

	if (held != NULL) {
		held->accepted = accepted_by(record);
		if (channel_send_fd(record->channel.fd, CHANNEL_SERVE,
			held->listener, held->fd) == -1)
			return;
		held->given = true;
		record->handed = (size_t)(held - stop->held) + 1;
		record->parked = false;
		record->leaving = false;
		return;
	}
	/* While descriptors are short, the channel of one who has nothing to
	 * do is worth a connection; but one must be there to serve it. */
	if (!stop->queue_closed && !(stop->is_short && record->crew->alive > 1))
		return;
	record->parked = false;
	scoreboard_order(&record->master->board, record->cell, ORDER_RETIRE);
	(void)channel_send_type(record->channel.fd, CHANNEL_RETIRE);
}

/* Who was stopped says nothing until somebody lets it go on. */
static bool
is_free(const struct worker_record *record)
{
	return record->parked && !record->stopped;
}

static void
hand_over(struct master *m)
{
	unsigned i;

	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL && is_free(m->records[i]))
			hand_to(m->records[i]);
}

static unsigned
count_waiting(const struct stop *stop, unsigned service)
{
	unsigned count = 0;
	size_t i;

	for (i = stop->held_next; i < stop->held_count; i++)
		if (stop->held[i].fd >= 0 && !stop->held[i].given &&
		    stop->held[i].service == service)
			count++;
	return count;
}

/* Workers that are free or will be without anybody's finishing. */
static unsigned
count_available(const struct master *m, const struct crew *crew)
{
	unsigned i, count;

	count = pool_count(&crew->pool, POOL_STARTING) +
	    pool_count(&crew->pool, POOL_READY) +
	    pool_count(&crew->pool, POOL_BACKOFF);
	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL && m->records[i]->crew == crew &&
		    is_free(m->records[i]))
			count++;
	return count;
}

static unsigned
count_stopped(const struct master *m, const struct crew *crew)
{
	unsigned i, count = 0;

	for (i = 0; i < m->cells_end; i++)
		count += m->records[i] != NULL && m->records[i]->crew == crew &&
		    m->records[i]->stopped;
	return count;
}

/*
 * Held connections need workers even if some of a service have died, were
 * stopped, were sent TERM together with the master, or never finish what they
 * serve: places that are empty are filled again, under the pool's back-off.
 */
static void
keep_workers_for(struct crew *crew, unsigned waiting)
{
	struct master *m = crew->cohort->master;
	struct pool_event event = { .kind = EVENT_RESIZE };
	unsigned most = m->settings->services[crew->service].workers;
	unsigned available = count_available(m, crew);
	unsigned there = crew->alive - count_stopped(m, crew) +
	    pool_count(&crew->pool, POOL_BACKOFF);

	if (waiting <= available || most <= there)
		return;
	event.want = waiting - available;
	if (event.want > most - there)
		event.want = most - there;
	event.want += crew->pool.want;
	if (event.want <= crew->pool.capacity)
		crew_event(crew, event);
}

/* No worker of the service ever came up, nor did the one that was to serve
 * these: nobody will. */
static void
drop_waiting(struct crew *crew, unsigned waiting)
{
	struct stop *stop = &crew->cohort->master->stop;
	struct held_connection *held;

	log_event(PF_QUEUE_DROPPED, "%s: %u who waited are not served: %s",
	    crew_name(crew), waiting, crew->cohort->reason.text);
	while ((held = next_held(stop, crew->service)) != NULL) {
		fd_close(&held->fd);
		stop->held_open--;
	}
}

static void
keep_workers_for_held(struct master *m)
{
	struct crew *crew;
	unsigned i, waiting;

	for (i = 0; i < m->current->generation->service_count; i++) {
		crew = &m->current->crews[i];
		waiting = m->stop.killed ? 0 : count_waiting(&m->stop, i);
		if (waiting > 0 && crew->pool.failed && crew->alive == 0)
			drop_waiting(crew, waiting);
		else if (waiting > 0)
			keep_workers_for(crew, waiting);
		else if (crew->pool.want > 0)
			crew_event(crew,
			    (struct pool_event) { .kind = EVENT_RESIZE });
	}
}

static void
look_at_queues(struct master *m, int64_t now_ms)
{
	if (m->stop.queue_closed || now_ms < m->stop.queue_ms)
		return;
	m->stop.is_short = !empty_queues(m);
	if (!m->stop.is_short)
		held_close_listeners(m);
	else
		m->stop.queue_ms = now_ms + HANDSHAKE_MS;
}

void
held_begin(struct master *m, int64_t now_ms)
{
	struct rlimit limit;

	m->stop.queue_ms = now_ms + HANDSHAKE_MS;
	/* The rest stays in the kernel's queue, which is quiet; forks need
	 * descriptors too. */
	m->stop.held_most = getrlimit(RLIMIT_NOFILE, &limit) == 0 ?
	    limit.rlim_cur / 2 :
	    HELD_MOST;
	quiet_listeners(m);
	(void)empty_queues(m);
}

void
held_review(struct master *m, int64_t now_ms)
{
	look_at_queues(m, now_ms);
	hand_over(m);
	keep_workers_for_held(m);
}

bool
held_any(const struct stop *stop)
{
	size_t i;

	for (i = stop->held_next; i < stop->held_count; i++)
		if (stop->held[i].fd >= 0)
			return true;
	return false;
}

void
held_drop(struct stop *stop)
{
	for (; stop->held_next < stop->held_count; stop->held_next++)
		fd_close(&stop->held[stop->held_next].fd);
	free(stop->held);
	stop->held = NULL;
	stop->held_count = stop->held_next = stop->held_room = 0;
	stop->held_open = 0;
}
