/*
 * Addresses at the moment when one generation takes the place of another.
 * One that is left out is made quiet; the old workers serve its queue as they
 * come free; when it is empty, it is closed.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/addresses.h"
#include "master/state.h"

/* Handshakes under way when a listener is made quiet end in its queue; nobody
 * waits for the address to be free. */
#define HANDSHAKE_MS 200

static void
log_listening(const struct listener *listener)
{
	if (listener->passed_as == NULL)
		log_event(PF_LISTENING, "listening on %s", listener->text);
	else
		log_event(PF_LISTENING, "listening on %s (passed as %s)",
		    listener->text, listener->passed_as);
}

static void
log_unused(const struct listener *listener)
{
	log_event(PF_PASSED_UNUSED,
	    "no service listens on %s, which was passed as %s", listener->text,
	    listener->passed_as);
}

static void
log_all_unused(const struct generation *generation)
{
	const struct passed_sockets *passed = generation->settings->passed;
	size_t i;

	for (i = 0; passed != NULL && i < passed->count; i++)
		if (generation_find_fd(generation, passed->items[i].fd) == NULL)
			log_unused(&passed->items[i]);
}

/* Once for each length that is asked for. */
static void
log_cut(const struct listener_set *set)
{
	struct shared_listener *shared;
	const struct listener *listener;
	size_t i;

	for (i = 0; i < set->count; i++) {
		shared = set->items[i];
		listener = &shared->listener;
		if (listener->granted == 0 ||
		    listener->granted >= listener->backlog ||
		    shared->cut_told == listener->backlog)
			continue;
		shared->cut_told = listener->backlog;
		log_event(PF_BACKLOG,
		    "backlog %d of %s is cut to %d by the system",
		    listener->backlog, listener->text, listener->granted);
	}
}

static void
addresses_log(const struct generation *generation, bool new_only)
{
	const struct listener_set *set;
	size_t i, k;

	for (i = 0; i < generation->service_count; i++) {
		set = generation->services[i].listeners;
		for (k = 0; k < set->count; k++)
			if (!new_only || set->items[k]->refs == 1)
				log_listening(&set->items[k]->listener);
		log_cut(set);
	}
	if (!new_only)
		log_all_unused(generation);
}

/* On or off; what it was before is not known of every socket. */
static void
defer(const struct listener_set *set)
{
	const struct listener *listener;
	size_t i;

	for (i = 0; i < set->count; i++) {
		listener = &set->items[i]->listener;
		if (listener_defer(listener, set->wanted[i]->defer) == -1 &&
		    set->wanted[i]->defer)
			log_event(PF_NOT_DEFERRED,
			    "accept defer has no effect at %s: %s",
			    listener->text, strerror(errno));
	}
}

static bool
has_datagrams(const struct generation *generation)
{
	const struct listener_set *set;
	size_t i, k;

	for (i = 0; i < generation->service_count; i++) {
		set = generation->services[i].listeners;
		for (k = 0; k < set->count; k++)
			if (set->items[k]->listener.endpoint.type == SOCK_DGRAM)
				return true;
	}
	return false;
}

/* Only a worker learns whether its handler takes datagrams: until then nobody
 * listens. */
void
addresses_proven(const struct generation *generation)
{
	if (has_datagrams(generation))
		addresses_log(generation, false);
}

void
addresses_begin(const struct generation *generation)
{
	size_t i;

	if (!has_datagrams(generation))
		addresses_log(generation, false);
	for (i = 0; i < generation->service_count; i++)
		defer(generation->services[i].listeners);
}

/* A kept socket: its queue's length, its file's mode and owner. */
static void
refit(const struct listener_set *set)
{
	struct shared_listener *shared;
	size_t i;

	for (i = 0; i < set->count; i++) {
		shared = set->items[i];
		if (listener_refit(&shared->listener, set->wanted[i]) == -1)
			log_event(PF_LISTENER_KEPT,
			    "%s stays as it was, not as the new settings say: "
			    "%s",
			    shared->listener.text, strerror(errno));
		shared->asked = *set->wanted[i];
	}
}

