/*
 * The dead: whose they are, why they died, what follows.
 * Only our own pids are waited for, because an embedder has children too; as
 * process 1 we reap strangers and forget them.
 * Runs in: master.
 */
#include "config.h"

#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/events.h"
#include "master/sink.h"
#include "master/state.h"
#include "scoreboard/census.h"

/* A worker without a channel that does not die is killed after this, unless
 * it is serving a connection, after which it ends by itself. */
#define DEAF_MS 1000

void
describe_client(const struct census *census, char *text, size_t bytes)
{
	struct sockaddr_storage address;
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	char name[ENDPOINT_TEXT_BYTES];

	text[0] = '\0';
	if (census->client.family == 0)
		return;
	memset(&address, 0, sizeof(address));
	v4.sin_port = v6.sin6_port = census->client.port;
	memcpy(&v4.sin_addr, census->client.address, 4);
	memcpy(&v6.sin6_addr, census->client.address, 16);
	address.ss_family = (sa_family_t)census->client.family;
	if (address.ss_family == AF_INET)
		memcpy(&address, &v4, sizeof(v4));
	else if (address.ss_family == AF_INET6)
		memcpy(&address, &v6, sizeof(v6));
	endpoint_format((struct sockaddr *)&address,
	    address.ss_family == AF_INET      ? sizeof(v4) :
		address.ss_family == AF_INET6 ? sizeof(v6) :
						sizeof(sa_family_t),
	    name, sizeof(name));
	(void)snprintf(text, bytes, " while serving %s", name);
}

/* Before READY nothing was served, so the reason is the handler's start. */
static void
note_start_failure(struct worker_record *record, const char *how)
{
	struct error *reason = record->reason;

	if (reason == NULL) {
		reason = record_reason(record);
		(void)error_set(reason, PF_MODULE_DIED,
		    "a worker of %s ended while it loaded its handler: %s",
		    crew_name(record->crew), how);
	}
	record->crew->cohort->reason = *reason;
}

/* It was told to go, or said that it would, and did. */
static bool
ended_well(const struct worker_record *record, int status)
{
	return record->leaving && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
log_end(const struct worker_record *record, const char *name, const char *how,
    const struct census *census)
{
	if (record->killed != KILL_NONE || record->recycle == RECYCLE_NONE)
		log_event(PF_WORKER_EXIT, "worker %s ended: %s", name, how);
	else
		log_event(PF_WORKER_RECYCLED,
		    "worker %s recycled after %llu connections: %s", name,
		    (unsigned long long)census->accepted,
		    recycle_reason_name(record->recycle));
}

static void
log_death(struct worker_record *record, int status, const char *how,
    const struct census *census)
{
	char name[64], client[ENDPOINT_TEXT_BYTES + 16];
	char text[LOG_LINE_BYTES / 2];
	unsigned long unsaid = 0;

	record_name(record, name, sizeof(name));
	describe_client(census, client, sizeof(client));
	if (record->killed != KILL_NONE || ended_well(record, status)) {
		log_end(record, name, how, census);
		return;
	}
	(void)snprintf(text, sizeof(text),
	    "worker %s ended: %s%s, after %llu "
	    "connections",
	    name, how, client, (unsigned long long)census->accepted);
	if (!WIFEXITED(status) || census->accepted == 0) {
		log_event(PF_WORKER_DIED, "%s", text);
		(void)error_set(&record->crew->cohort->reason, PF_WORKER_FAILED,
		    "%s", text);
	} else if (crew_may_log(record->crew, &unsaid))
		log_event(PF_WORKER_LEFT, "%s (and %lu more before)", text,
		    unsaid);
}

/* A handler can shut a listening socket down for all who share it. */
static void
mend_listeners(struct crew *crew)
{
	const struct listener_set *set =
	    crew->cohort->generation->services[crew->service].listeners;
	size_t i;

	for (i = 0; i < set->count; i++)
		if (listener_mend(&set->items[i]->listener) == 1)
			log_event(PF_LISTENER_MENDED,
			    "a worker of %s had shut the listener %s; it is "
			    "open again",
			    crew_name(crew), set->items[i]->listener.text);
}

/* Its last words first: DONE and FAILED may still be in the channel. */
static void
bury(struct worker_record *record, int status)
{
	struct crew *crew = record->crew;
	struct pool_event event = { .kind = EVENT_EXITED };
	struct census census;
	char how[CAUSE_BYTES];
	bool abnormal, detached;
	enum crash crash;

	crash = cause_describe(record->master, status, record->killed, how,
	    sizeof(how));
	record_drain_channel(record);
	held_settle(record, true);
	census_read(&record->master->board.slot[record->cell], &census);
	if (!record->detached &&
	    crew->pool.slots[record->slot].state == POOL_STARTING) {
		note_start_failure(record, how);
		/* A canary's reason is told by who reports the outcome of the
		 * start or the reload. */
		if (crew->pool.proven)
			log_event(PF_WORKER_FAILED, "%s",
			    crew->cohort->reason.text);
	} else {
		log_death(record, status, how, &census);
	}
	event_worker_exit(record, status,
	    record->recycle != RECYCLE_NONE && ended_well(record, status) ?
		recycle_reason_name(record->recycle) :
		how);
	totals_fold(record, &census,
	    record->leaving || record->killed != KILL_NONE ? CRASH_NONE :
							     crash);
	sink_lost(record);
	if (record->recycle != RECYCLE_NONE && ended_well(record, status))
		totals_recycled(record);
	reload_lost(record);
	event.slot = record->slot;
	event.by_exit = record->killed == KILL_NONE ?
	    WIFEXITED(status) :
	    kill_reason_is_clients(record->killed);
	event.served = census.accepted > 0;
	abnormal = !record->leaving;
	detached = record->detached;
	record_free(record);
	if (abnormal)
		mend_listeners(crew);
	if (!detached)
		crew_event(crew, event);
	if (abnormal)
		crew_poke(crew, NULL);
}

/* One of our own, if it is dead. */
static bool
reap_one(struct worker_record *record)
{
	int status;
	pid_t got;

	do
		got = waitpid(record->pid, &status, WNOHANG);
	while (got == -1 && errno == EINTR);
	if (got == 0)
		return false;
	/* ECHILD: somebody else waited for it; it is gone all the same. */
	if (got == -1)
		status = 0;
	bury(record, status);
	return true;
}

static void
reap_helper(struct master *m)
{
	siginfo_t info = { 0 };
	int status;

	if (m->helper.pid == 0 ||
	    waitid(P_PID, (id_t)m->helper.pid, &info,
		WEXITED | WNOHANG | WNOWAIT) == -1 ||
	    info.si_pid == 0)
		return;
	/* What it started goes with it. */
	helper_kill(m);
	if (waitpid(m->helper.pid, &status, WNOHANG) <= 0)
		status = 0;
	helper_reap(m, status);
}

static void
reap_each(struct master *m)
{
	unsigned i;

	reap_helper(m);
	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL)
			(void)reap_one(m->records[i]);
}

