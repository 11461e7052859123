/*
 * Life of an upgrade in place: a child runs the new binary on a copy of our
 * state (rehearsal); when it is content we become the new binary by exec, with
 * the same pid, sockets and workers, and it reloads.
 *
 * What must not be lost between the two images: signals stay pending because
 * they are blocked; children stay children; descriptors that the state names
 * are open across the exec, all others close by themselves.
 * Runs in: master; run_rehearsal in its helper until it execs.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "master/events.h"
#include "master/master.h"
#include "master/sink.h"
#include "master/steer.h"
#include "master/upgrade.h"
#include "wire/report.h"

static void
log_failed(struct master *m, const char *why)
{
	steer_not_upgraded(m, why);
	event_generation(m, "upgrade-failed", m->current->generation->number,
	    why);
	log_event(PF_UPGRADE_FAILED,
	    "upgrade failed, all goes on as before: %s", why);
}

void
upgrade_wish(struct master *m)
{
	const struct invocation *invocation = m->settings->invocation;

	if (m->life >= LIFE_LEAVING) {
		log_event(PF_SIGNAL_IGNORED, "upgrade ignored while stopping");
		return;
	}
	if (invocation == NULL || invocation->program == NULL) {
		log_failed(m, "how this program was called is not known");
		return;
	}
	if (m->life != LIFE_SERVING && !m->want_upgrade)
		log_event(PF_UPGRADE_LATER,
		    "the daemon is %s; the upgrade follows",
		    life_state_name(m->life));
	m->want_upgrade = true;
}

static void
keep_listeners(const struct generation *g, bool open)
{
	const struct listener_set *set;
	size_t i, k;

	for (i = 0; i < g->service_count; i++) {
		set = g->services[i].listeners;
		for (k = 0; k < set->count; k++)
			if (set->items[k]->listener.fd >= 0)
				(void)fd_set_cloexec(set->items[k]->listener.fd,
				    !open);
	}
}

static void
keep_passed(const struct passed_sockets *passed, bool open)
{
	size_t i;

	for (i = 0; passed != NULL && i < passed->count; i++)
		(void)fd_set_cloexec(passed->items[i].fd, !open);
}

/* What the state names, as far as a rehearsal needs it. */
static void
keep_sockets(const struct master *m, bool open)
{
	const struct cohort *cohort;

	keep_listeners(m->current->generation, open);
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		keep_listeners(cohort->generation, open);
	keep_passed(m->settings->passed, open);
	(void)fd_set_cloexec(m->board.fd, !open);
}

static void
keep_modules(const struct generation *g, bool open)
{
	size_t i;

	for (i = 0; i < g->service_count; i++)
		if (g->services[i].snapshot.fd >= 0)
			(void)fd_set_cloexec(g->services[i].snapshot.fd, !open);
}

/* All that the state names. */
static void
keep_all(const struct master *m, bool open)
{
	const struct cohort *cohort;
	unsigned i;

	keep_sockets(m, open);
	keep_modules(m->current->generation, open);
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		keep_modules(cohort->generation, open);
	if (sink_wanted(m->settings) == LOG_SINK_FILE)
		(void)fd_set_cloexec(log_fd(), !open);
	if (m->pidfile.fd >= 0)
		(void)fd_set_cloexec(m->pidfile.fd, !open);
	if (m->control != NULL)
		(void)fd_set_cloexec(control_listener(m->control)->fd, !open);
	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL && m->records[i]->channel.fd >= 0)
			(void)fd_set_cloexec(m->records[i]->channel.fd, !open);
}

/* Run the new binary with the state; returns only when that fails. */
static void
exec_with(const struct master *m, const char *variable, int state_fd)
{
	const struct invocation *invocation = m->settings->invocation;
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", state_fd);
	if (fd_set_cloexec(state_fd, false) == -1 ||
	    setenv(variable, number, 1) == -1)
		return;
	(void)execv(invocation->program, invocation->argv);
}

/* The pipe is its output too: what a dynamic linker says is a reason. */
static int
run_rehearsal(struct master *m, int report_fd)
{
	struct error e;
	int state_fd;

	keep_sockets(m, true);
	state_fd = upgrade_save(m);
	if (state_fd >= 0 && dup2(report_fd, STDOUT_FILENO) >= 0 &&
	    dup2(report_fd, STDERR_FILENO) >= 0)
		exec_with(m, RESUME_REHEARSAL, state_fd);
	(void)error_set(&e, PF_REHEARSAL_DIED, "cannot run %s: %s",
	    m->settings->invocation->program, strerror(errno));
	(void)report_error(report_fd, &e);
	return error_exit_code(&e);
}