static void
leave_out(const struct master *m, struct shared_listener *shared)
{
	/* Of several services that share it the first one has done it. */
	if (shared->removed_ms != 0 || shared->listener.fd == -1)
		return;
	shared->removed_ms = master_ms(m);
	shared->is_quiet = listener_quiet(&shared->listener) == 0;
	if (shared->listener.passed_as != NULL) {
		log_unused(&shared->listener);
		return;
	}
	log_event(PF_LISTENING_NO_MORE, "no longer listening on %s",
	    shared->listener.text);
}

void
addresses_commit(struct master *m, const struct generation *former)
{
	const struct generation *g = m->current->generation;
	const struct listener_set *set;
	size_t i, k;

	for (i = 0; i < g->service_count; i++)
		refit(g->services[i].listeners);
	for (i = 0; i < g->service_count; i++)
		defer(g->services[i].listeners);
	addresses_log(g, true);
	for (i = 0; i < former->service_count; i++) {
		set = former->services[i].listeners;
		for (k = 0; k < set->count; k++)
			if (!generation_has(g, set->items[k]))
				leave_out(m, set->items[k]);
	}
}

void
addresses_adopt(struct master *m)
{
	const struct cohort *cohort;
	const struct generation *g;
	struct shared_listener *shared;
	size_t i, k;

	for (cohort = m->old; cohort != NULL; cohort = cohort->next) {
		g = cohort->generation;
		for (i = 0; i < g->service_count; i++)
			for (k = 0; k < g->services[i].listeners->count; k++) {
				shared = g->services[i].listeners->items[k];
				if (generation_has(m->current->generation,
					shared))
					continue;
				shared->removed_ms = master_ms(m);
				/* As the master before us found. */
				shared->is_quiet =
				    listener_quiet(&shared->listener) == 0;
			}
	}
}

void
addresses_tell(const struct worker_record *record)
{
	const struct crew *crew = record->crew;
	const struct listener_set *set =
	    crew->cohort->generation->services[crew->service].listeners;
	struct channel_message message = { .type = CHANNEL_EMPTY, .fd = -1 };
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->items[i]->removed_ms == 0)
			continue;
		message.value =
		    (uint32_t)i | (set->items[i]->is_quiet ? 0 : EMPTY_BOUNDED);
		(void)channel_send(record->channel.fd, &message);
	}
}

static bool
is_empty(const struct listener *listener)
{
	struct pollfd item = { .fd = listener->fd, .events = POLLIN };

	return poll(&item, 1, 0) == 0;
}

static bool
is_leaving(const struct shared_listener *shared)
{
	return shared->removed_ms != 0 && shared->listener.fd >= 0;
}

/* Workers that are busy have it open still; the system refuses for them.  While
 * somebody waits they will serve; when the last of them has gone it is closed,
 * though others may join a queue that is not quiet. */
static void
close_if_empty(struct shared_listener *shared, int64_t now_ms)
{
	if (!is_leaving(shared) || now_ms < shared->removed_ms + HANDSHAKE_MS)
		return;
	shared->removed_ms = now_ms;
	if (!is_empty(&shared->listener))
		return;
	listener_refuse(&shared->listener);
	listener_close(&shared->listener);
}

void
addresses_tick(struct master *m, int64_t now_ms)
{
	const struct cohort *cohort;
	const struct generation *g;
	size_t i, k;

	for (cohort = m->old; cohort != NULL; cohort = cohort->next) {
		g = cohort->generation;
		for (i = 0; i < g->service_count; i++)
			for (k = 0; k < g->services[i].listeners->count; k++)
				close_if_empty(g->services[i]
						   .listeners->items[k],
				    now_ms);
	}
}

static int64_t
deadline_of(const struct listener_set *set)
{
	int64_t next = CLOCK_NEVER, due;
	size_t i;

	for (i = 0; i < set->count; i++) {
		due = set->items[i]->removed_ms + HANDSHAKE_MS;
		if (is_leaving(set->items[i]) && due < next)
			next = due;
	}
	return next;
}

int64_t
addresses_deadline(const struct master *m)
{
	int64_t next = CLOCK_NEVER, due;
	const struct cohort *cohort;
	size_t i;

	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		for (i = 0; i < cohort->generation->service_count; i++) {
			due = deadline_of(cohort->generation->services[i]
					      .listeners);
			if (due < next)
				next = due;
		}
	return next;
}
