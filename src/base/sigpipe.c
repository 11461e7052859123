/*
 * Signals as events through a pipe.
 * Responsible for dispositions, marks and the pipe; not for what a signal
 * means to anybody.  Runs in: master, worker, embedder.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sigpipe.h"

/* Real-time signals end at 64 on most systems, at 127 on some. */
#define SIGNO_END 128

/* raise(3) has a code of its own on some systems. */
#ifndef SI_TKILL
#define SI_TKILL SI_USER
#endif

/* What the handler touches. */
static volatile sig_atomic_t marks[SIGNO_END];
static volatile sig_atomic_t senders[SIGNO_END];
static volatile sig_atomic_t write_end = -1;

static int read_end = -1;
static struct {
	int signo;
	bool ignored;
	struct sigaction before;
} managed[SIGPIPE_MAX_RULES];
static size_t managed_count;

static pid_t
sender_of(const siginfo_t *info)
{
	if (info->si_code == SI_USER || info->si_code == SI_QUEUE ||
	    info->si_code == SI_TKILL)
		return info->si_pid;
	return 0;
}

/* The byte only wakes: when the pipe is full, a wake-up is under way. */
static void
on_signal(int signo, siginfo_t *info, void *context)
{
	int saved = errno;
	unsigned char byte = (unsigned char)signo;
	ssize_t told;

	(void)context;
	senders[signo] = (sig_atomic_t)sender_of(info);
	marks[signo] = 1;
	told = write((int)write_end, &byte, 1);
	(void)told;
	errno = saved;
}

static bool
signo_known(int signo)
{
	return signo > 0 && signo < SIGNO_END;
}

static int
open_pipe(void)
{
	int ends[2];

	if (fd_pipe(ends, true) == -1)
		return -1;
	read_end = ends[0];
	write_end = ends[1];
	return 0;
}

static void
close_pipe(void)
{
	int fd = (int)write_end;

	write_end = -1;
	fd_close(&fd);
	fd_close(&read_end);
}

static void
make_action(struct sigaction *action, const struct signal_rule *rule)
{
	action->sa_flags = 0;
	switch (rule->role) {
	case SIGNAL_EVENT:
		action->sa_sigaction = on_signal;
		action->sa_flags = SA_SIGINFO | SA_RESTART;
		break;
	case SIGNAL_IGNORE:
		action->sa_handler = SIG_IGN;
		break;
	case SIGNAL_DEFAULT:
		action->sa_handler = SIG_DFL;
		break;
	}
}

static int
install_rules(const struct signal_rule *rules, size_t count)
{
	struct sigaction action;
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < count; i++)
		(void)sigaddset(&action.sa_mask, rules[i].signo);
	for (i = 0; i < count; i++) {
		make_action(&action, &rules[i]);
		marks[rules[i].signo] = 0;
		if (sigaction(rules[i].signo, &action,
			&managed[managed_count].before) == -1)
			return -1;
		managed[managed_count].ignored = rules[i].role == SIGNAL_IGNORE;
		managed[managed_count++].signo = rules[i].signo;
	}
	return 0;
}

static int
check_rules(const struct signal_rule *rules, size_t count)
{
	size_t i;

	errno = EINVAL;
	if (count > SIGPIPE_MAX_RULES)
		return -1;
	for (i = 0; i < count; i++)
		if (!signo_known(rules[i].signo))
			return -1;
	errno = EBUSY;
	return read_end == -1 ? 0 : -1;
}

int
sigpipe_install(const struct signal_rule *rules, size_t count)
{
	int saved = errno;

	if (check_rules(rules, count) == -1 || open_pipe() == -1)
		return -1;
	errno = saved;
	if (install_rules(rules, count) == 0)
		return 0;
	saved = errno;
	sigpipe_uninstall();
	errno = saved;
	return -1;
}