/* What tells one binary from another that came into its place. */
static void
look_at_binary(const struct master *m, struct binary *binary)
{
	struct stat st;

	memset(binary, 0, sizeof(*binary));
	if (stat(m->settings->invocation->program, &st) == -1)
		return;
	binary->device = st.st_dev;
	binary->inode = st.st_ino;
	binary->bytes = st.st_size;
	binary->written = st.st_mtim;
}

void
rehearsal_begin(struct master *m)
{
	log_event(PF_UPGRADE_BEGIN, "upgrade: rehearsing %s",
	    m->settings->invocation->program);
	event_generation(m, "upgrade-begin", m->current->generation->number,
	    NULL);
	look_at_binary(m, &m->rehearsed);
	if (helper_start(m, run_rehearsal,
		m->settings->start_timeout_ms + REHEARSAL_SPARE_MS) == 0)
		return;
	(void)error_set(&m->trouble, PF_FORK_FAILED,
	    "cannot start the rehearsal: %s", strerror(errno));
	(void)life_step(m, ON_BAD);
}

void
upgrade_failed(struct master *m)
{
	log_failed(m, m->trouble.text);
}

/* Blocked signals stay pending across exec; handled ones would kill us before
 * the new image has its handlers. */
static void
block_managed(sigset_t *saved)
{
	sigset_t managed;
	size_t i;

	(void)sigemptyset(&managed);
	for (i = 0; i < MASTER_SIGNALS; i++)
		(void)sigaddset(&managed, master_signals[i].signo);
	(void)sigprocmask(SIG_BLOCK, &managed, saved);
}

/* What was marked and not acted upon yet would be forgotten with our memory:
 * sent again while it is blocked it waits for the new image. */
static void
keep_marked(const struct master *m)
{
	size_t i;

	for (i = 0; i < MASTER_SIGNALS; i++)
		if (sigpipe_take(master_signals[i].signo, NULL))
			(void)kill(getpid(), master_signals[i].signo);
	if (m->want_upgrade)
		(void)kill(getpid(), SIGUSR2);
	/* Else the new image reloads anyway. */
	if (m->want_reload && m->drained)
		(void)kill(getpid(), SIGHUP);
}

/* Returns only when it cannot be; errno says why. */
static void
become(struct master *m)
{
	sigset_t saved;
	int state_fd, error;

	block_managed(&saved);
	keep_marked(m);
	state_fd = upgrade_save(m);
	if (state_fd >= 0) {
		keep_all(m, true);
		sigpipe_exec(true);
		steer_replacing(m);
		(void)fflush(NULL);
		exec_with(m, RESUME_UPGRADE, state_fd);
	}
	error = errno;
	(void)unsetenv(RESUME_UPGRADE);
	sigpipe_exec(false);
	keep_all(m, false);
	fd_close(&state_fd);
	sigpipe_restore(&saved);
	errno = error;
}

/* Where it is gone exec says so. */
static bool
is_rehearsed(struct master *m)
{
	struct binary now;

	look_at_binary(m, &now);
	return now.inode == 0 ||
	    (now.device == m->rehearsed.device &&
		now.inode == m->rehearsed.inode &&
		now.bytes == m->rehearsed.bytes &&
		now.written.tv_sec == m->rehearsed.written.tv_sec &&
		now.written.tv_nsec == m->rehearsed.written.tv_nsec);
}

void
upgrade_exec(struct master *m)
{
	char why[ERROR_TEXT_BYTES];
	const char *program = m->settings->invocation->program;

	if (!is_rehearsed(m)) {
		(void)snprintf(why, sizeof(why),
		    "%s is another one than was rehearsed", program);
		log_failed(m, why);
		return;
	}
	become(m);
	(void)snprintf(why, sizeof(why), "cannot run %s: %s", program,
	    strerror(errno));
	log_failed(m, why);
}

void
upgrade_abandoned(struct master *m, const char *why)
{
	log_failed(m, why);
}
