/*
 * The master: its construction, its loop, its end.  One thread, one wait; it
 * never blocks, never sleeps, never runs a handler's code.
 * Runs in: starter up to the daemonizing, then master.
 */
#include "config.h"

#include <sys/resource.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "master/access_logs.h"
#include "master/addresses.h"
#include "master/events.h"
#include "master/manager.h"
#include "master/master.h"
#include "master/path_guard.h"
#include "master/sink.h"
#include "master/spawn.h"
#include "master/state.h"
#include "master/steer.h"
#include "worker/backtrace.h"

/* A master that was killed leaves its address to its workers until they have
 * noticed; a restart at once waits for them this long. */
#define BIND_PATIENCE_MS 1500
/* Descriptors of the master besides one channel for each worker. */
#define SPARE_FDS 128
/* The scheduler's delays are shorter. */
#define LATE_MS 100
/* What is given on top of the time that was lost, at most. */
#define GRACE_MS 10000

static unsigned
most_workers(const struct settings *settings)
{
	unsigned total = 0;
	size_t i;

	for (i = 0; i < settings->service_count; i++)
		total += settings->services[i].workers;
	total = total * 4 + 256;
	return total < SCOREBOARD_MAX_SLOTS ? total : SCOREBOARD_MAX_SLOTS;
}

/* One channel for each worker, twice that in a reload.  Too low a hard limit
 * shows as a failed fork, with its reason. */
void
master_raise_limit(struct master *m, const struct settings *settings)
{
	rlim_t wanted = most_workers(settings) + SPARE_FDS;
	struct rlimit limit, former;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
		return;
	former = limit;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1 || m->limit_raised)
		return;
	m->former_limit = former;
	m->limit_raised = true;
}

int64_t
master_ms(const struct master *m)
{
	return clock_ms() - m->lost_ms;
}

/*
 * Somebody stopped us, or the machine stood still: the deadlines that passed
 * meanwhile were nobody's fault.  When in the wait that was is not known, and
 * others may have stood still with us; so the clock that deadlines are kept by
 * is put back to the beginning of the wait, though by not much more than we
 * were late.  What was due before the wait is late by our own work.
 */
static void
forgive_lateness(void *arg)
{
	struct master *m = arg;
	int64_t late_ms, waited_ms;

	if (m->wake_at_ms == CLOCK_NEVER)
		return;
	late_ms = master_ms(m) - m->wake_at_ms;
	if (late_ms < LATE_MS)
		return;
	waited_ms = m->wake_at_ms - m->wait_begun_ms;
	m->lost_ms += late_ms + (waited_ms < GRACE_MS ? waited_ms : GRACE_MS);
	m->resumed_ms = clock_ms();
}

int
master_open_machinery(struct master *m, struct error *e)
{
	m->pid = getpid();
	backtrace_prepare();
	m->loop = loop_new();
	if (m->loop == NULL || signals_open(m) == -1)
		return error_set(e, PF_SYSCALL, "signals: %s", strerror(errno));
	loop_on_wake(m->loop, forgive_lateness, m);
	oom_init(&m->oom);
	manager_open(m);
	return 0;
}

/* For as many as there can ever be: pages are used when touched, and a reload
 * that wants more workers finds room. */
static int
open_board(struct master *m, struct error *e)
{
	if (scoreboard_open(&m->board, SCOREBOARD_MAX_SLOTS) == -1)
		return error_set(e, PF_SYSCALL, "scoreboard: %s",
		    strerror(errno));
	sink_share(m);
	m->records = calloc(m->board.slots, sizeof(*m->records));
	if (m->records == NULL)
		return error_set(e, PF_SYSCALL, "no memory for workers");
	master_raise_limit(m, m->settings);
	return 0;
}

static int
open_service(struct master *m, struct error *e)
{
	struct generation *generation;

	if (m->settings->pidfile != NULL &&
	    (path_guard(m->settings, m->settings->pidfile, PF_PIDFILE, e) ==
		    -1 ||
		pidfile_open(&m->pidfile, m->settings->pidfile, e) == -1))
		return -1;
	if (steer_open(m, e) == -1)
		return -1;
	generation = generation_new(++m->generation, m->settings, e);
	if (generation == NULL)
		return -1;
	if (generation_open(generation, NULL, BIND_PATIENCE_MS, e) == -1 ||
	    access_logs_open(generation, e) == -1) {
		generation_unref(generation);
		return -1;
	}
	m->current = cohort_new(m, generation, 0);
	generation_unref(generation);
	if (m->current == NULL)
		return error_set(e, PF_SYSCALL, "no memory for workers");
	addresses_begin(m->current->generation);
	return 0;
}

void
master_close(struct master *m)
{
	struct cohort *next;

	for (; m->old != NULL; m->old = next) {
		next = m->old->next;
		cohort_free(m->old);
	}
	if (m->current != NULL)
		cohort_free(m->current);
	generation_unref(m->next);
	pidfile_close(&m->pidfile);
	steer_close(m);
	if (m->loop != NULL)
		signals_close(m);
	loop_free(m->loop);
	sink_discard(m);
	log_unshare();
	scoreboard_close(&m->board);
	free(m->records);
	totals_free(m);
	events_free(m);
	settings_unref(m->settings);
	if (m->limit_raised)
		(void)setrlimit(RLIMIT_NOFILE, &m->former_limit);
}

void
master_fail(struct master *m, const struct error *e)
{
	m->exit_code = error_exit_code(e);
	m->start_error = *e;
	manager_failed(m, e);
	log_error(e);
}

