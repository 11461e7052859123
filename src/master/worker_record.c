/*
 * The master's record of one worker process, from fork to reaping, and the
 * master's end of its channel.  Nothing a worker says is believed without a
 * check of form and state.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/clock.h"
#include "base/log.h"
#include "master/addresses.h"
#include "master/answer.h"
#include "master/events.h"
#include "master/state.h"

/* Read in one go: a worker that floods its channel must not keep the master
 * from its signals. */
#define MESSAGES_MAX 64

/* The first free place on the board, so that little of it is ever touched. */
static int
find_cell(struct master *m)
{
	unsigned cell;

	for (cell = 0; cell < m->board.slots; cell++)
		if (m->records[cell] == NULL)
			return (int)cell;
	errno = EAGAIN;
	return -1;
}

struct worker_record *
record_new(struct crew *crew, unsigned slot)
{
	int cell = find_cell(crew->cohort->master);

	return cell == -1 ? NULL : record_adopt(crew, slot, (unsigned)cell);
}

struct worker_record *
record_adopt(struct crew *crew, unsigned slot, unsigned cell)
{
	struct master *m = crew->cohort->master;
	struct worker_record *record = calloc(1, sizeof(*record));

	if (record == NULL)
		return NULL;
	record->master = m;
	record->crew = crew;
	record->slot = slot;
	record->detached = slot == NO_SLOT;
	record->cell = cell;
	record->watch.events = POLLIN;
	record->watch.ready = record_ready;
	record->watch.arg = record;
	channel_init(&record->channel, -1);
	m->records[cell] = record;
	if (cell >= m->cells_end)
		m->cells_end = cell + 1;
	if (slot != NO_SLOT)
		crew->by_slot[slot] = record;
	crew->alive++;
	return record;
}

void
record_free(struct worker_record *record)
{
	struct master *m = record->master;

	if (record->channel.fd >= 0)
		loop_remove(m->loop, &record->watch);
	channel_close(&record->channel);
	if (record->deaf_since_ms != 0)
		m->deaf_count--;
	if (record->next_blow_ms != 0)
		m->blows--;
	scoreboard_release(&m->board, record->cell);
	m->records[record->cell] = NULL;
	if (!record->detached)
		record->crew->by_slot[record->slot] = NULL;
	record->crew->alive--;
	free(record->reason);
	free(record);
}

struct error *
record_reason(struct worker_record *record)
{
	if (record->reason == NULL)
		record->reason = calloc(1, sizeof(*record->reason));
	return record->reason != NULL ? record->reason :
					&record->crew->cohort->reason;
}

void
record_detach(struct worker_record *record)
{
	struct pool_event event = {
		.kind = EVENT_EXITED,
		.slot = record->slot,
	};

	record->detached = true;
	record->crew->by_slot[record->slot] = NULL;
	record->slot = NO_SLOT;
	crew_event(record->crew, event);
}

struct worker_record *
record_find(const struct master *m, pid_t pid)
{
	unsigned i;

	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL && m->records[i]->pid == pid)
			return m->records[i];
	return NULL;
}

void
record_name(const struct worker_record *record, char *text, size_t bytes)
{
	(void)snprintf(text, bytes, "%s/%u (pid %ld)", crew_name(record->crew),
	    record->slot, (long)record->pid);
}

/*
 * A full channel is no loss: the order word says the same, and a worker looks
 * at it before each accept.  A dead one is reaped.
 */
void
record_tell(struct worker_record *record)
{
	struct master *m = record->master;
	bool drain = m->life == LIFE_STOPPING;

	addresses_tell(record);
	scoreboard_order(&m->board, record->cell,
	    drain ? ORDER_DRAIN : ORDER_RETIRE);
	(void)channel_send_type(record->channel.fd,
	    drain ? CHANNEL_DRAIN : CHANNEL_RETIRE);
	record->told = true;
	/* One that is still starting may hang in that. */
	if (!record->admitted)
		escalate_later(record, record->crew->pool.start_timeout_ms);
}

/* The master does not load handlers, so it is the canary who tells. */
static void
keep_single(struct crew *crew)
{
	if (crew->single)
		return;
	crew->single = true;
	if (crew->pool.want <= 1)
		return;
	log_event(PF_RESIZED, "%s: 1 worker, as its handler asks",
	    crew_name(crew));
	crew_event(crew,
	    (struct pool_event) { .kind = EVENT_RESIZE, .want = 1 });
}

