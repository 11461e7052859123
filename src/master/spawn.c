/*
 * fork(2): workers, helpers, and the two forks that make a daemon.  Signals
 * are blocked from before the fork until the child has its own handlers, so
 * that no handler of the parent runs in the child.
 * Runs in: the parent and the first moments of the child.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "control/control.h"
#include "master/manager.h"
#include "master/sink.h"
#include "master/spawn.h"
#include "master/state.h"
#include "worker/worker.h"

/* As many as fd_close_others keeps. */
#define HELPER_KEEPS 300

/* The child has all signals blocked; the parent its mask back. */
static pid_t
fork_with_signals_blocked(void)
{
	sigset_t saved;
	pid_t pid;
	int error;

	(void)fflush(NULL);
	sigpipe_block(&saved);
	pid = fork();
	if (pid == 0)
		return 0;
	error = errno;
	sigpipe_restore(&saved);
	errno = error;
	return pid;
}

static void
close_services(struct generation *g, const struct service *mine)
{
	size_t i;

	for (i = 0; g != NULL && i < g->service_count; i++)
		if (&g->services[i] != mine) {
			module_snapshot_close(&g->services[i].snapshot);
			fd_close(&g->services[i].access_fd);
		}
}

/* Of all that have workers. */
static void
close_all_services(struct master *m, const struct service *mine)
{
	const struct cohort *cohort;

	if (m->current != NULL)
		close_services(m->current->generation, mine);
	if (m->incoming != NULL)
		close_services(m->incoming->generation, mine);
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		close_services(cohort->generation, mine);
}

/* In an embedder's worker: what the master opened and nothing else. */
static void
close_masters_own(struct master *m, int channel_fd)
{
	unsigned i;

	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL &&
		    m->records[i]->channel.fd != channel_fd)
			fd_close(&m->records[i]->channel.fd);
	if (m->helper.watch.fd != channel_fd)
		fd_close(&m->helper.watch.fd);
	held_drop(&m->stop);
	fd_close(&m->board.fd);
	fd_close(&m->pidfile.fd);
	fd_close(&m->starter_fd);
	control_forget(m->control);
	sink_discard(m);
	if (m->settings->ready_fd > 2)
		(void)close(m->settings->ready_fd);
}

static void
close_inherited(struct master *m, const struct worker_setup *setup)
{
	const struct service *mine =
	    &setup->generation->services[setup->service];
	const struct listener_set *set = mine->listeners;
	int *keep;
	size_t i, count = 0;

	if (!m->settings->own_process) {
		close_masters_own(m, setup->channel_fd);
		close_all_services(m, mine);
		close_services(m->next, NULL);
		return;
	}
	keep = malloc((set->count + 4) * sizeof(*keep));
	if (keep == NULL)
		_exit(71);
	for (i = 0; i < set->count; i++)
		keep[count++] = set->items[i]->listener.fd;
	keep[count++] = setup->channel_fd;
	keep[count++] = log_fd();
	keep[count++] = mine->snapshot.fd;
	keep[count++] = mine->access_fd;
	fd_close_others(keep, count);
	free(keep);
}

static _Noreturn void
run_worker(struct worker_record *record, int channel_fd)
{
	struct master *m = record->master;
	struct worker_setup setup = {
		.generation = record->crew->cohort->generation,
		.service = record->crew->service,
		.slot_number = record->slot,
		.channel_fd = channel_fd,
		.slot = &m->board.slot[record->cell],
		.tally = &m->board.tally[record->cell],
		.board = &m->board,
		.cell = record->cell,
		.master_pid = m->pid,
	};

	sigpipe_child();
	loop_forget(m->loop);
	if (m->settings->own_process)
		manager_forget();
	/* First: the last resort closes up to the limit. */
	close_inherited(m, &setup);
	scoreboard_keep(&m->board, record->cell);
	if (m->limit_raised)
		(void)setrlimit(RLIMIT_NOFILE, &m->former_limit);
	worker_main(&setup);
}

static uint32_t
first_orders(const struct master *m)
{
	if (m->life == LIFE_STOPPING)
		return ORDER_DRAIN;
	return m->life == LIFE_LEAVING ? ORDER_ANNOUNCE : 0;
}

