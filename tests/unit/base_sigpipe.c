/*
 * Signals as events: nothing lost, nothing inherited, everything given back.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sigpipe.h"
#include "tap.h"

static const struct signal_rule rules[] = {
	{ SIGTERM, SIGNAL_EVENT, "stop" },
	{ SIGHUP, SIGNAL_EVENT, "reload" },
	{ SIGCHLD, SIGNAL_EVENT, "reap" },
	{ SIGPIPE, SIGNAL_IGNORE, "ignored" },
	{ SIGUSR1, SIGNAL_DEFAULT, "ends" },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static int
readable(int timeout_ms)
{
	struct pollfd entry = { .fd = sigpipe_fd(), .events = POLLIN };
	int got;

	do {
		got = poll(&entry, 1, timeout_ms);
	} while (got == -1 && errno == EINTR);
	return got == 1;
}

static void (*handler_of(int signo))(int)
{
	struct sigaction action;

	(void)sigaction(signo, NULL, &action);
	return action.sa_handler;
}

static void
test_events(void)
{
	pid_t sender = -1;
	int i;

	ok(!readable(0) && !sigpipe_pending(SIGTERM), "silent at first");
	errno = ENOTTY;
	for (i = 0; i < 100000; i++)
		(void)raise(SIGTERM);
	is_int(errno, ENOTTY, "errno is kept, though the pipe is full");
	ok(readable(0), "the pipe tells");
	sigpipe_drain();
	ok(!readable(0), "and is emptied");
	ok(sigpipe_pending(SIGTERM), "the mark stays");
	ok(sigpipe_take(SIGTERM, &sender), "until it is taken");
	is_int(sender, getpid(), "with the sender");
	ok(!sigpipe_take(SIGTERM, NULL), "once");
	ok(!sigpipe_take(SIGHUP, NULL), "another signal is not marked");
	(void)raise(SIGPIPE);
	ok(!readable(0), "an ignored one is not told");
	ok(!sigpipe_take(-1, NULL) && !sigpipe_take(100000, NULL) &&
		!sigpipe_pending(-5),
	    "impossible numbers are never marked");
}

static void
test_sender(void)
{
	pid_t child = fork(), sender = -1;

	if (child == 0) {
		sigpipe_child();
		(void)kill(getppid(), SIGHUP);
		_exit(0);
	}
	(void)waitpid(child, NULL, 0);
	ok(readable(5000), "a child's signal arrives");
	sigpipe_drain();
	ok(sigpipe_take(SIGHUP, &sender) && sender == child, "with its pid");
	while (!sigpipe_pending(SIGCHLD) && readable(5000))
		sigpipe_drain();
	sender = -1;
	ok(sigpipe_take(SIGCHLD, &sender) && sender == 0,
	    "SIGCHLD is the kernel's");
	sigpipe_drain();
}

/* Told: it was stopped, or goes on, or has ended. */
static bool
is_told(void)
{
	while (!sigpipe_pending(SIGCHLD) && readable(5000))
		sigpipe_drain();
	return sigpipe_take(SIGCHLD, NULL);
}

static void
test_stopped_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		sigpipe_child();
		for (;;)
			(void)pause();
	}
	(void)kill(child, SIGSTOP);
	ok(is_told(), "a child that was stopped is told");
	(void)kill(child, SIGCONT);
	ok(is_told(), "and that it goes on");
	(void)kill(child, SIGKILL);
	ok(is_told(), "and its end");
	(void)waitpid(child, NULL, 0);
}

/* 0 when a fresh child has nothing of its parent's. */
static int
child_state(int parent_fd)
{
	size_t i;

	sigpipe_child();
	for (i = 0; i < RULES; i++)
		if (handler_of(rules[i].signo) != SIG_DFL)
			return 1;
	if (sigpipe_pending(SIGTERM) || sigpipe_fd() != -1)
		return 2;
	if (fcntl(parent_fd, F_GETFD) != -1)
		return 3;
	if (sigpipe_install(rules, RULES) == -1)
		return 4;
	(void)raise(SIGTERM);
	return sigpipe_take(SIGTERM, NULL) && readable(0) ? 0 : 5;
}