void
record_admit(struct worker_record *record)
{
	struct master *m = record->master;
	struct pool *pool = &record->crew->pool;

	if (record->admitted || record->detached || m->life >= LIFE_STOPPING ||
	    record->crew->cohort == m->incoming ||
	    pool->slots[record->slot].state != POOL_READY)
		return;
	record->admitted = true;
	/* One whose end is closed is dead or will be seen to be deaf; a kill
	 * would hide what it died of. */
	if (channel_send_type(record->channel.fd, CHANNEL_GO) == -1 &&
	    errno != EPIPE && errno != ECONNRESET)
		record_kill(record, KILL_DEAF);
	watchdog_watch(record);
}

static void
worker_is_ready(struct worker_record *record, uint32_t flags)
{
	struct pool *pool = &record->crew->pool;
	struct event event;
	char name[64];

	if (record->detached ||
	    pool->slots[record->slot].state != POOL_STARTING)
		return;
	if ((flags & READY_SINGLE) != 0)
		keep_single(record->crew);
	record_name(record, name, sizeof(name));
	log_event(PF_WORKER_READY, "worker %s is ready after %lld ms", name,
	    (long long)(clock_ms() - record->forked_ms));
	event_begin_worker(&event, record, "worker-ready");
	json_number(&event.json, "after_ms", clock_ms() - record->forked_ms);
	event_end(&event);
	crew_event(record->crew,
	    (struct pool_event) { .kind = EVENT_READY, .slot = record->slot });
	record_admit(record);
}

static void
worker_is_done(struct worker_record *record, uint32_t how)
{
	struct pool *pool = &record->crew->pool;

	held_settle(record, false);
	record->leaving = true;
	record->parked = how == DONE_FREE;
	if (!record->detached && pool->slots[record->slot].state == POOL_READY)
		crew_event(record->crew,
		    (struct pool_event) {
			.kind = EVENT_LEAVING, .slot = record->slot });
}

static void
worker_failed(struct worker_record *record,
    const struct channel_message *message)
{
	int id = (int)message->value;

	if (msg_find(id)->id != (enum msg_id)id || msg_find(id)->exit_code == 0)
		id = PF_WORKER_FAILED;
	(void)error_set(record_reason(record), (enum msg_id)id, "%s",
	    message->text);
}

static void
worker_wants_recycling(struct worker_record *record, uint32_t why)
{
	if (why > RECYCLE_NONE && why < RECYCLE_AGE)
		recycle_worker(record, (enum recycle_reason)why);
}

static void
take_message(struct worker_record *record, struct channel_message *message)
{
	if (message->fd >= 0)
		(void)close(message->fd);
	switch (message->type) {
	case CHANNEL_READY:
		worker_is_ready(record, message->value);
		break;
	case CHANNEL_FAILED:
		worker_failed(record, message);
		break;
	case CHANNEL_DONE:
		worker_is_done(record, message->value);
		break;
	case CHANNEL_HELP:
		crew_poke(record->crew, record);
		break;
	case CHANNEL_RECYCLE:
		worker_wants_recycling(record, message->value);
		break;
	case CHANNEL_ASK:
		break;
	default:
		record_kill(record, KILL_GARBAGE);
		break;
	}
}

void
record_deaf(struct worker_record *record)
{
	record->deaf_since_ms = master_ms(record->master);
	record->master->deaf_count++;
}

void
record_drain_channel(struct worker_record *record)
{
	struct channel_message message, question = { .type = 0 };
	enum channel_result result = CHANNEL_NOTHING;
	int left = MESSAGES_MAX;

	if (record->channel.fd < 0)
		return;
	while (left-- > 0 &&
	    (result = channel_receive(&record->channel, &message)) ==
		CHANNEL_MESSAGE) {
		take_message(record, &message);
		if (message.type == CHANNEL_ASK)
			question = message;
	}
	/* The last one: who asks again has given up the one before, and a flood
	 * costs no more than one. */
	if (question.type == CHANNEL_ASK)
		answer_worker(record, &question);
	if (result == CHANNEL_NOTHING || result == CHANNEL_MESSAGE)
		return;
	if (result == CHANNEL_GARBAGE)
		record_kill(record, KILL_GARBAGE);
	loop_remove(record->master->loop, &record->watch);
	channel_close(&record->channel);
	record_deaf(record);
}

void
record_ready(void *arg, short revents)
{
	(void)revents;
	record_drain_channel(arg);
}