void
start_done(struct master *m)
{
	addresses_proven(m->current->generation);
	log_event(PF_STARTED, "%s " PACKAGE_VERSION " is ready",
	    m->settings->program);
	event_generation(m, "start", m->current->generation->number, NULL);
	events_listening(m, m->current->generation, NULL);
	notify_ready(m);
}

static void
review_start(struct master *m)
{
	if (m->life != LIFE_STARTING)
		return;
	if (m->current->failed || cohort_collapsed(m->current)) {
		master_fail(m, &m->current->reason);
		(void)life_step(m, ON_TROUBLE);
	} else if (cohort_serves(m->current)) {
		(void)life_step(m, ON_UP);
	}
}

static int64_t
cohorts_deadline(const struct master *m)
{
	int64_t next = cohort_deadline(m->current), due;
	const struct cohort *cohort;

	if (m->incoming != NULL && (due = cohort_deadline(m->incoming)) < next)
		next = due;
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		if ((due = cohort_deadline(cohort)) < next)
			next = due;
	return next;
}

static int64_t
steering_deadline(const struct master *m)
{
	int64_t next = control_deadline(m->control);
	int64_t due = steer_wait_deadline(m);

	return due < next ? due : next;
}

static int64_t
next_deadline(const struct master *m)
{
	static int64_t (*const deadlines[])(const struct master *) = {
		stop_deadline, reap_deadline, helper_deadline,
		escalate_deadline, watchdog_deadline, cohorts_deadline,
		addresses_deadline, steering_deadline, manager_deadline
	};
	int64_t next = CLOCK_NEVER, due;
	size_t i;

	for (i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
		due = deadlines[i](m);
		if (due < next)
			next = due;
	}
	return next;
}

static void
act_on_time(struct master *m)
{
	int64_t now_ms = master_ms(m);
	struct cohort *cohort;

	helper_tick(m, now_ms);
	escalate_tick(m, now_ms);
	watchdog_tick(m);
	cohort_tick(m->current, now_ms);
	if (m->incoming != NULL)
		cohort_tick(m->incoming, now_ms);
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		cohort_tick(cohort, now_ms);
	addresses_tick(m, now_ms);
	control_tick(m->control, now_ms);
	manager_tick(m, now_ms);
	reap_deaf(m, now_ms);
	review_start(m);
	reload_review(m);
	stop_review(m, now_ms);
	steer_pool_review(m);
	steer_wait_review(m);
}

int
master_wait(struct master *m, int64_t deadline_ms)
{
	int64_t now_ms = master_ms(m);

	m->wait_begun_ms = now_ms;
	m->wake_at_ms = deadline_ms > now_ms ? deadline_ms : now_ms;
	if (deadline_ms == CLOCK_NEVER)
		return loop_wait(m->loop, CLOCK_NEVER);
	return loop_wait(m->loop, deadline_ms + m->lost_ms);
}

static void
fail_loop(struct master *m)
{
	struct error e;

	(void)error_set(&e, PF_SYSCALL, "waiting: %s", strerror(errno));
	master_fail(m, &e);
	stop_ask_fast(m, "failure");
	reap_all(m);
	(void)life_step(m, ON_GONE);
}

void
master_loop(struct master *m)
{
	act_on_time(m);
	while (m->life != LIFE_OVER) {
		if (master_wait(m, next_deadline(m)) == -1)
			fail_loop(m);
		act_on_time(m);
	}
	if (m->exit_code == 0)
		log_event(PF_STOPPED, "%s has ended", m->settings->program);
}

/* Last of all: when the starter returns nothing is left behind. */
static void
tell_starter(struct master *m)
{
	if (m->start_error.id == PF_NONE)
		(void)error_set(&m->start_error, PF_START_FAILED,
		    "the daemon was stopped before it was ready");
	notify_failed(m, &m->start_error);
}

void
master_init(struct master *m, struct settings *settings)
{
	*m = (struct master) {
		.settings = settings_ref(settings),
		.board = { .fd = -1 },
		.pidfile = { .fd = -1 },
		.helper = { .watch = { .fd = -1 } },
		.starter_fd = -1,
		.watchdog_ms = CLOCK_NEVER,
		.started_ms = clock_ms(),
	};
}

static int
run_master(struct settings *settings, int starter_fd)
{
	struct master m;
	struct error e;

	master_init(&m, settings);
	m.starter_fd = starter_fd;
	if (master_open_machinery(&m, &e) == -1 || open_board(&m, &e) == -1 ||
	    sink_open(settings, &e) == -1 || open_service(&m, &e) == -1)
		master_fail(&m, &e);
	else {
		cohort_start(m.current);
		master_loop(&m);
	}
	master_close(&m);
	tell_starter(&m);
	return m.exit_code;
}

static int
run_starter(int starter_fd, pid_t first_child, const char *program)
{
	(void)spawn_wait(first_child);
	return notify_wait(starter_fd, program);
}

int
master_run(struct settings *settings)
{
	int ends[2];
	pid_t pid;

	if (settings->foreground) {
		sink_begin(settings);
		return run_master(settings, -1);
	}
	if (fd_pipe(ends, false) == -1 || (pid = spawn_daemon()) == -1) {
		log_event(PF_SYSCALL, "cannot become a daemon: %s",
		    strerror(errno));
		return msg_find(PF_SYSCALL)->exit_code;
	}
	if (pid != 0) {
		fd_close(&ends[1]);
		return run_starter(ends[0], pid, settings->program);
	}
	fd_close(&ends[0]);
	sink_begin(settings);
	if (fd_detach_stdio(sink_wanted(settings) != LOG_SINK_STDERR) == -1)
		_exit(msg_find(PF_SYSCALL)->exit_code);
	_exit(run_master(settings, ends[1]));
}
