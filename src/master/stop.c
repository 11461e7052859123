/*
 * Life of a stop.  Every connection that the kernel has completed is served,
 * and new ones are refused at once, also while a long one goes on: the master
 * takes what is queued into its own hands, shuts the door, and hands the
 * connections to workers as they come free.
 *
 *	1. listeners are made quiet: handshakes under way still end
 *	2. queues are emptied into stop.held; again after HANDSHAKE_MS
 *	3. listeners refuse
 *	4. workers that are DONE get a held connection, or RETIRE
 *	5. deadline: KILL; the last worker reaped: over
 *
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "listener/accept.h"
#include "master/state.h"

/* Connections that broke in the queue, passed over in one go: the master goes
 * back to its loop between. */
#define BROKEN_MAX     1000
#define HANDSHAKE_MS   20
#define HURRY_AFTER_MS 100
#define GIVE_UP_MS     2000

static bool
hold(struct stop *stop, int fd, unsigned service, unsigned listener)
{
	size_t room = stop->held_room == 0 ? 64 : stop->held_room * 2;
	struct held_connection *grown;

	if (stop->held_count == stop->held_room) {
		grown = realloc(stop->held, room * sizeof(*grown));
		if (grown == NULL)
			return false;
		stop->held = grown;
		stop->held_room = room;
	}
	stop->held[stop->held_count++] =
	    (struct held_connection) { fd, service, listener };
	return true;
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
	while (broken <= BROKEN_MAX) {
		length = sizeof(peer);
		answer = accept_connection(listener->fd, &fd, &peer, &length);
		if (answer == ACCEPT_AGAIN) {
			broken++;
			continue;
		}
		if (answer != ACCEPT_OK)
			return answer != ACCEPT_SHORTAGE;
		if (!hold(stop, fd, service, index)) {
			(void)close(fd);
			return false;
		}
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
				  &g->services[i].listeners->items[k], i, k) &&
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
			(void)
			    listener_quiet(&g->services[i].listeners->items[k]);
}

