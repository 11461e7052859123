/*
 * The state of the master as lines, for the image that takes its place.
 *
 *	master PID DIRECTORY
 *	life GENERATION DRAINED
 *	limit RAISED CURRENT MOST		of descriptors, as it was
 *	passed FD NAME				a socket, to the process
 *	board FD SLOTS
 *	pidfile FD PATH
 *	log FD PATH				a file
 *	control FD DEVICE INODE
 *	outcome RELOADS FAILURES FAILED WHY
 *	total, refused ..			upgrade_totals.c
 *	settings TEXT				of the next
 *	generation NUMBER OLD MS-LEFT		then its
 *	service NAME WANT SINGLE MODULE-FD MODULE-PATH	each with its
 *	listener FD BACKLOG DEVICE INODE ASKED	an address
 *		MODE OWNED UID GID		of its file
 *	given-up CELL PID
 *	worker SLOT CELL PID CHANNEL-FD STATE AGE-MS FLAGS KILLED HALF-MESSAGE
 *
 * Runs in: master.
 */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/print.h"
#include "master/sink.h"
#include "master/steer.h"
#include "master/upgrade.h"

static void
put_master(struct state_writer *w, const struct master *m)
{
	const char *directory = m->settings->invocation->directory;

	state_keyword(w, "master");
	state_put_number(w, m->pid);
	state_put_text(w, directory != NULL ? directory : "");
	state_end_line(w);
	state_keyword(w, "life");
	state_put_number(w, m->generation);
	state_put_number(w, m->drained);
	state_end_line(w);
	state_keyword(w, "begun");
	state_put_number(w, m->started_ms);
	state_put_number(w, (int64_t)m->events.seq);
	state_end_line(w);
	state_keyword(w, "limit");
	state_put_number(w, m->limit_raised);
	state_put_number(w, (int64_t)m->former_limit.rlim_cur);
	state_put_number(w, (int64_t)m->former_limit.rlim_max);
	state_end_line(w);
}

static void
put_passed(struct state_writer *w, const struct passed_sockets *passed)
{
	size_t i;

	for (i = 0; passed != NULL && i < passed->count; i++) {
		state_keyword(w, "passed");
		state_put_number(w, passed->items[i].fd);
		state_put_text(w, passed->items[i].passed_as);
		state_end_line(w);
	}
}

static void
put_files(struct state_writer *w, const struct master *m)
{
	scoreboard_stamp(&m->board);
	sink_set_level(m, log_level());
	state_keyword(w, "board");
	state_put_number(w, m->board.fd);
	state_put_number(w, m->board.slots);
	state_end_line(w);
	if (sink_wanted(m->settings) == LOG_SINK_FILE) {
		state_keyword(w, "log");
		state_put_number(w, log_fd());
		state_put_text(w, m->settings->log.path);
		state_end_line(w);
	}
	if (m->pidfile.fd < 0)
		return;
	state_keyword(w, "pidfile");
	state_put_number(w, m->pidfile.fd);
	state_put_text(w, m->pidfile.path);
	state_end_line(w);
}

static void
put_control(struct state_writer *w, const struct master *m)
{
	const struct listener *listener = control_listener(m->control);

	state_keyword(w, "outcome");
	state_put_number(w, (int64_t)m->outcome.reloads);
	state_put_number(w, (int64_t)m->outcome.failures);
	state_put_number(w, m->outcome.failed);
	state_put_text(w, m->outcome.why);
	state_end_line(w);
	if (listener == NULL)
		return;
	state_keyword(w, "control");
	state_put_number(w, listener->fd);
	state_put_number(w, (int64_t)listener->socket_dev);
	state_put_number(w, (int64_t)listener->socket_ino);
	state_end_line(w);
}

static void
put_listener(struct state_writer *w, const struct shared_listener *shared)
{
	const struct listener *listener = &shared->listener;
	char asked[ENDPOINT_TEXT_BYTES];

	if (listener->fd < 0)
		return;
	endpoint_format((const struct sockaddr *)&shared->asked.address,
	    shared->asked.length, asked, sizeof(asked));
	state_keyword(w, "listener");
	state_put_number(w, listener->fd);
	state_put_number(w, listener->backlog);
	state_put_number(w, (int64_t)listener->socket_dev);
	state_put_number(w, (int64_t)listener->socket_ino);
	state_put_text(w, asked);
	state_put_number(w, listener->endpoint.mode);
	state_put_number(w, listener->endpoint.owned);
	state_put_number(w, (int64_t)listener->endpoint.uid);
	state_put_number(w, (int64_t)listener->endpoint.gid);
	state_end_line(w);
}

