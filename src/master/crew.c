/*
 * The workers of one service in one generation: events go to the pool policy,
 * its actions become forks, orders and kills.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "master/events.h"
#include "master/spawn.h"
#include "master/state.h"
#include "scoreboard/census.h"

#define QUIET_MS 1000
/* One would do, but it may be on its way to another connection. */
#define POKE_MOST 4

const char *
crew_name(const struct crew *crew)
{
	return crew->cohort->generation->services[crew->service].settings->name;
}

static bool
is_idle(const struct crew *crew, unsigned slot)
{
	struct census census;

	if (crew->pool.slots[slot].state != POOL_READY ||
	    crew->by_slot[slot]->stopped)
		return false;
	census_read(&crew->cohort->master->board
			 .slot[crew->by_slot[slot]->cell],
	    &census);
	return census.state == SLOT_IDLE;
}

void
crew_poke(struct crew *crew, const struct worker_record *except)
{
	unsigned slot, left = POKE_MOST;

	for (slot = 0; slot < crew->pool.capacity && left > 0; slot++)
		if (is_idle(crew, slot) && crew->by_slot[slot] != except &&
		    channel_send_type(crew->by_slot[slot]->channel.fd,
			CHANNEL_LOOK) == 0)
			left--;
}

bool
crew_may_log(struct crew *crew, unsigned long *unsaid)
{
	int64_t now_ms = clock_ms();

	if (now_ms < crew->quiet_until_ms) {
		crew->unsaid++;
		return false;
	}
	crew->quiet_until_ms = now_ms + QUIET_MS;
	*unsaid = crew->unsaid;
	crew->unsaid = 0;
	return true;
}

static void
log_fork_failed(struct crew *crew, int error)
{
	struct error *reason = &crew->cohort->reason;
	unsigned long unsaid;

	(void)error_set(reason, PF_FORK_FAILED,
	    "cannot start a worker of %s: %s", crew_name(crew),
	    strerror(error));
	/* A canary's reason is told by who reports the outcome. */
	if (crew->pool.proven && crew_may_log(crew, &unsaid))
		log_event(PF_FORK_FAILED, "%s (%lu more since)", reason->text,
		    unsaid);
}

static int
start_worker(struct crew *crew, unsigned slot)
{
	struct worker_record *record = record_new(crew, slot);
	struct event event;
	char name[64];

	if (record == NULL) {
		log_fork_failed(crew, errno);
		return -1;
	}
	if (spawn_worker(crew->cohort->master, record) == -1) {
		log_fork_failed(crew, errno);
		record_free(record);
		return -1;
	}
	record_name(record, name, sizeof(name));
	log_event(PF_WORKER_START, "worker %s started, generation %u", name,
	    crew->cohort->generation->number);
	event_begin_worker(&event, record, "worker-start");
	event_end(&event);
	return 0;
}

static void
kill_late_starter(struct crew *crew, unsigned slot)
{
	struct worker_record *record = crew->by_slot[slot];
	struct error *reason = record_reason(record);

	(void)error_set(reason, PF_START_TIMEOUT,
	    "a worker of %s was not ready within %lld ms", crew_name(crew),
	    (long long)crew->pool.start_timeout_ms);
	crew->cohort->reason = *reason;
	record_kill(record, KILL_START_TIMEOUT);
}

static void
tell_backoff(struct crew *crew, const struct pool_action *action)
{
	struct event event;

	log_event(PF_WORKER_BACKOFF, "worker %s/%u is started again in %lld ms",
	    crew_name(crew), action->slot, (long long)action->delay_ms);
	event_begin(&event, crew->cohort->master, "backoff");
	json_text(&event.json, "service", crew_name(crew));
	json_number(&event.json, "slot", action->slot);
	json_number(&event.json, "generation",
	    crew->cohort->generation->number);
	json_number(&event.json, "delay_ms", action->delay_ms);
	event_end(&event);
}

static void
perform(struct crew *crew, const struct pool_action *action, unsigned *failed)
{
	switch (action->kind) {
	case ACTION_SPAWN:
		if (start_worker(crew, action->slot) == -1)
			crew->spawn_failed[(*failed)++] = action->slot;
		break;
	case ACTION_RETIRE:
		record_tell(crew->by_slot[action->slot]);
		break;
	case ACTION_KILL:
		kill_late_starter(crew, action->slot);
		break;
	case ACTION_UP:
		crew->up = true;
		break;
	case ACTION_FAILED:
		crew->cohort->failed = true;
		break;
	case ACTION_BACKOFF:
		tell_backoff(crew, action);
		break;
	}
}

static void
perform_all(struct crew *crew, unsigned *failed)
{
	unsigned i;

	for (i = 0; i < crew->pool.action_count; i++)
		perform(crew, &crew->pool.actions[i], failed);
}

/*
 * Forks that failed are told to the policy after all actions of the step are
 * done, because a step makes the actions of the former one void.  What a
 * cohort does about the outcome waits for reload_review for the same reason.
 */
void
crew_event(struct crew *crew, struct pool_event event)
{
	unsigned next, failed = 0;

	pool_step(&crew->pool, &event, master_ms(crew->cohort->master));
	perform_all(crew, &failed);
	for (next = 0; next < failed; next++) {
		event.kind = EVENT_SPAWN_FAILED;
		event.slot = crew->spawn_failed[next];
		pool_step(&crew->pool, &event, master_ms(crew->cohort->master));
		perform_all(crew, &failed);
	}
}
