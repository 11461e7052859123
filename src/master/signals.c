/*
 * What the master's signals mean, and the one place that acts on them, in a
 * fixed order: the dead first, then the strongest request to stop.
 * Runs in: master.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sigpipe.h"
#include "master/master.h"
#include "master/sink.h"
#include "master/state.h"

const struct signal_rule master_signals[MASTER_SIGNALS] = {
	{ SIGCHLD, SIGNAL_EVENT, "a worker died, was stopped or goes on" },
	{ SIGINT, SIGNAL_EVENT, "fast stop" },
	{ SIGTERM, SIGNAL_EVENT, "graceful stop, at most stop_timeout" },
	{ SIGQUIT, SIGNAL_EVENT, "graceful stop, at most 60 s" },
	{ SIGHUP, SIGNAL_EVENT, "reload" },
	{ SIGUSR1, SIGNAL_EVENT, "reopen the log" },
	{ SIGUSR2, SIGNAL_EVENT, "upgrade in place" },
	{ SIGTTIN, SIGNAL_EVENT, "one worker more" },
	{ SIGTTOU, SIGNAL_EVENT, "one worker less" },
	{ SIGWINCH, SIGNAL_EVENT, "drain all workers, keep the sockets" },
	{ SIGPIPE, SIGNAL_IGNORE, "ignored" },
	{ SIGXFSZ, SIGNAL_IGNORE, "ignored" },
	{ SIGALRM, SIGNAL_DEFAULT, "not used" },
};

static const char *
describe_sender(const char *name, pid_t sender, char *text, size_t bytes)
{
	/* We kept it for ourselves across an exec; who sent it is lost. */
	if (sender > 0 && sender != getpid())
		(void)snprintf(text, bytes, "%s from pid %ld", name,
		    (long)sender);
	else
		(void)snprintf(text, bytes, "%s", name);
	return text;
}

static void
act_on_stop(struct master *m)
{
	char who[64];
	pid_t sender;

	if (sigpipe_take(SIGINT, &sender))
		stop_ask_fast(m,
		    describe_sender("INT", sender, who, sizeof(who)));
	if (sigpipe_take(SIGTERM, &sender))
		stop_ask(m, describe_sender("TERM", sender, who, sizeof(who)),
		    m->settings->stop_timeout_ms);
	if (sigpipe_take(SIGQUIT, &sender))
		stop_ask(m, describe_sender("QUIT", sender, who, sizeof(who)),
		    m->settings->quit_timeout_ms);
}

static void
resize_by(struct master *m, int step)
{
	struct crew *crew;
	unsigned i, want;

	if (m->life < LIFE_SERVING || m->life >= LIFE_LEAVING || m->drained) {
		log_event(PF_SIGNAL_IGNORED,
		    "the number of workers is not changed now");
		return;
	}
	for (i = 0; i < m->current->generation->service_count; i++) {
		crew = &m->current->crews[i];
		want = crew->pool.want;
		if (crew->single || want == 0 || (step < 0 && want <= 1) ||
		    (step > 0 &&
			(want >= crew->pool.capacity ||
			    want >= SETTINGS_MAX_WORKERS)))
			continue;
		want = step < 0 ? want - 1 : want + 1;
		log_event(PF_RESIZED, "%s: %u workers", crew_name(crew), want);
		crew_event(crew,
		    (struct pool_event) { .kind = EVENT_RESIZE, .want = want });
	}
}

static void
act_on_size(struct master *m)
{
	if (sigpipe_take(SIGTTIN, NULL))
		resize_by(m, 1);
	if (sigpipe_take(SIGTTOU, NULL))
		resize_by(m, -1);
}

/* Before HUP, which ends a drain: of the two at once, serving wins. */
static void
act_on_drain(struct master *m)
{
	if (!sigpipe_take(SIGWINCH, NULL))
		return;
	if (m->settings->foreground || !life_step(m, ON_DRAIN))
		log_event(PF_SIGNAL_IGNORED, "WINCH ignored");
}

void
signals_act_on_ends(struct master *m)
{
	act_on_stop(m);
	act_on_drain(m);
}

static void
signals_ready(void *arg, short revents)
{
	struct master *m = arg;
	struct error e;

	(void)revents;
	sigpipe_drain();
	if (sigpipe_take(SIGCHLD, NULL))
		reap_all(m);
	signals_act_on_ends(m);
	if (sigpipe_take(SIGHUP, NULL))
		reload_wish(m);
	if (sigpipe_take(SIGUSR1, NULL))
		(void)sink_reopen(m, &e);
	if (sigpipe_take(SIGUSR2, NULL))
		upgrade_wish(m);
	act_on_size(m);
}

/* A terminal sends TTIN, TTOU and WINCH for reasons of its own. */
static bool
on_terminal(const struct master *m)
{
	return m->settings->foreground &&
	    (isatty(STDIN_FILENO) || isatty(STDERR_FILENO));
}

/* Whoever started us may have had them blocked. */
static void
unblock(struct master *m, const struct signal_rule *rules)
{
	sigset_t managed;
	size_t i;

	(void)sigemptyset(&managed);
	for (i = 0; i < MASTER_SIGNALS; i++)
		(void)sigaddset(&managed, rules[i].signo);
	(void)sigprocmask(SIG_UNBLOCK, &managed, &m->former_mask);
}

static bool
is_unwanted(const struct master *m, int signo)
{
	if (m->rehearsal)
		return signo != SIGCHLD;
	return on_terminal(m) && (signo == SIGTTIN || signo == SIGTTOU);
}

int
signals_open(struct master *m)
{
	struct signal_rule rules[MASTER_SIGNALS];
	size_t i;

	memcpy(rules, master_signals, sizeof(rules));
	for (i = 0; i < MASTER_SIGNALS; i++)
		if (is_unwanted(m, rules[i].signo))
			rules[i].role = SIGNAL_IGNORE;
	if (sigpipe_install(rules, MASTER_SIGNALS) == -1)
		return -1;
	m->signals.fd = sigpipe_fd();
	m->signals.events = POLLIN;
	m->signals.ready = signals_ready;
	m->signals.arg = m;
	unblock(m, rules);
	return loop_add(m->loop, &m->signals);
}

void
signals_close(struct master *m)
{
	loop_remove(m->loop, &m->signals);
	sigpipe_restore(&m->former_mask);
	sigpipe_uninstall();
}
