/*
 * Workers that somebody stops and lets go on.  The kernel wakes one idle
 * worker for a connection; if that one is stopped before it has accepted, the
 * connection would wait for it though others are free.  So the others are
 * asked to look.
 * Children of the embedder are left to it.
 * Runs in: master.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/sigpipe.h"
#include "master/state.h"

#define WHAT (WSTOPPED | WCONTINUED | WNOHANG)

static bool
ask(idtype_t type, pid_t pid, int options, siginfo_t *info)
{
	int result;

	do {
		memset(info, 0, sizeof(*info));
		result = waitid(type, (id_t)pid, info, options);
	} while (result == -1 && errno == EINTR);
	return result == 0 && info->si_pid != 0;
}

static void
has_stopped(struct worker_record *record, int signo)
{
	char name[64];

	record_name(record, name, sizeof(name));
	if (!record->stopped)
		log_event(PF_WORKER_STOPPED,
		    "worker %s is stopped by signal %s", name,
		    sigpipe_name(signo));
	record->stopped = true;
	crew_poke(record->crew, record);
}

static void
goes_on(struct worker_record *record)
{
	char name[64];

	record_name(record, name, sizeof(name));
	if (record->stopped)
		log_event(PF_WORKER_CONTINUED, "worker %s goes on", name);
	record->stopped = false;
}

/* False: there is nothing new of it. */
static bool
review_one(struct worker_record *record)
{
	siginfo_t info;

	if (!ask(P_PID, record->pid, WHAT, &info))
		return false;
	if (info.si_code == CLD_STOPPED)
		has_stopped(record, info.si_status);
	else if (info.si_code == CLD_CONTINUED)
		goes_on(record);
	return true;
}

static void
review_each(struct master *m)
{
	unsigned i;

	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL)
			(void)review_one(m->records[i]);
}

/* Ours to forget: what tries something for us, and as process 1 strangers. */
static bool
forget(struct master *m, pid_t pid)
{
	siginfo_t info;

	return (pid == m->helper.pid || m->pid == 1) &&
	    ask(P_PID, pid, WHAT, &info);
}

void
standstill_review(struct master *m)
{
	struct worker_record *record;
	siginfo_t info;

	while (ask(P_ALL, 0, WHAT | WNOWAIT, &info)) {
		record = record_find(m, info.si_pid);
		if (record != NULL ? review_one(record) :
				     forget(m, info.si_pid))
			continue;
		/* The embedder's, which would hide ours. */
		review_each(m);
		return;
	}
}
