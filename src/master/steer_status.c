/*
 * Status for people: the daemon, its services, their addresses.
 * Runs in: master.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "master/steer.h"

/* Of a service, over all generations. */
struct tally {
	unsigned idle, busy, starting, draining;
	uint64_t accepted, closed;
};

static void
count_worker(struct tally *tally, const struct worker_record *record)
{
	struct census census;

	census_read(&record->master->board.slot[record->cell], &census);
	tally->accepted += census.accepted;
	tally->closed += census.closed;
	if (record->told || census.state == SLOT_DRAINING)
		tally->draining++;
	else if (census.state == SLOT_BUSY)
		tally->busy++;
	else if (census.state == SLOT_IDLE)
		tally->idle++;
	else
		tally->starting++;
}

/* The service of the current generation that has this name, or -1. */
static int
index_of(const struct master *m, const struct crew *crew)
{
	const struct generation *g = m->current->generation;
	size_t i;

	if (crew->cohort == m->current)
		return (int)crew->service;
	for (i = 0; i < g->service_count; i++)
		if (strcmp(g->services[i].settings->name, crew_name(crew)) == 0)
			return (int)i;
	return -1;
}

static void
count_all(const struct master *m, struct tally *tallies)
{
	unsigned cell;
	int i;

	for (cell = 0; cell < m->cells_end; cell++) {
		if (m->records[cell] == NULL)
			continue;
		i = index_of(m, m->records[cell]->crew);
		if (i != -1)
			count_worker(&tallies[i], m->records[cell]);
	}
}

static void
say_addresses(const struct service *service, struct control_client *client)
{
	const struct listener_set *set = service->listeners;
	size_t i;

	for (i = 0; i < set->count; i++)
		control_say(client, "  listening on %s",
		    set->items[i]->listener.text);
}

static void
say_service(struct master *m, const struct service *service,
    const struct tally *tally, struct control_client *client)
{
	const struct totals *totals = totals_of(m, service->settings->name);
	uint64_t accepted = tally->accepted, closed = tally->closed;

	if (totals != NULL) {
		accepted += totals->accepted;
		closed += totals->closed;
	}
	control_say(client, "%-16.16s %5u %5u %5u %5u %5u %12llu %6llu %6llu",
	    service->settings->name, service->settings->workers, tally->idle,
	    tally->busy, tally->starting, tally->draining,
	    (unsigned long long)accepted,
	    (unsigned long long)(accepted > closed ? accepted - closed : 0),
	    totals != NULL ? (unsigned long long)totals->crashed : 0);
	say_addresses(service, client);
}

static void
say_daemon(const struct master *m, struct control_client *client)
{
	control_say(client,
	    "%s " PACKAGE_VERSION ", pid %ld, %s, generation %u",
	    m->settings->program, (long)m->pid, life_state_name(m->life),
	    m->current->generation->number);
	control_say(client, "reloads: %llu done, %llu failed",
	    (unsigned long long)m->outcome.reloads,
	    (unsigned long long)m->outcome.failures);
	if (m->outcome.failed)
		control_say(client, "the last one failed: %s", m->outcome.why);
}

void
steer_status(struct master *m, struct control_client *client)
{
	const struct generation *g = m->current->generation;
	struct tally *tallies = calloc(g->service_count, sizeof(*tallies));
	size_t i;

	say_daemon(m, client);
	if (tallies == NULL)
		return;
	count_all(m, tallies);
	control_say(client, "%-16s %5s %5s %5s %5s %5s %12s %6s %6s", "SERVICE",
	    "WANT", "IDLE", "BUSY", "START", "DRAIN", "ACCEPTED", "ACTIVE",
	    "CRASH");
	for (i = 0; i < g->service_count; i++)
		say_service(m, &g->services[i], &tallies[i], client);
	free(tallies);
}
