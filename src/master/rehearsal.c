/*
 * Starts a canary of every service with the listeners of the running master
 * and without ever letting it accept.  The same code as a reload's, in a
 * master of its own that has no other workers.
 * Runs in: rehearsal.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "master/rehearsal.h"
#include "master/state.h"

static struct cohort *
build(struct master *m, struct error *e)
{
	struct settings *settings;
	struct generation *g;
	struct cohort *cohort = NULL;
	size_t i;

	settings = settings_again(m->settings, e);
	if (settings == NULL)
		return NULL;
	g = generation_new(m->generation + 1, settings, e);
	settings_unref(settings);
	if (g == NULL)
		return NULL;
	if (generation_share(g, m->current->generation, e) == 0) {
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

static void
reader_gone(void *arg, short revents)
{
	bool *gone = arg;

	*gone = revents != 0;
}

static int
wait_for_workers(struct master *m, const bool *gone, struct error *e)
{
	while (!is_over(m->incoming)) {
		if (master_wait(m, cohort_deadline(m->incoming)) == -1)
			return error_set(e, PF_SYSCALL, "waiting: %s",
			    strerror(errno));
		if (*gone)
			return error_set(e, PF_REHEARSAL_DIED,
			    "nobody waits for the verdict");
		cohort_tick(m->incoming, master_ms(m));
	}
	if (m->incoming->failed)
		*e = m->incoming->reason;
	return m->incoming->failed ? -1 : 0;
}

/* For as long as somebody reads the verdict: when the master was killed, its
 * rehearsal must not keep the sockets. */
static int
wait_for_verdict(struct master *m, struct error *e)
{
	bool gone = false;
	struct loop_watch reader = {
		.fd = STDERR_FILENO, .ready = reader_gone, .arg = &gone
	};
	bool watched = loop_add(m->loop, &reader) == 0;
	int result = wait_for_workers(m, &gone, e);

	if (watched)
		loop_remove(m->loop, &reader);
	return result;
}

int
rehearse(struct master *m, struct error *e)
{
	int result;

	m->life = LIFE_RELOADING;
	m->incoming = build(m, e);
	if (m->incoming == NULL)
		return -1;
	cohort_start(m->incoming);
	result = wait_for_verdict(m, e);
	cohort_kill(m->incoming, KILL_START_FAILED);
	return result;
}
