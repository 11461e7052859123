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

void
cause_describe(struct master *m, int status, enum kill_reason killed,
    char *text, size_t bytes)
{
	const char *who = "", *why = "";
	int signo;

	if (WIFEXITED(status)) {
		(void)snprintf(text, bytes, "exit code %d",
		    WEXITSTATUS(status));
		return;
	}
	signo = WTERMSIG(status);
	if (is_ours(signo, killed)) {
		who = ", by us: ";
		why = kill_reason_name(killed);
	} else if (signo == SIGKILL) {
		who = ", not by us";
		if (oom_take(&m->oom, master_ms(m)))
			why = "; the system ran out of memory";
	}
	(void)snprintf(text, bytes, "signal %s%s%s%s", sigpipe_name(signo),
	    core_of(status), who, why);
}
