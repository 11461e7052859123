/*
 * Who begins what when, and who is woken.
 * Runs in: nemesis.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "swarm.h"

int64_t
now_ms(void)
{
	static int64_t begin_ms = -1;
	struct timespec now = { 0, 0 };
	int64_t ms;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (begin_ms == -1)
		begin_ms = ms;
	return ms - begin_ms;
}

void
swarm_init(struct swarm *swarm, unsigned count, uint64_t seed,
    struct records *records)
{
	unsigned i;

	memset(swarm, 0, sizeof(*swarm));
	swarm->clients = calloc(count, sizeof(*swarm->clients));
	swarm->items = calloc(count, sizeof(*swarm->items));
	if (swarm->clients == NULL || swarm->items == NULL) {
		puts("Bail out! no memory");
		exit(71);
	}
	swarm->count = count;
	swarm->seed = seed;
	swarm->records = records;
	swarm->calm_since_ms = INT64_MAX;
	for (i = 0; i < count; i++) {
		swarm->clients[i].fd = -1;
		swarm->clients[i].dice = dice_for(seed, 1, i);
	}
}

void
swarm_free(struct swarm *swarm)
{
	free(swarm->clients);
	free(swarm->items);
}

void
swarm_calm_begins(struct swarm *swarm, int64_t ms)
{
	swarm->calm_since_ms = ms;
	swarm->calm_wait_ms = 0;
	swarm->calm_version = ULONG_MAX;
}

static bool
fits(const struct swarm *swarm, const struct kind *kind)
{
	return swarm->mode == SWARM_WILD || kind->is_calm;
}

static const struct kind *
choose_kind(const struct swarm *swarm, struct dice *dice)
{
	const struct kind *kind;
	unsigned sum = 0, at;

	for (kind = client_kinds; kind->name != NULL; kind++)
		sum += fits(swarm, kind) ? kind->weight : 0;
	at = dice_below(dice, sum);
	for (kind = client_kinds; !fits(swarm, kind) || at >= kind->weight;
	     kind++)
		at -= fits(swarm, kind) ? kind->weight : 0;
	return kind;
}

static void
measure_wait(struct swarm *swarm, const struct history *history)
{
	int64_t wait_ms = history->greeted_ms - history->connected_ms;

	if (history->greeted_ms == HISTORY_NEVER ||
	    history->begun_ms < swarm->calm_since_ms)
		return;
	if (history->version < swarm->calm_version)
		swarm->calm_version = history->version;
	if (wait_ms > swarm->calm_wait_ms) {
		swarm->calm_wait_ms = wait_ms;
		swarm->calm_wait_at_ms = history->connected_ms;
	}
}

static void
connection_over(struct swarm *swarm, struct client *client, int64_t ms)
{
	struct history *history = &client->history;

	if (history->outcome == OUTCOME_REFUSED && swarm->is_stopping)
		history->outcome = OUTCOME_DENIED;
	if (outcome_is_broken(history->outcome) &&
	    !records_may_excuse(swarm->records, history))
		swarm->is_betrayed = true;
	records_add(swarm->records, history);
	measure_wait(swarm, history);
	client->wake_ms =
	    ms + dice_between(&client->dice, 0, swarm->rest_most_ms);
	if (history->outcome == OUTCOME_DENIED)
		client->wake_ms = INT64_MAX;
}

static void
begin(struct swarm *swarm, struct client *client, int64_t ms)
{
	const struct address *address =
	    &swarm->addresses[dice_below(&client->dice, swarm->address_count)];
	uint64_t id = swarm->next_id++;

	client_begin(client, choose_kind(swarm, &client->dice), address, id,
	    ms);
}

static void
let_go_on(struct swarm *swarm, struct client *client, short revents, int64_t ms)
{
	if (client->state == CLIENT_RESTING) {
		if (swarm->mode == SWARM_SILENT || ms < client->wake_ms)
			return;
		begin(swarm, client, ms);
		if (client->state == CLIENT_CONNECTING)
			return;
	} else if (revents == 0 &&
	    (client->state == CLIENT_CONNECTING || ms < client->wake_ms)) {
		return;
	}
	if (client->state == CLIENT_RESTING || client_advance(client, ms))
		connection_over(swarm, client, ms);
}

int64_t
swarm_deadline(const struct swarm *swarm, int64_t ms)
{
	const struct client *client;
	int64_t next = INT64_MAX;
	unsigned i;

	for (i = 0; i < swarm->count; i++) {
		client = &swarm->clients[i];
		if (client->state == CLIENT_CONNECTING ||
		    (client->state == CLIENT_RESTING &&
			swarm->mode == SWARM_SILENT) ||
		    (client->state == CLIENT_TALKING && client->wake_ms <= ms))
			continue;
		if (client->wake_ms < next)
			next = client->wake_ms;
	}
	return next;
}

void
swarm_turn(struct swarm *swarm, int64_t deadline_ms)
{
	int64_t ms = now_ms(), wait_ms;
	unsigned i;

	for (i = 0; i < swarm->count; i++) {
		swarm->items[i].fd = swarm->clients[i].fd;
		swarm->items[i].events = swarm->clients[i].wants;
		swarm->items[i].revents = 0;
	}
	wait_ms = deadline_ms > ms ? deadline_ms - ms : 0;
	(void)poll(swarm->items, swarm->count, (int)wait_ms);
	ms = now_ms();
	for (i = 0; i < swarm->count; i++)
		let_go_on(swarm, &swarm->clients[i], swarm->items[i].revents,
		    ms);
}

unsigned
swarm_open_before(const struct swarm *swarm, int64_t begun_ms)
{
	unsigned i, open = 0;

	for (i = 0; i < swarm->count; i++)
		open += swarm->clients[i].state != CLIENT_RESTING &&
		    swarm->clients[i].history.begun_ms < begun_ms;
	return open;
}

unsigned
swarm_open_wild(const struct swarm *swarm)
{
	unsigned i, open = 0;

	for (i = 0; i < swarm->count; i++)
		open += swarm->clients[i].state != CLIENT_RESTING &&
		    !swarm->clients[i].kind->is_calm;
	return open;
}

void
swarm_give_up(struct swarm *swarm, int64_t ms)
{
	unsigned i;

	for (i = 0; i < swarm->count; i++) {
		if (swarm->clients[i].state == CLIENT_RESTING)
			continue;
		client_end(&swarm->clients[i], OUTCOME_LATE, 0, ms);
		connection_over(swarm, &swarm->clients[i], ms);
	}
}
