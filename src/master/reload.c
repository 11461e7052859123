/*
 * Life of a reload: a new generation is built and all its workers are READY
 * before the old one hears of it.  Until then any failure sends the new ones
 * away and nothing has changed; after it the old ones finish what they serve.
 *
 *	SERVING --HUP--> incoming: canaries --READY--> incoming: all
 *	   ^                  | failed                    | all READY
 *	   |                  v                           v
 *	   +------------- rolled back                 committed: old drains
 *
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/state.h"

static void
log_failed(struct master *m, const struct error *e)
{
	log_event(PF_RELOAD_FAILED,
	    "reload failed, generation %u serves on: %s",
	    m->current->generation->number, e->text);
}

/* The reload was to end a drain: those who were there come back. */
static void
undo_drain(struct master *m)
{
	struct crew *crew;
	unsigned i;

	if (!m->drained || m->phase != PHASE_SERVING)
		return;
	m->drained = false;
	for (i = 0; i < m->current->generation->service_count; i++) {
		crew = &m->current->crews[i];
		crew_event(crew,
		    (struct pool_event) { .kind = EVENT_RESIZE,
			.want = m->settings->services[i].workers });
	}
}

static struct cohort *
build_incoming(struct master *m, struct error *e)
{
	struct generation *generation;
	struct cohort *cohort;

	generation = generation_new(m->generation + 1, m->settings,
	    m->current->generation, 0, e);
	if (generation == NULL)
		return NULL;
	cohort = cohort_new(m, generation);
	generation_unref(generation);
	if (cohort == NULL) {
		(void)error_set(e, PF_SYSCALL, "no memory for workers");
		return NULL;
	}
	m->generation++;
	return cohort;
}

void
reload_request(struct master *m)
{
	struct error e;

	if (m->phase >= PHASE_STOPPING) {
		log_event(PF_RELOAD_IGNORED, "reload ignored while stopping");
		return;
	}
	if (m->incoming != NULL || m->phase == PHASE_STARTING) {
		if (!m->reload_again)
			log_event(PF_RELOAD_LATER,
			    "a %s is under way; one more reload follows",
			    m->incoming != NULL ? "reload" : "start");
		m->reload_again = true;
		return;
	}
	m->incoming = build_incoming(m, &e);
	if (m->incoming == NULL) {
		log_failed(m, &e);
		undo_drain(m);
		return;
	}
	log_event(PF_RELOAD_BEGIN, "reload: starting generation %u",
	    m->generation);
	cohort_start(m->incoming);
}

/* To the list of those that only finish. */
static void
retire_cohort(struct master *m, struct cohort *cohort)
{
	cohort->drain_deadline_ms =
	    clock_ms() + cohort->generation->settings->drain_timeout_ms;
	cohort->next = m->old;
	m->old = cohort;
	cohort_resize_all(cohort, 0);
}

static void
roll_back(struct master *m)
{
	struct cohort *cohort = m->incoming;

	log_failed(m, &cohort->reason);
	m->incoming = NULL;
	cohort_kill_starting(cohort, KILL_START_FAILED);
	retire_cohort(m, cohort);
	undo_drain(m);
}

static void
commit(struct master *m)
{
	struct cohort *former = m->current;

	m->current = m->incoming;
	m->incoming = NULL;
	m->drained = false;
	log_event(PF_RELOAD_DONE, "reload done: generation %u serves",
	    m->current->generation->number);
	cohort_admit(m->current);
	retire_cohort(m, former);
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
		cohort_free(cohort);
	}
}

void
reload_review(struct master *m)
{
	if (m->incoming != NULL && has_trouble(m->incoming))
		roll_back(m);
	else if (m->incoming != NULL && cohort_complete(m->incoming))
		commit(m);
	free_ended(m);
	if (m->incoming == NULL && m->reload_again &&
	    m->phase == PHASE_SERVING) {
		m->reload_again = false;
		reload_request(m);
	}
}

/* TERM wins over a reload. */
void
reload_abandon(struct master *m)
{
	m->reload_again = false;
	if (m->incoming == NULL)
		return;
	(void)error_set(&m->incoming->reason, PF_RELOAD_FAILED,
	    "the daemon stops");
	roll_back(m);
}

void
reload_drain_all(struct master *m)
{
	reload_abandon(m);
	m->drained = true;
	log_event(PF_DRAINED,
	    "all workers finish and go; the sockets stay open until HUP");
	cohort_resize_all(m->current, 0);
}
