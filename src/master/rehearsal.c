/*
 * Starts a canary of every service with the listeners of the running master
 * and without ever letting it accept.  The same code as a reload's, in a
 * master of its own that has no other workers.
 * Runs in: rehearsal.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "master/rehearsal.h"
#include "master/state.h"

static struct cohort *
build(struct master *m, struct error *e)
{
	struct generation *g;
	struct cohort *cohort = NULL;
	size_t i;

	g = generation_new(m->generation + 1, m->settings, e);
	if (g == NULL)
		return NULL;
	if (generation_open(g, m->current->generation, 0, e) == 0) {
		cohort = cohort_new(m, g, 0);
		if (cohort == NULL)
			(void)error_set(e, PF_SYSCALL, "no memory for workers");
	}
	generation_unref(g);
	for (i = 0; cohort != NULL && i < cohort->generation->service_count;
	     i++)
		cohort->crews[i].pool.want = 1;
	return cohort;
}

static bool
is_over(const struct cohort *cohort)
{
	return cohort->failed || cohort_complete(cohort);
}

int
rehearse(struct master *m, struct error *e)
{
	m->life = LIFE_RELOADING;
	m->incoming = build(m, e);
	if (m->incoming == NULL)
		return -1;
	cohort_start(m->incoming);
	while (!is_over(m->incoming)) {
		if (loop_wait(m->loop, cohort_deadline(m->incoming)) == -1)
			return error_set(e, PF_SYSCALL, "waiting: %s",
			    strerror(errno));
		cohort_tick(m->incoming, master_ms(m));
	}
	if (m->incoming->failed)
		*e = m->incoming->reason;
	cohort_kill(m->incoming, KILL_START_FAILED);
	return m->incoming->failed ? -1 : 0;
}
