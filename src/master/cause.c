/*
 * Of what a child died, in words: by itself, of a signal, by us and why, or by
 * somebody else, the system perhaps.
 * Runs in: master.
 */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>

#include "base/sigpipe.h"
#include "master/state.h"

#ifdef WCOREDUMP
static const char *
core_of(int status)
{
	return WCOREDUMP(status) ? ", core dumped" : "";
}
#else
static const char *
core_of(int status)
{
	(void)status;
	return "";
}
#endif

/* ABRT and KILL are what we end a worker with; of another signal it died
 * before they came. */
static bool
is_ours(int signo, enum kill_reason killed)
{
	return killed != KILL_NONE && (signo == SIGKILL || signo == SIGABRT);
}

static const struct {
	const char *name;
	int signo;
} crashes[CRASHES] = {
	[CRASH_NONE] = { "none", 0 },
	[CRASH_SEGV] = { "segv", SIGSEGV },
	[CRASH_BUS] = { "bus", SIGBUS },
	[CRASH_ABRT] = { "abrt", SIGABRT },
	[CRASH_FPE] = { "fpe", SIGFPE },
	[CRASH_ILL] = { "ill", SIGILL },
	[CRASH_SYS] = { "sys", SIGSYS },
	[CRASH_OOM] = { "oom", 0 },
	[CRASH_KILL] = { "kill", SIGKILL },
	[CRASH_SIGNAL] = { "signal", 0 },
};

const char *
crash_name(unsigned crash)
{
	return crash < CRASHES ? crashes[crash].name : "unknown";
}

static enum crash
crash_of(int signo)
{
	unsigned i;

	for (i = 0; i < CRASHES; i++)
		if (crashes[i].signo == signo)
			return (enum crash)i;
	return CRASH_SIGNAL;
}

enum crash
cause_describe(struct master *m, int status, enum kill_reason killed,
    char *text, size_t bytes)
{
	const char *who = "", *why = "";
	enum crash crash;
	int signo;

	if (WIFEXITED(status)) {
		(void)snprintf(text, bytes, "exit code %d",
		    WEXITSTATUS(status));
		return CRASH_NONE;
	}
	signo = WTERMSIG(status);
	crash = crash_of(signo);
	if (is_ours(signo, killed)) {
		who = ", by us: ";
		why = kill_reason_name(killed);
		crash = CRASH_NONE;
	} else if (signo == SIGKILL) {
		who = ", not by us";
		if (oom_take(&m->oom, master_ms(m))) {
			why = "; the system ran out of memory";
			crash = CRASH_OOM;
		}
	}
	(void)snprintf(text, bytes, "signal %s%s%s%s", sigpipe_name(signo),
	    core_of(status), who, why);
	return crash;
}
