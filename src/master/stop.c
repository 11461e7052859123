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

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/state.h"

#define HURRY_AFTER_MS 100
#define GIVE_UP_MS     2000

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

/* Nobody was READY yet: end without ceremony. */
void
stop_failed_start(struct master *m)
{
	m->phase = PHASE_STOPPING;
	kill_everybody(m, KILL_START_FAILED);
	held_close_listeners(m);
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
}

void
stop_graceful(struct master *m, const char *who, int64_t timeout_ms)
{
	if (m->phase >= PHASE_STOPPING) {
		hurry(m, who, clock_ms());
		return;
	}
	begin(m, who, timeout_ms);
	cohort_kill_starting(m->current, KILL_STOPPED_EARLY);
	cohort_resize_all(m->current, 0);
	held_begin(m, clock_ms());
}

void
stop_fast(struct master *m, const char *who)
{
	if (m->phase < PHASE_STOPPING)
		begin(m, who, 0);
	if (m->stop.killed)
		return;
	kill_everybody(m, KILL_FAST_STOP);
	held_close_listeners(m);
	held_drop(&m->stop);
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

void
stop_review(struct master *m, int64_t now_ms)
{
	if (m->phase != PHASE_STOPPING)
		return;
	held_review(m, now_ms);
	if (m->stop.queue_closed && nobody_left(m) && !held_any(&m->stop)) {
		held_drop(&m->stop);
		m->phase = PHASE_OVER;
	} else if (now_ms >= m->stop.deadline_ms && m->stop.killed) {
		m->phase = PHASE_OVER;
	} else if (now_ms >= m->stop.deadline_ms) {
		log_event(PF_STOP_DEADLINE,
		    "the stop did not finish in time; killing what is left");
		kill_everybody(m, KILL_STOP_TIMEOUT);
		held_close_listeners(m);
		held_drop(&m->stop);
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