int
spawn_worker(struct master *m, struct worker_record *record)
{
	uint32_t orders = first_orders(m);
	int ends[2];

	if (fd_socketpair(ends) == -1)
		return -1;
	scoreboard_assign(&m->board, record->cell,
	    record->crew->cohort->generation->number, orders);
	scoreboard_name(&m->board, record->cell, crew_name(record->crew));
	if (fd_set_nonblocking(ends[0], true) == -1)
		goto fail;
	channel_init(&record->channel, ends[0]);
	record->watch.fd = ends[0];
	if (loop_add(m->loop, &record->watch) == -1)
		goto fail;
	record->pid = fork_with_signals_blocked();
	if (record->pid == 0)
		run_worker(record, ends[1]);
	if (record->pid == -1) {
		loop_remove(m->loop, &record->watch);
		goto fail;
	}
	record->forked_ms = clock_ms();
	totals_forked(record);
	fd_close(&ends[1]);
	return 0;
fail:
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	channel_init(&record->channel, -1);
	return -1;
}

/* The snapshots of the generation that is checked; one for which there is no
 * room is loaded from its path. */
static size_t
keep_snapshots(struct generation *g, int *keep, size_t room)
{
	size_t i;

	for (i = 0; g != NULL && i < g->service_count; i++)
		if (i < room)
			keep[i] = g->services[i].snapshot.fd;
		else
			module_snapshot_close(&g->services[i].snapshot);
	return i < room ? i : room;
}

/* A rehearsal needs what the state names; exec closes the rest. */
static void
close_all_but(struct master *m, int report_fd)
{
	int keep[HELPER_KEEPS] = { report_fd, log_fd() };
	size_t count;

	if (m->life == LIFE_REHEARSING)
		return;
	if (m->settings->own_process) {
		count = keep_snapshots(m->next, keep + 2, HELPER_KEEPS - 2);
		fd_close_others(keep, count + 2);
	} else {
		close_masters_own(m, report_fd);
		close_all_services(m, NULL);
	}
}

/* A signal that is sent to every process of this name is not for the helper;
 * the master ends it by KILL. */
static void
ignore_strangers(void)
{
	size_t i;

	for (i = 0; i < WORKER_SIGNALS; i++)
		(void)signal(worker_signals[i].signo, SIG_IGN);
}

pid_t
spawn_child(struct master *m, int (*run)(struct master *, int), int report_fd)
{
	sigset_t none;
	pid_t pid = fork_with_signals_blocked();
	int status;

	if (pid != 0) {
		/* Both set it: whoever is first. */
		if (pid > 0)
			(void)setpgid(pid, pid);
		return pid;
	}
	(void)setpgid(0, 0);
	sigpipe_child();
	ignore_strangers();
	loop_forget(m->loop);
	close_all_but(m, report_fd);
	if (m->limit_raised)
		(void)setrlimit(RLIMIT_NOFILE, &m->former_limit);
	(void)sigemptyset(&none);
	sigpipe_restore(&none);
	status = run(m, report_fd);
	(void)fflush(NULL);
	_exit(status);
}

/* Whoever started us may ignore SIGCHLD; then nobody could be waited for
 * (POSIX.1-2008, _exit, Consequences of Process Termination). */
static void
keep_children_waitable(void)
{
	struct sigaction now;

	if (sigaction(SIGCHLD, NULL, &now) == 0 &&
	    (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_IGN)
		(void)signal(SIGCHLD, SIG_DFL);
}

pid_t
spawn_helper(int (*run)(void *arg), void *arg)
{
	sigset_t none;
	pid_t pid;
	int status;

	keep_children_waitable();
	pid = fork_with_signals_blocked();
	if (pid != 0)
		return pid;
	sigpipe_child();
	manager_forget();
	(void)sigemptyset(&none);
	sigpipe_restore(&none);
	status = run(arg);
	(void)fflush(NULL);
	_exit(status);
}

int
spawn_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return status;
}

/*
 * The second fork gives up leadership of the session, without which no
 * terminal that is opened later can become ours (POSIX.1-2008, 11.1.3).
 */
pid_t
spawn_daemon(void)
{
	sigset_t none;
	pid_t pid;

	pid = fork_with_signals_blocked();
	if (pid != 0)
		return pid;
	if (setsid() == -1)
		_exit(71);
	pid = fork_with_signals_blocked();
	if (pid != 0)
		_exit(pid == -1 ? 71 : 0);
	(void)umask(022);
	if (chdir("/") == -1)
		_exit(71);
	(void)sigemptyset(&none);
	sigpipe_restore(&none);
	return 0;
}