static void
test_child(void)
{
	sigset_t before;
	int status = -1;
	pid_t child;

	sigpipe_block(&before);
	(void)raise(SIGHUP);
	ok(!sigpipe_pending(SIGHUP), "a blocked signal waits");
	child = fork();
	if (child == 0)
		_exit(child_state(sigpipe_fd()));
	sigpipe_restore(&before);
	ok(sigpipe_take(SIGHUP, NULL), "and comes when it may");
	(void)waitpid(child, &status, 0);
	/* Raised in a blocked child it would stay pending: 5 << 8. */
	is_int(WEXITSTATUS(status), 5, "a child starts clean, still blocked");
	child = fork();
	if (child == 0)
		_exit(child_state(sigpipe_fd()));
	(void)waitpid(child, &status, 0);
	is_int(status, 0, "and gets its own signals by its own pipe");
	sigpipe_drain();
	(void)sigpipe_take(SIGCHLD, NULL);
	ok(!sigpipe_pending(SIGTERM), "which the parent does not hear");
}

static void
test_block(void)
{
	static const int synchronous[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
		SIGTRAP, SIGABRT, SIGSYS };
	sigset_t before, now, after;
	int good = 1;
	size_t i;

	sigpipe_block(&before);
	(void)sigprocmask(SIG_BLOCK, NULL, &now);
	sigpipe_restore(&before);
	(void)sigprocmask(SIG_BLOCK, NULL, &after);
	for (i = 0; i < sizeof(synchronous) / sizeof(synchronous[0]); i++)
		good = good && !sigismember(&now, synchronous[i]);
	ok(good, "faults are never blocked");
	ok(sigismember(&now, SIGTERM) && sigismember(&now, SIGCHLD) &&
		sigismember(&now, SIGWINCH) && sigismember(&now, SIGRTMAX),
	    "the rest is");
	ok(!sigismember(&after, SIGTERM), "until restored");
}

static void
test_uninstall(int fd)
{
	is_int(sigpipe_install(rules, RULES), -1, "installed only once");
	sigpipe_uninstall();
	is_int(sigpipe_fd(), -1, "no pipe");
	is_int(fcntl(fd, F_GETFD), -1, "it is closed");
	ok(handler_of(SIGTERM) == SIG_IGN, "an embedder's SIG_IGN is back");
	ok(handler_of(SIGHUP) == SIG_DFL && handler_of(SIGPIPE) == SIG_DFL,
	    "and the defaults");
}

static void
test_bad_rules(void)
{
	static const struct signal_rule bad[] = {
		{ SIGTERM, SIGNAL_EVENT, "stop" },
		{ SIGKILL, SIGNAL_EVENT, "impossible" },
	};
	static const struct signal_rule wild[] = {
		{ 100000, SIGNAL_EVENT, "no signal" },
	};

	is_int(sigpipe_install(bad, 2), -1, "KILL cannot be an event");
	is_int(errno, EINVAL, "the reason");
	ok(handler_of(SIGTERM) == SIG_IGN && sigpipe_fd() == -1,
	    "nothing is left of a failure");
	is_int(sigpipe_install(wild, 1), -1, "nor can a wild number");
}

static void
test_names(void)
{
	is_text(sigpipe_name(SIGTERM), "TERM", "TERM");
	is_text(sigpipe_name(SIGWINCH), "WINCH", "WINCH");
	is_text(sigpipe_name(120), "signal 120", "one without a name");
}

int
main(void)
{
	int fd;

	/* What hangs in spite of all ends here. */
	(void)alarm(60);
	(void)signal(SIGTERM, SIG_IGN);
	is_int(sigpipe_install(rules, RULES), 0, "install");
	fd = sigpipe_fd();
	test_events();
	test_sender();
	test_stopped_child();
	test_child();
	test_block();
	test_uninstall(fd);
	test_bad_rules();
	test_names();
	return tap_done();
}
