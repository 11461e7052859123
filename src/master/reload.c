/*
 * Life of a reload: the file is read (look_up.c); a probe loads and checks the
 * handlers of a new generation; then all its workers are started and are READY
 * before the old one hears of it.  Until then any failure sends the new ones
 * away and nothing has changed; after it the old ones finish what they serve.
 *
 *	SERVING --> CHECKING --probe good--> RELOADING --all READY--> SERVING,
 *	   ^           | bad                    | trouble             old drains
 *	   +-----------+------------------------+
 *
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/directive.h"
#include "master/access_logs.h"
#include "master/addresses.h"
#include "master/events.h"
#include "master/look_up.h"
#include "master/probe.h"
#include "master/sink.h"
#include "master/steer.h"

static void
log_failed(struct master *m)
{
	log_event(PF_RELOAD_FAILED,
	    "reload failed, generation %u serves on: %s",
	    m->current->generation->number, m->trouble.text);
	event_generation(m, "reload-failed", m->current->generation->number,
	    m->trouble.text);
}

/* The reload was to end a drain: those who were there come back. */
static void
undo_drain(struct master *m)
{
	if (m->drained && m->life == LIFE_SERVING)
		drain_end(m);
}

static bool
is_too_many(const struct master *m)
{
	const struct cohort *cohort;
	unsigned count = 0;

	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		count++;
	return count >= m->settings->old_generations;
}

void
reload_wish(struct master *m)
{
	if (m->life >= LIFE_LEAVING) {
		log_event(PF_RELOAD_IGNORED, "reload ignored while stopping");
		return;
	}
	if (!m->want_reload && m->life != LIFE_SERVING)
		log_event(PF_RELOAD_LATER,
		    "the daemon is %s; one more reload follows",
		    life_state_name(m->life));
	else if (!m->want_reload && is_too_many(m))
		log_event(PF_RELOAD_LATER,
		    "%u old generations still finish their connections; the "
		    "reload waits for one",
		    m->settings->old_generations);
	m->want_reload = true;
}

static void
drop_next(struct master *m)
{
	generation_unref(m->next);
	m->next = NULL;
}

/* Module files now, sockets when the probe is content. */
void
check_settings(struct master *m, struct settings *settings)
{
	if (settings != NULL)
		m->next =
		    generation_new(m->generation + 1, settings, &m->trouble);
	settings_unref(settings);
	if (m->next == NULL) {
		(void)life_step(m, ON_BAD);
	} else if (!probe_needed(m->next)) {
		(void)life_step(m, ON_GOOD);
	} else if (helper_start(m, probe_run, m->settings->start_timeout_ms) ==
	    -1) {
		(void)error_set(&m->trouble, PF_FORK_FAILED,
		    "cannot start a process that tries the handlers: %s",
		    strerror(errno));
		(void)life_step(m, ON_BAD);
	}
}

void
check_begin(struct master *m)
{
	struct settings *settings = look_up_settings(m);

	if (!m->looking_up)
		check_settings(m, settings);
}

void
reload_failed(struct master *m)
{
	log_failed(m);
	steer_reloaded(m, m->trouble.text);
	drop_next(m);
	undo_drain(m);
}

void
reload_begin(struct master *m)
{
	struct generation *next = m->next;

	master_raise_limit(m, next->settings);
	if (sink_prepare(m, next->settings, &m->trouble) == -1 ||
	    access_logs_open(next, &m->trouble) == -1 ||
	    generation_open(next, m->current->generation, 0, &m->trouble) ==
		-1) {
		(void)life_step(m, ON_TROUBLE);
		return;
	}
	m->incoming = cohort_new(m, next, 0);
	drop_next(m);
	if (m->incoming == NULL) {
		(void)error_set(&m->trouble, PF_SYSCALL,
		    "no memory for workers");
		(void)life_step(m, ON_TROUBLE);
		return;
	}
	m->generation++;
	log_event(PF_RELOAD_BEGIN, "reload: starting generation %u",
	    m->generation);
	event_generation(m, "reload-begin", m->generation, NULL);
	cohort_start(m->incoming);
}

/* To the list of those that only finish. */
static void
retire_cohort(struct master *m, struct cohort *cohort)
{
	cohort->drain_deadline_ms =
	    master_ms(m) + cohort->generation->settings->drain_timeout_ms;
	cohort->next = m->old;
	m->old = cohort;
	cohort_resize_all(cohort, 0);
}

/* None of the new ones has been let in. */
static void
send_away(struct master *m)
{
	struct cohort *cohort = m->incoming;

	drop_next(m);
	sink_discard(m);
	m->incoming = NULL;
	if (cohort == NULL)
		return;
	cohort_kill_starting(cohort, KILL_START_FAILED);
	retire_cohort(m, cohort);
}

void
reload_roll_back(struct master *m)
{
	if (m->incoming != NULL)
		m->trouble = m->incoming->reason;
	log_failed(m);
	steer_reloaded(m, m->trouble.text);
	send_away(m);
	undo_drain(m);
}