static void
put_worker(struct state_writer *w, const struct worker_record *r)
{
	const struct pool_slot *slot = &r->crew->pool.slots[r->slot];

	state_keyword(w, "worker");
	state_put_number(w, r->slot);
	state_put_number(w, r->cell);
	state_put_number(w, r->pid);
	state_put_number(w, r->channel.fd);
	state_put_number(w, slot->state);
	state_put_number(w, master_ms(r->master) - slot->since_ms);
	state_put_number(w,
	    (r->admitted ? WORKER_ADMITTED : 0) | (r->told ? WORKER_TOLD : 0) |
		(r->leaving ? WORKER_LEAVING : 0) |
		(r->stopped ? WORKER_STOPPED : 0) |
		r->recycle << WORKER_RECYCLE_SHIFT);
	state_put_number(w, r->killed);
	state_put_bytes(w, r->channel.bytes,
	    r->channel.fd >= 0 ? r->channel.have : 0);
	state_end_line(w);
}

/* Has no place, but must be reaped when it does end. */
static void
put_given_up(struct state_writer *w, const struct crew *crew)
{
	const struct master *m = crew->cohort->master;
	unsigned i;

	for (i = 0; i < m->cells_end; i++) {
		if (m->records[i] == NULL || !m->records[i]->detached ||
		    m->records[i]->crew != crew)
			continue;
		state_keyword(w, "given-up");
		state_put_number(w, i);
		state_put_number(w, m->records[i]->pid);
		state_end_line(w);
	}
}

static void
put_crew(struct state_writer *w, const struct crew *crew)
{
	const struct service *service =
	    &crew->cohort->generation->services[crew->service];
	unsigned slot;
	size_t i;

	state_keyword(w, "service");
	state_put_text(w, service->settings->name);
	state_put_number(w, crew->pool.want);
	state_put_number(w, crew->single);
	state_put_number(w, service->snapshot.fd);
	state_put_text(w, service->module_file);
	state_end_line(w);
	for (i = 0; i < service->listeners->count; i++)
		put_listener(w, service->listeners->items[i]);
	for (slot = 0; slot < crew->pool.capacity; slot++)
		if (crew->by_slot[slot] != NULL)
			put_worker(w, crew->by_slot[slot]);
	put_given_up(w, crew);
}

static void
put_settings(struct state_writer *w, const struct settings *settings)
{
	char *text = settings_text(settings, SETTINGS_FOR_MACHINES);

	state_keyword(w, "settings");
	state_put_text(w, text != NULL ? text : "");
	state_end_line(w);
	w->failed |= text == NULL;
	free(text);
}

static void
put_cohort(struct state_writer *w, const struct cohort *cohort, bool old)
{
	int64_t left_ms = -1;
	size_t i;

	put_settings(w, cohort->generation->settings);
	if (cohort->drain_deadline_ms != CLOCK_NEVER) {
		left_ms = cohort->drain_deadline_ms - master_ms(cohort->master);
		/* Over, and nobody has looked: not the same as none. */
		if (left_ms < 0)
			left_ms = 0;
	}
	state_keyword(w, "generation");
	state_put_number(w, cohort->generation->number);
	state_put_number(w, old);
	state_put_number(w, left_ms);
	state_end_line(w);
	for (i = 0; i < cohort->generation->service_count; i++)
		put_crew(w, &cohort->crews[i]);
}

int
upgrade_save(const struct master *m)
{
	const struct cohort *cohort;
	struct state_writer w;

	state_begin(&w, PACKAGE_VERSION);
	put_master(&w, m);
	put_passed(&w, m->settings->passed);
	put_files(&w, m);
	put_control(&w, m);
	upgrade_put_totals(&w, m->totals);
	put_cohort(&w, m->current, false);
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		put_cohort(&w, cohort, true);
	return state_save(&w);
}