/*
 * Look who is dead without reaping, so that a child of the embedder stays for
 * the embedder; when one of those is in the way, ask for ours one by one.
 */
static void
reap_dead(struct master *m)
{
	struct worker_record *record;
	siginfo_t info;

	for (;;) {
		memset(&info, 0, sizeof(info));
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) ==
		    -1) {
			if (errno == EINTR)
				continue;
			break;
		}
		if (info.si_pid == 0)
			return;
		record = record_find(m, info.si_pid);
		if (record != NULL)
			(void)reap_one(record);
		else if (info.si_pid == m->helper.pid)
			reap_helper(m);
		else if (m->pid == 1)
			(void)waitpid(info.si_pid, NULL, WNOHANG);
		else
			break;
	}
	reap_each(m);
}

void
reap_all(struct master *m)
{
	reap_dead(m);
	standstill_review(m);
}

static bool
is_busy(const struct worker_record *record)
{
	struct census census;

	census_read(&record->master->board.slot[record->cell], &census);
	return census.state == SLOT_BUSY;
}

void
reap_deaf(struct master *m, int64_t now_ms)
{
	struct worker_record *record;
	unsigned i;

	if (now_ms < reap_deadline(m))
		return;
	for (i = 0; i < m->cells_end; i++) {
		record = m->records[i];
		if (record == NULL || record->deaf_since_ms == 0)
			continue;
		if (is_busy(record))
			record->deaf_since_ms = now_ms;
		else if (now_ms >= record->deaf_since_ms + DEAF_MS)
			record_kill(record, KILL_DEAF);
	}
}

int64_t
reap_deadline(const struct master *m)
{
	const struct worker_record *record;
	int64_t next = CLOCK_NEVER;
	unsigned i;

	if (m->deaf_count == 0)
		return CLOCK_NEVER;
	for (i = 0; i < m->cells_end; i++) {
		record = m->records[i];
		if (record != NULL && record->deaf_since_ms != 0 &&
		    record->killed == KILL_NONE &&
		    record->deaf_since_ms + DEAF_MS < next)
			next = record->deaf_since_ms + DEAF_MS;
	}
	return next;
}