static void
close_listeners(struct master *m)
{
	const struct generation *g = m->current->generation;
	struct listener *listener;
	unsigned i, k;

	for (i = 0; i < g->service_count; i++)
		for (k = 0; k < g->services[i].listeners->count; k++) {
			listener = &g->services[i].listeners->items[k];
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
		if (stop->held[i].fd >= 0 && stop->held[i].service == service)
			return &stop->held[i];
	return NULL;
}

/* A worker whose channel is full or broken is not the one to get it. */
static void
hand_to(struct worker_record *record)
{
	struct stop *stop = &record->master->stop;
	struct held_connection *held = next_held(stop, record->crew->service);

	if (held != NULL) {
		if (channel_send_fd(record->channel.fd, CHANNEL_SERVE,
			held->listener, held->fd) == -1)
			return;
		fd_close(&held->fd);
		record->parked = false;
		record->leaving = false;
		return;
	}
	if (!stop->queue_closed)
		return;
	record->parked = false;
	scoreboard_order(&record->master->board, record->cell, ORDER_RETIRE);
	(void)channel_send_type(record->channel.fd, CHANNEL_RETIRE);
}

void
stop_hand_over(struct master *m)
{
	unsigned i;

	for (i = 0; i < m->board.slots; i++)
		if (m->records[i] != NULL && m->records[i]->parked)
			hand_to(m->records[i]);
}

static unsigned
count_held(const struct stop *stop, unsigned service)
{
	unsigned count = 0;
	size_t i;

	for (i = stop->held_next; i < stop->held_count; i++)
		if (stop->held[i].fd >= 0 && stop->held[i].service == service)
			count++;
	return count;
}

/*
 * Held connections need workers even if all of a service have died, or were
 * sent TERM together with the master: slots are wanted again for as long as
 * there are any, under the pool's back-off.
 */
static void
keep_workers_for_held(struct master *m)
{
	struct pool_event event = { .kind = EVENT_RESIZE };
	struct crew *crew;
	unsigned i, held, most;

	for (i = 0; i < m->current->generation->service_count; i++) {
		crew = &m->current->crews[i];
		held = m->stop.killed ? 0 : count_held(&m->stop, i);
		most = m->settings->services[i].workers;
		event.want = held < most ? held : most;
		if ((held == 0 && crew->pool.want > 0) ||
		    (held > 0 && crew->pool.want == 0 && crew->alive == 0))
			crew_event(crew, event);
	}
}

static void
kill_everybody(struct master *m, enum kill_reason why)
{
	struct cohort *cohort;

	m->stop.killed = true;
	m->stop.deadline_ms = clock_ms() + GIVE_UP_MS;
	cohort_resize_all(m->current, 0);
	cohort_kill(m->current, why);
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		cohort_kill(cohort, why);
}

static void
drop_held(struct stop *stop)
{
	for (; stop->held_next < stop->held_count; stop->held_next++)
		fd_close(&stop->held[stop->held_next].fd);
	free(stop->held);
	stop->held = NULL;
	stop->held_count = stop->held_next = stop->held_room = 0;
}

/* Nobody was READY yet: end without ceremony. */
void
stop_failed_start(struct master *m)
{
	m->phase = PHASE_STOPPING;
	kill_everybody(m, KILL_START_FAILED);
	close_listeners(m);
}

static void
hurry(struct master *m, const char *who, int64_t now_ms)
{
	int64_t hurried_ms = now_ms + m->settings->hurry_timeout_ms;

	if (now_ms - m->stop.asked_ms < HURRY_AFTER_MS || m->stop.hurried)
		return;
	m->stop.hurried = true;
	log_event(PF_STOP_HURRIED, "%s again: %lld ms are left", who,
	    (long long)m->settings->hurry_timeout_ms);
	if (hurried_ms < m->stop.deadline_ms)
		m->stop.deadline_ms = hurried_ms;
}

static void
begin(struct master *m, const char *who, int64_t timeout_ms)
{
	int64_t now_ms = clock_ms();

	log_event(PF_STOPPING, "%s: stopping, at most %lld ms", who,
	    (long long)timeout_ms);
	reload_abandon(m);
	m->phase = PHASE_STOPPING;
	m->stop.asked_ms = now_ms;
	m->stop.deadline_ms = now_ms + timeout_ms;
	m->stop.queue_ms = now_ms + HANDSHAKE_MS;
}

void
stop_graceful(struct master *m, const char *who, int64_t timeout_ms)
{
	if (m->phase >= PHASE_STOPPING) {
		hurry(m, who, clock_ms());
		return;
	}
	begin(m, who, timeout_ms);
	quiet_listeners(m);
	cohort_resize_all(m->current, 0);
	(void)empty_queues(m);
}

void
stop_fast(struct master *m, const char *who)
{
	if (m->phase < PHASE_STOPPING)
		begin(m, who, 0);
	if (m->stop.killed)
		return;
	kill_everybody(m, KILL_FAST_STOP);
	close_listeners(m);
	drop_held(&m->stop);
}

static bool
nobody_left(const struct master *m)
{
	const struct cohort *cohort;

	if (cohort_alive(m->current) > 0)
		return false;
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		if (cohort_alive(cohort) > 0)
			return false;
	return true;
}

static void
look_at_queues(struct master *m, int64_t now_ms)
{
	if (m->stop.queue_closed || now_ms < m->stop.queue_ms)
		return;
	if (empty_queues(m))
		close_listeners(m);
	else
		m->stop.queue_ms = now_ms + HANDSHAKE_MS;
}

void
stop_review(struct master *m, int64_t now_ms)
{
	if (m->phase != PHASE_STOPPING)
		return;
	look_at_queues(m, now_ms);
	stop_hand_over(m);
	keep_workers_for_held(m);
	if (m->stop.queue_closed && nobody_left(m) &&
	    m->stop.held_next == m->stop.held_count) {
		drop_held(&m->stop);
		m->phase = PHASE_OVER;
	} else if (now_ms >= m->stop.deadline_ms && m->stop.killed) {
		m->phase = PHASE_OVER;
	} else if (now_ms >= m->stop.deadline_ms) {
		log_event(PF_STOP_DEADLINE,
		    "the stop did not finish in time; killing what is left");
		kill_everybody(m, KILL_STOP_TIMEOUT);
		close_listeners(m);
		drop_held(&m->stop);
	}
}

int64_t
stop_deadline(const struct master *m)
{
	if (m->phase != PHASE_STOPPING)
		return CLOCK_NEVER;
	if (!m->stop.queue_closed && m->stop.queue_ms < m->stop.deadline_ms)
		return m->stop.queue_ms;
	return m->stop.deadline_ms;
}