/* In reverse, for a table that names a signal twice. */
void
sigpipe_uninstall(void)
{
	while (managed_count > 0) {
		managed_count--;
		(void)sigaction(managed[managed_count].signo,
		    &managed[managed_count].before, NULL);
		marks[managed[managed_count].signo] = 0;
	}
	close_pipe();
}

void
sigpipe_child(void)
{
	struct sigaction action = { 0 };
	size_t i;

	action.sa_handler = SIG_DFL;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < managed_count; i++)
		managed[i].before = action;
	sigpipe_uninstall();
}

void
sigpipe_exec(bool begin)
{
	struct sigaction ignore = { 0 }, now;
	size_t i;

	ignore.sa_handler = SIG_IGN;
	sigemptyset(&ignore.sa_mask);
	for (i = 0; i < managed_count; i++) {
		if (sigaction(managed[i].signo, NULL, &now) == -1 ||
		    (now.sa_flags & SA_SIGINFO) != 0)
			continue;
		if (begin && now.sa_handler == SIG_IGN)
			(void)sigaction(managed[i].signo, &managed[i].before,
			    NULL);
		else if (!begin && managed[i].ignored)
			(void)sigaction(managed[i].signo, &ignore, NULL);
	}
}

int
sigpipe_fd(void)
{
	return read_end;
}

void
sigpipe_drain(void)
{
	char bytes[64];
	ssize_t got;

	do {
		got = read(read_end, bytes, sizeof(bytes));
	} while (got > 0 || (got == -1 && errno == EINTR));
}

bool
sigpipe_take(int signo, pid_t *sender)
{
	if (!sigpipe_pending(signo))
		return false;
	/* First, so that one that comes now is seen the next time. */
	marks[signo] = 0;
	if (sender != NULL)
		*sender = (pid_t)senders[signo];
	return true;
}

bool
sigpipe_pending(int signo)
{
	return signo_known(signo) && marks[signo] != 0;
}

void
sigpipe_block(sigset_t *saved)
{
	/* To block these is undefined, or makes an abort() late. */
	static const int synchronous[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
		SIGTRAP, SIGABRT, SIGSYS };
	sigset_t all;
	size_t i;

	sigfillset(&all);
	for (i = 0; i < sizeof(synchronous) / sizeof(synchronous[0]); i++)
		(void)sigdelset(&all, synchronous[i]);
	(void)sigprocmask(SIG_BLOCK, &all, saved);
}

void
sigpipe_restore(const sigset_t *mask)
{
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
}

const char *
sigpipe_name(int signo)
{
	static const struct {
		int signo;
		const char *name;
	} names[] = { { SIGHUP, "HUP" }, { SIGINT, "INT" }, { SIGQUIT, "QUIT" },
		{ SIGILL, "ILL" }, { SIGTRAP, "TRAP" }, { SIGABRT, "ABRT" },
		{ SIGBUS, "BUS" }, { SIGFPE, "FPE" }, { SIGKILL, "KILL" },
		{ SIGUSR1, "USR1" }, { SIGSEGV, "SEGV" }, { SIGUSR2, "USR2" },
		{ SIGPIPE, "PIPE" }, { SIGALRM, "ALRM" }, { SIGTERM, "TERM" },
		{ SIGCHLD, "CHLD" }, { SIGCONT, "CONT" }, { SIGSTOP, "STOP" },
		{ SIGTSTP, "TSTP" }, { SIGTTIN, "TTIN" }, { SIGTTOU, "TTOU" },
		{ SIGURG, "URG" }, { SIGXCPU, "XCPU" }, { SIGXFSZ, "XFSZ" },
		{ SIGVTALRM, "VTALRM" }, { SIGPROF, "PROF" },
		{ SIGWINCH, "WINCH" }, { SIGSYS, "SYS" } };
	static char number[32];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].signo == signo)
			return names[i].name;
	(void)snprintf(number, sizeof(number), "signal %d", signo);
	return number;
}
