/*
 * A master in the place of the one before it, and its rehearsal.
 * Runs in: master, rehearsal.
 */
#include "config.h"

#include <unistd.h>

#include "base/log.h"
#include "master/access_logs.h"
#include "master/events.h"
#include "master/manager.h"
#include "master/rehearsal.h"
#include "master/sink.h"
#include "master/state.h"
#include "master/upgrade.h"
#include "wire/report.h"

/* Nobody else starts a worker that is to be there, if the reload fails. */
static void
fill_places(struct master *m)
{
	size_t i;

	for (i = 0; i < m->current->generation->service_count; i++)
		crew_event(&m->current->crews[i],
		    (struct pool_event) { .kind = EVENT_TICK });
}

/* In the place of the one before us: serving already. */
static int
go_on(struct master *m, struct resume *resume, struct error *e)
{
	if (master_open_machinery(m, e) == -1 ||
	    upgrade_adopt(m, resume, e) == -1)
		return -1;
	sink_resume(m);
	access_logs_resume(m);
	log_event(PF_UPGRADE_DONE,
	    "upgrade done: %s " PACKAGE_VERSION " in place of %s; %s",
	    m->settings->program, resume->state.version,
	    m->drained ? "still drained" : "reloading");
	event_generation(m, "upgrade-done", m->current->generation->number,
	    NULL);
	master_raise_limit(m, m->settings);
	m->life = LIFE_SERVING;
	manager_after(m);
	/* Who was told to drain starts nobody until HUP. */
	m->want_reload = !m->drained;
	/* Who died while nobody could be told; and what came meanwhile is
	 * stronger than the reload, and than workers that it would end. */
	reap_all(m);
	signals_act_on_ends(m);
	fill_places(m);
	master_loop(m);
	return 0;
}

static int
run_rehearsal(struct master *m, struct resume *resume)
{
	struct error e;

	if (master_open_machinery(m, &e) == 0 &&
	    upgrade_adopt(m, resume, &e) == 0 && rehearse(m, &e) == 0)
		return report_ready(STDERR_FILENO) == 0 ? 0 : 71;
	(void)report_error(STDERR_FILENO, &e);
	return error_exit_code(&e);
}

int
master_resume(struct settings *settings, struct resume *resume)
{
	struct master m;
	struct error e;

	master_init(&m, settings);
	m.rehearsal = resume->rehearsal;
	/* Its process is thrown away whole, and what an embedder does at its
	 * exit is not for a copy of it. */
	if (m.rehearsal)
		_exit(run_rehearsal(&m, resume));
	sink_begin(settings);
	if (go_on(&m, resume, &e) == -1)
		master_fail(&m, &e);
	master_close(&m);
	return m.exit_code;
}