static const char *
or_none(const char *value)
{
	return value[0] != '\0' ? value : "none";
}

/* What cannot change is told, not silently kept.  The new settings get what
 * holds, or the next reload would be compared with what never did. */
static void
take_settings(struct master *m)
{
	struct settings *taken = settings_ref(m->current->generation->settings);
	struct change change = { .directive = NULL };

	while (directive_changed(&change, m->settings, taken)) {
		log_event(PF_RESTART_NEEDED,
		    "%s was changed from %s to %s, which takes a restart",
		    change.directive->name, or_none(change.before),
		    or_none(change.after));
		directive_keep(change.directive, m->settings, taken);
	}
	sink_commit(m, m->settings, taken);
	settings_unref(m->settings);
	m->settings = taken;
}

void
reload_commit(struct master *m)
{
	struct cohort *former = m->current;

	m->current = m->incoming;
	m->incoming = NULL;
	m->drained = false;
	take_settings(m);
	event_generation(m, "reload-done", m->current->generation->number,
	    NULL);
	events_listening(m, m->current->generation, former->generation);
	log_event(PF_RELOAD_DONE, "reload done: generation %u serves",
	    m->current->generation->number);
	cohort_admit(m->current);
	addresses_commit(m, former->generation);
	retire_cohort(m, former);
	steer_reloaded(m, NULL);
}

/*
 * The new generation is to be whole when it is let in: whoever of it dies
 * before, READY or not, is a reason to go back.
 */
void
reload_lost(struct worker_record *record)
{
	struct cohort *cohort = record->crew->cohort;

	if (cohort != record->master->incoming || record->told)
		return;
	cohort->failed = true;
	if (cohort->reason.id == PF_NONE)
		(void)error_set(&cohort->reason, PF_WORKER_FAILED,
		    "a worker of %s ended before it was let in",
		    crew_name(record->crew));
}

static bool
has_trouble(const struct cohort *cohort)
{
	size_t i;
	unsigned slot;
	const struct pool *pool;

	if (cohort->failed)
		return true;
	for (i = 0; i < cohort->generation->service_count; i++) {
		pool = &cohort->crews[i].pool;
		for (slot = 0; slot < pool->capacity; slot++)
			if (pool->slots[slot].paid > 0)
				return true;
	}
	return false;
}

static void
free_ended(struct master *m)
{
	struct cohort **link = &m->old, *cohort;

	while ((cohort = *link) != NULL) {
		if (cohort_alive(cohort) > 0) {
			link = &cohort->next;
			continue;
		}
		*link = cohort->next;
		log_event(PF_GENERATION_DRAINED, "generation %u has ended",
		    cohort->generation->number);
		event_generation(m, "generation-drained",
		    cohort->generation->number, NULL);
		cohort_free(cohort);
	}
}

/* An upgrade first: it reloads as well. */
static bool
fulfil_wish(struct master *m)
{
	if (m->life != LIFE_SERVING || m->helper.pid != 0)
		return false;
	if (m->want_upgrade) {
		m->want_upgrade = false;
		steer_upgrade_begins(m);
		return life_step(m, ON_UPGRADE);
	}
	if (!m->want_reload || is_too_many(m))
		return false;
	m->want_reload = false;
	steer_reload_begins(m);
	return life_step(m, ON_RELOAD);
}

void
reload_review(struct master *m)
{
	if (m->incoming != NULL && has_trouble(m->incoming))
		(void)life_step(m, ON_TROUBLE);
	else if (m->incoming != NULL && cohort_complete(m->incoming))
		(void)life_step(m, ON_ALL_READY);
	free_ended(m);
	/* What fails at once must not leave the next wish to the next event. */
	while (fulfil_wish(m))
		continue;
}

void
reload_abandon(struct master *m, const char *why)
{
	bool reloading =
	    m->looking_up || m->next != NULL || m->incoming != NULL;
	bool rehearsing =
	    !reloading && m->helper.pid != 0 && !m->helper.abandoned;

	m->want_reload = m->want_upgrade = m->looking_up = false;
	helper_abandon(m);
	if (rehearsing)
		upgrade_abandoned(m, why);
	if (reloading) {
		(void)error_set(&m->trouble, PF_RELOAD_FAILED, "%s", why);
		log_failed(m);
		steer_reloaded(m, why);
	}
	steer_abandoned(m, why);
	send_away(m);
}

void
drain_begin(struct master *m)
{
	reload_abandon(m, "the workers are to be drained");
	m->drained = true;
	log_event(PF_DRAINED,
	    "all workers finish and go; the sockets stay open until a reload or resume");
	cohort_resize_all(m->current, 0);
}

void
drain_end(struct master *m)
{
	struct crew *crew;
	unsigned i;

	m->drained = false;
	for (i = 0; i < m->current->generation->service_count; i++) {
		crew = &m->current->crews[i];
		crew->former_want = 0;
		crew->maintained = false;
		crew_event(crew,
		    (struct pool_event) { .kind = EVENT_RESIZE,
			.want = m->settings->services[i].workers });
	}
}
