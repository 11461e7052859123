/*
 * Life of a stop.  Every connection that the kernel has completed is served,
 * and new ones are refused at once, also while a long one goes on: the master
 * takes what is queued into its own hands, shuts the door, and hands the
 * connections to workers as they come free.
 *
 *	0. for drain_delay all goes on, while balancers learn of it (LEAVING)
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
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/events.h"
#include "master/state.h"

#define HURRY_AFTER_MS 100
#define GIVE_UP_MS     2000

static void
kill_everybody(struct master *m, enum kill_reason why)
{
	struct cohort *cohort;

	m->stop.killed = true;
	m->stop.deadline_ms = master_ms(m) + GIVE_UP_MS;
	cohort_resize_all(m->current, 0);
	cohort_kill(m->current, why);
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		cohort_kill(cohort, why);
	held_close_listeners(m);
	held_drop(&m->stop);
}

/* Nobody was READY yet: end without ceremony. */
void
start_failed(struct master *m)
{
	kill_everybody(m, KILL_START_FAILED);
}

static void
announce(struct master *m)
{
	unsigned i;

	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL)
			scoreboard_order(&m->board, i, ORDER_ANNOUNCE);
}

static void
begin(struct master *m)
{
	m->stop.begun = true;
	log_event(PF_STOPPING, "%s: stopping, at most %lld ms", m->stop.who,
	    (long long)m->stop.timeout_ms);
	event_generation(m, "stop", m->current->generation->number,
	    m->stop.who);
	reload_abandon(m, "the daemon stops");
}

void
leave_begin(struct master *m)
{
	int64_t delay_ms = m->settings->drain_delay_ms;

	begin(m);
	if (delay_ms == 0) {
		(void)life_step(m, ON_DELAY_OVER);
		return;
	}
	m->stop.asked_ms = master_ms(m);
	m->stop.delay_over_ms = m->stop.asked_ms + delay_ms;
	announce(m);
	log_event(PF_LEAVING,
	    "accepting for another %lld ms, so that balancers can learn",
	    (long long)delay_ms);
}

void
stop_begin(struct master *m)
{
	int64_t now_ms = master_ms(m);

	if (!m->stop.begun)
		begin(m);
	m->stop.asked_ms = now_ms;
	m->stop.deadline_ms = now_ms + m->stop.timeout_ms;
	cohort_kill_starting(m->current, KILL_STOPPED_EARLY);
	cohort_resize_all(m->current, 0);
	held_begin(m, now_ms);
}

void
stop_hurry(struct master *m)
{
	int64_t now_ms = master_ms(m);
	int64_t hurried_ms = now_ms + m->settings->hurry_timeout_ms;

	if (now_ms - m->stop.asked_ms < HURRY_AFTER_MS || m->stop.hurried)
		return;
	m->stop.hurried = true;
	log_event(PF_STOP_HURRIED, "%s again: %lld ms are left", m->stop.who,
	    (long long)m->settings->hurry_timeout_ms);
	if (hurried_ms < m->stop.deadline_ms)
		m->stop.deadline_ms = hurried_ms;
}

void
stop_fast(struct master *m)
{
	if (!m->stop.begun)
		begin(m);
	if (!m->stop.killed)
		kill_everybody(m, KILL_FAST_STOP);
}

/* The first time: end what is left.  The second: even KILL did not help. */
void
stop_kill(struct master *m)
{
	if (m->stop.killed) {
		(void)life_step(m, ON_GONE);
		return;
	}
	log_event(PF_STOP_DEADLINE,
	    "the stop did not finish in time; killing what is left");
	kill_everybody(m, KILL_STOP_TIMEOUT);
}

void
stop_done(struct master *m)
{
	held_drop(&m->stop);
}

/* While LEAVING the same TERM that came twice must not cut the delay. */
void
stop_ask(struct master *m, const char *who, int64_t timeout_ms)
{
	if (m->life == LIFE_LEAVING &&
	    master_ms(m) - m->stop.asked_ms < HURRY_AFTER_MS)
		return;
	if (m->life != LIFE_STOPPING)
		m->stop.timeout_ms = timeout_ms;
	(void)snprintf(m->stop.who, sizeof(m->stop.who), "%s", who);
	(void)life_step(m, ON_STOP);
}

void
stop_ask_fast(struct master *m, const char *who)
{
	if (!m->stop.begun)
		m->stop.timeout_ms = 0;
	(void)snprintf(m->stop.who, sizeof(m->stop.who), "%s", who);
	(void)life_step(m, ON_FAST_STOP);
}

static bool
nobody_left(const struct master *m)
{
	const struct cohort *cohort;

	if (m->helper.pid != 0 || cohort_alive(m->current) > 0)
		return false;
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		if (cohort_alive(cohort) > 0)
			return false;
	return true;
}

void
stop_review(struct master *m, int64_t now_ms)
{
	if (m->life == LIFE_LEAVING && now_ms >= m->stop.delay_over_ms)
		(void)life_step(m, ON_DELAY_OVER);
	if (m->life != LIFE_STOPPING)
		return;
	held_review(m, now_ms);
	if (m->stop.queue_closed && nobody_left(m) && !held_any(&m->stop))
		(void)life_step(m, ON_GONE);
	else if (now_ms >= m->stop.deadline_ms)
		(void)life_step(m, ON_LATE);
}

int64_t
stop_deadline(const struct master *m)
{
	if (m->life == LIFE_LEAVING)
		return m->stop.delay_over_ms;
	if (m->life != LIFE_STOPPING)
		return CLOCK_NEVER;
	if (!m->stop.queue_closed && m->stop.queue_ms < m->stop.deadline_ms)
		return m->stop.queue_ms;
	return m->stop.deadline_ms;
}
