/*
 * From the state that was left to a master that goes on: the other side of
 * upgrade_state.c, which tells the lines.
 * Runs in: master, rehearsal.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "master/addresses.h"
#include "master/adopt.h"

static int
adopt_life(struct adoption *a, const struct state_line *line)
{
	int64_t generation, drained;

	if (state_number(line, 0, 1, UINT32_MAX, &generation) == -1 ||
	    state_number(line, 1, 0, 1, &drained) == -1)
		return state_refuse(line, a->e);
	a->m->generation = (uint32_t)generation;
	a->m->drained = drained != 0;
	return 0;
}

static int
adopt_begun(struct adoption *a, const struct state_line *line)
{
	int64_t seq;

	if (state_number(line, 0, 0, INT64_MAX, &a->m->started_ms) == -1 ||
	    state_number(line, 1, 0, INT64_MAX, &seq) == -1)
		return state_refuse(line, a->e);
	a->m->events.seq = (uint64_t)seq;
	return 0;
}

static int
adopt_limit(struct adoption *a, const struct state_line *line)
{
	int64_t raised, current, most;

	if (state_number(line, 0, 0, 1, &raised) == -1 ||
	    state_number(line, 1, INT64_MIN, INT64_MAX, &current) == -1 ||
	    state_number(line, 2, INT64_MIN, INT64_MAX, &most) == -1)
		return state_refuse(line, a->e);
	a->m->limit_raised = raised != 0;
	a->m->former_limit.rlim_cur = (rlim_t)current;
	a->m->former_limit.rlim_max = (rlim_t)most;
	return 0;
}

/* A worker of the rehearsal must not write where one lives that serves. */
static int
open_own_board(struct master *m, unsigned slots)
{
	scoreboard_close(&m->board);
	return scoreboard_open(&m->board, slots);
}

static int
adopt_board(struct adoption *a, const struct state_line *line)
{
	struct master *m = a->m;
	int64_t fd, slots;

	if (m->records != NULL || state_number(line, 0, 0, FD_MAX, &fd) == -1 ||
	    state_number(line, 1, 1, SCOREBOARD_MAX_SLOTS, &slots) == -1)
		return state_refuse(line, a->e);
	if (scoreboard_adopt(&m->board, (int)fd, (unsigned)slots) == -1)
		return error_set(a->e, PF_STATE,
		    "the running master's scoreboard: %s; this binary has "
		    "layout %u",
		    strerror(errno), SCOREBOARD_VERSION);
	(void)fd_set_cloexec((int)fd, true);
	if (a->rehearsal && open_own_board(m, (unsigned)slots) == -1)
		return error_set(a->e, PF_SYSCALL, "scoreboard: %s",
		    strerror(errno));
	m->records = calloc(m->board.slots, sizeof(*m->records));
	return m->records != NULL ? 0 : state_refuse(line, a->e);
}

int
adopt_finish_service(struct adoption *a)
{
	struct service *service;

	if (a->crew == NULL)
		return 0;
	service = &a->cohort->generation->services[a->crew->service];
	if (a->listeners == NULL)
		return 0;
	if (a->listeners->count == 0 && a->cohort == a->m->current)
		return error_set(a->e, PF_STATE,
		    "the running master left no listener of %s",
		    service->settings->name);
	service->listeners = a->listeners;
	a->listeners = NULL;
	return 0;
}

/* Of the generation that comes next. */
static int
adopt_settings(struct adoption *a, const struct state_line *line)
{
	const struct settings_origin *origin = a->m->settings->origin;
	const char *text = state_text(line, 0);

	if (text == NULL || origin == NULL || a->settings != NULL)
		return state_refuse(line, a->e);
	a->settings = origin->restore(origin->arg, text, a->e);
	return a->settings != NULL ? 0 : -1;
}

/* The master has those of the generation that serves. */
static void
give_settings(struct adoption *a)
{
	if (a->m->current == NULL) {
		settings_unref(a->m->settings);
		a->m->settings = settings_ref(a->settings);
	}
	settings_unref(a->settings);
	a->settings = NULL;
}

static int
adopt_generation(struct adoption *a, const struct state_line *line)
{
	struct master *m = a->m;
	struct generation *g;
	struct cohort *cohort;
	int64_t number, old, left_ms;

	if (adopt_finish_service(a) == -1)
		return -1;
	if (state_number(line, 0, 1, UINT32_MAX, &number) == -1 ||
	    state_number(line, 1, 0, 1, &old) == -1 ||
	    state_number(line, 2, -1, MS_MAX, &left_ms) == -1 ||
	    m->records == NULL || a->settings == NULL ||
	    (m->current != NULL) != (old == 1))
		return state_refuse(line, a->e);
	g = generation_new_bare((uint32_t)number, a->settings);
	give_settings(a);
	cohort = g != NULL ? cohort_new(m, g, CREW_MOST) : NULL;
	generation_unref(g);
	if (cohort == NULL)
		return error_set(a->e, PF_SYSCALL, "no memory for workers");
	if (old != 0) {
		cohort->next = m->old;
		m->old = cohort;
		cohort->drain_deadline_ms =
		    left_ms >= 0 ? master_ms(m) + left_ms : CLOCK_NEVER;
	} else
		m->current = cohort;
	a->cohort = cohort;
	a->crew = NULL;
	return 0;
}

