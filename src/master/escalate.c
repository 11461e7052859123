/*
 * How a worker is ended by force, as a table: the first signal, how long it is
 * given, and what follows.  The reason is recorded before the blow.
 *
 *	ABRT, where a dump is wanted	-> KILL after the row's share of the
 *					   limit that was passed
 *	KILL				-> given up after IMMORTAL_MS
 *
 * Runs in: master.
 */
#include "config.h"

#include <signal.h>

#include "base/bug.h"
#include "base/clock.h"
#include "base/log.h"
#include "master/state.h"

/* One whom KILL does not end in this time sits in the kernel.  Its place is
 * filled; it is reaped whenever it does end. */
#define IMMORTAL_MS 5000

static const struct escalation {
	const char *name, *label;
	int first;	    /* signal */
	enum msg_id id;	    /* of the line that tells of it */
	bool client_caused; /* its place is filled without a pause */
} table[KILL_REASONS] = {
	[KILL_NONE] = { "none", "none", 0, PF_NONE, false },
	[KILL_START_TIMEOUT] = { "not ready in start_timeout", "start_timeout",
	    SIGKILL, PF_WORKER_KILLED, false },
	[KILL_DRAIN_TIMEOUT] = { "its generation did not finish in "
				 "drain_timeout",
	    "drain_timeout", SIGKILL, PF_WORKER_KILLED, false },
	[KILL_STOP_TIMEOUT] = { "the stop did not finish in time",
	    "stop_timeout", SIGKILL, PF_WORKER_KILLED, false },
	[KILL_FAST_STOP] = { "fast stop", "fast_stop", SIGKILL, PF_WORKER_CUT,
	    false },
	[KILL_GARBAGE] = { "it wrote nonsense to its channel",
	    "channel_nonsense", SIGKILL, PF_CHANNEL_GARBAGE, false },
	[KILL_DEAF] = { "it closed its channel", "channel_closed", SIGKILL,
	    PF_WORKER_KILLED, false },
	[KILL_START_FAILED] = { "the start failed", "start_failed", SIGKILL,
	    PF_WORKER_KILLED, false },
	[KILL_STOPPED_EARLY] = { "not ready when the stop came",
	    "stopped_early", SIGKILL, PF_WORKER_KILLED, false },
	[KILL_TOTAL] = { "its connection takes longer than timeout total",
	    "timeout_total", SIGABRT, PF_WORKER_HUNG, true },
	[KILL_OPERATOR] = { "preforkctl asked for it", "operator", SIGABRT,
	    PF_WORKER_KILLED, true },
	[KILL_IDLE] = { "its connection makes no progress", "no_progress",
	    SIGABRT, PF_WORKER_HUNG, true },
};

const char *
kill_reason_name(enum kill_reason why)
{
	return (unsigned)why < KILL_REASONS ? table[why].name : "unknown";
}

const char *
kill_reason_label(unsigned why)
{
	return why < KILL_REASONS ? table[why].label : "unknown";
}

bool
kill_reason_is_clients(enum kill_reason why)
{
	return table[why].client_caused;
}

static void
strike(struct worker_record *record, int signo, int64_t next_ms)
{
	BUG_ON(record->pid <= 1);
	if (record->next_blow_ms == 0)
		record->master->blows++;
	record->next_blow_ms = next_ms;
	record->blow = signo;
	(void)kill(record->pid, signo);
	/* Who is stopped could not dump. */
	if (signo != SIGKILL)
		(void)kill(record->pid, SIGCONT);
}

void
escalate(struct worker_record *record, enum kill_reason why, int64_t grace_ms,
    const char *evidence)
{
	int64_t now_ms = master_ms(record->master);
	char name[64];

	if (record->killed != KILL_NONE && record->blow == SIGKILL)
		return;
	record->killed = why;
	record_name(record, name, sizeof(name));
	log_event(table[why].id, "killing worker %s: %s%s", name,
	    table[why].name, evidence);
	strike(record, table[why].first,
	    now_ms + (table[why].first == SIGKILL ? IMMORTAL_MS : grace_ms));
}

void
escalate_later(struct worker_record *record, int64_t delay_ms)
{
	if (delay_ms == 0 || record->next_blow_ms != 0)
		return;
	record->next_blow_ms = master_ms(record->master) + delay_ms;
	record->master->blows++;
}

void
record_kill(struct worker_record *record, enum kill_reason why)
{
	char client[ENDPOINT_TEXT_BYTES + 16];
	struct census census;

	census_read(&record->master->board.slot[record->cell], &census);
	describe_client(&census, client, sizeof(client));
	escalate(record, why, 0, client);
}

/* Its place is as good as empty. */
static void
give_up(struct worker_record *record)
{
	char name[64];

	record_name(record, name, sizeof(name));
	log_event(PF_WORKER_IMMORTAL,
	    "worker %s does not die of KILL; its place is given to another",
	    name);
	record->next_blow_ms = 0;
	record->master->blows--;
	record_detach(record);
}

static void
next_blow(struct worker_record *record, int64_t now_ms)
{
	if (record->blow == 0)
		record_kill(record, KILL_START_TIMEOUT);
	else if (record->blow != SIGKILL)
		strike(record, SIGKILL, now_ms + IMMORTAL_MS);
	else
		give_up(record);
}

void
escalate_tick(struct master *m, int64_t now_ms)
{
	unsigned i;

	for (i = 0; m->blows > 0 && i < m->cells_end; i++)
		if (m->records[i] != NULL && m->records[i]->next_blow_ms != 0 &&
		    m->records[i]->next_blow_ms <= now_ms)
			next_blow(m->records[i], now_ms);
}

int64_t
escalate_deadline(const struct master *m)
{
	int64_t first_ms = CLOCK_NEVER;
	unsigned i;

	for (i = 0; m->blows > 0 && i < m->cells_end; i++)
		if (m->records[i] != NULL && m->records[i]->next_blow_ms != 0 &&
		    m->records[i]->next_blow_ms < first_ms)
			first_ms = m->records[i]->next_blow_ms;
	return first_ms;
}