static struct crew *
find_crew(struct cohort *cohort, const char *service)
{
	size_t i;

	for (i = 0; i < cohort->generation->service_count; i++)
		if (strcmp(cohort->generation->services[i].settings->name,
			service) == 0)
			return &cohort->crews[i];
	return NULL;
}

static int
adopt_service(struct adoption *a, const struct state_line *line)
{
	const char *name = state_text(line, 0), *file = state_text(line, 4);
	int64_t want, single, fd;
	struct service *service;

	if (adopt_finish_service(a) == -1)
		return -1;
	if (a->cohort == NULL || name == NULL || file == NULL ||
	    strlen(file) >= sizeof(service->module_file) ||
	    state_number(line, 1, 0, SETTINGS_MAX_WORKERS, &want) == -1 ||
	    state_number(line, 2, 0, 1, &single) == -1 ||
	    state_number(line, 3, -1, FD_MAX, &fd) == -1)
		return state_refuse(line, a->e);
	a->crew = find_crew(a->cohort, name);
	if (a->crew == NULL)
		return error_set(a->e, PF_STATE,
		    "the running master has a service %s, of which its "
		    "settings know nothing",
		    name);
	service = &a->cohort->generation->services[a->crew->service];
	if (service->listeners != NULL)
		return state_refuse(line, a->e);
	a->listeners = listener_set_new(SETTINGS_MAX_LISTENERS);
	if (a->listeners == NULL)
		return error_set(a->e, PF_SYSCALL, "no memory for listeners");
	memcpy(service->module_file, file, strlen(file) + 1);
	if (!a->rehearsal && fd >= 0 &&
	    module_snapshot_adopt(&service->snapshot, (int)fd) == -1)
		return state_refuse(line, a->e);
	memset(a->slot_taken, 0, sizeof(a->slot_taken));
	a->crew->single = single != 0;
	a->crew->up = true;
	pool_adopt(&a->crew->pool, (unsigned)want);
	return 0;
}

static const struct {
	const char *keyword;
	int (*adopt)(struct adoption *, const struct state_line *);
} keywords[] = {
	{ "life", adopt_life },
	{ "begun", adopt_begun },
	{ "limit", adopt_limit },
	{ "passed", adopt_passed },
	{ "board", adopt_board },
	{ "pidfile", adopt_pidfile },
	{ "log", adopt_log },
	{ "total", adopt_total },
	{ "refused", adopt_reasons },
	{ "crashed", adopt_reasons },
	{ "killed", adopt_reasons },
	{ "tally", adopt_tally },
	{ "served", adopt_served },
	{ "first", adopt_first },
	{ "outcome", adopt_outcome },
	{ "control", adopt_control },
	{ "settings", adopt_settings },
	{ "generation", adopt_generation },
	{ "service", adopt_service },
	{ "listener", adopt_listener },
	{ "worker", adopt_worker },
	{ "given-up", adopt_given_up },
};

static int
adopt_line(struct adoption *a, const struct state_line *line)
{
	size_t i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(line->keyword, keywords[i].keyword) == 0)
			return keywords[i].adopt(a, line);
	return 0;
}

static int
check_services(const struct adoption *a, const struct generation *g)
{
	size_t i;

	for (i = 0; i < g->service_count; i++)
		if (g->services[i].listeners == NULL)
			return error_set(a->e, PF_STATE,
			    "the running master said nothing of its service "
			    "%s",
			    g->services[i].settings->name);
	return 0;
}

/* What was asked for and where nothing was said of it. */
static int
check_whole(struct adoption *a)
{
	const struct cohort *cohort;

	if (adopt_finish_service(a) == -1)
		return -1;
	if (a->m->current == NULL || a->m->generation == 0)
		return error_set(a->e, PF_STATE,
		    "the running master left no generation");
	if (check_services(a, a->m->current->generation) == -1)
		return -1;
	for (cohort = a->m->old; cohort != NULL; cohort = cohort->next)
		if (check_services(a, cohort->generation) == -1)
			return -1;
	addresses_adopt(a->m);
	return 0;
}

int
upgrade_adopt(struct master *m, struct resume *resume, struct error *e)
{
	static struct adoption a;
	struct state_line line;
	int more;

	a = (struct adoption) { .m = m, .rehearsal = resume->rehearsal };
	a.e = e;
	while ((more = state_next(&resume->state, &line, e)) == 1)
		if (adopt_line(&a, &line) == -1)
			return -1;
	return more == 0 ? check_whole(&a) : -1;
}
