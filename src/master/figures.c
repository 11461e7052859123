/*
 * What can be told of each service.
 * Runs in: master.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "master/figures.h"

int
figures_index(const struct master *m, const struct crew *crew)
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

static enum slot_state
state_of(const struct worker_record *record, const struct census *census)
{
	if (record->told || census->state == SLOT_DRAINING)
		return SLOT_DRAINING;
	if (census->state == SLOT_BUSY || census->state == SLOT_IDLE)
		return census->state;
	return SLOT_STARTING;
}

const char *
figures_state(const struct worker_record *record, const struct census *census)
{
	switch (state_of(record, census)) {
	case SLOT_DRAINING:
		return "draining";
	case SLOT_BUSY:
		return "busy";
	case SLOT_IDLE:
		return "idle";
	default:
		return "starting";
	}
}

const char *
figures_handler(const struct service_settings *settings)
{
	const char *slash;

	if (settings->handler == NULL)
		return "built in";
	slash = strrchr(settings->handler, '/');
	return slash != NULL ? slash + 1 : settings->handler;
}

static void
add_worker(struct figures *f, const struct worker_record *record)
{
	struct census census;
	unsigned i;

	census_read(&record->master->board.slot[record->cell], &census);
	for (i = 0; i < SCOREBOARD_REFUSALS; i++)
		f->refused[i] += census.refused[i];
	f->accepted += census.accepted;
	f->closed += census.closed;
	f->failed += census.failed;
	f->timeouts += census.timeouts;
	switch (state_of(record, &census)) {
	case SLOT_DRAINING:
		f->draining++;
		break;
	case SLOT_BUSY:
		f->busy++;
		break;
	case SLOT_IDLE:
		f->idle++;
		break;
	default:
		f->starting++;
	}
}

static void
begin(struct figures *f, struct master *m, const struct crew *crew)
{
	const struct service *service =
	    &m->current->generation->services[crew->service];
	const struct totals *totals = totals_of(m, service->settings->name);

	f->service = service;
	f->configured = service->settings->workers;
	f->wanted = crew->pool.want;
	f->backoff = pool_count(&crew->pool, POOL_BACKOFF);
	if (totals == NULL)
		return;
	f->accepted = totals->accepted;
	f->closed = totals->closed;
	f->failed = totals->failed;
	/* The connection of a worker that hung had its time, too. */
	f->timeouts = totals->timeouts + totals->killed[KILL_TOTAL] +
	    totals->killed[KILL_IDLE];
	f->crashed = totals_sum(totals->crashed, CRASHES);
	memcpy(f->crashes, totals->crashed, sizeof(f->crashes));
	memcpy(f->killed, totals->killed, sizeof(f->killed));
	f->recycled = totals->recycled;
	f->forked = totals->forked;
	memcpy(f->refused, totals->refused, sizeof(f->refused));
}

struct figures *
figures_take(struct master *m)
{
	size_t i, count = m->current->generation->service_count;
	struct figures *all = calloc(count, sizeof(*all));
	unsigned cell;
	int index;

	if (all == NULL)
		return NULL;
	for (i = 0; i < count; i++)
		begin(&all[i], m, &m->current->crews[i]);
	for (cell = 0; cell < m->cells_end; cell++) {
		if (m->records[cell] == NULL)
			continue;
		index = figures_index(m, m->records[cell]->crew);
		if (index != -1)
			add_worker(&all[index], m->records[cell]);
	}
	/* A worker may have been seen between the two. */
	for (i = 0; i < count; i++) {
		if (all[i].closed > all[i].accepted)
			all[i].closed = all[i].accepted;
		all[i].active = all[i].accepted - all[i].closed;
	}
	return all;
}

struct tally *
figures_take_tallies(struct master *m)
{
	const struct generation *g = m->current->generation;
	struct tally *all = calloc(g->service_count, sizeof(*all));
	const struct totals *totals;
	unsigned cell;
	size_t i;
	int index;

	for (i = 0; all != NULL && i < g->service_count; i++) {
		totals = totals_of(m, g->services[i].settings->name);
		if (totals != NULL)
			all[i] = totals->tally;
	}
	for (cell = 0; all != NULL && cell < m->cells_end; cell++) {
		if (m->records[cell] == NULL)
			continue;
		index = figures_index(m, m->records[cell]->crew);
		if (index != -1)
			tally_add(&all[index], &m->board.slot[cell],
			    &m->board.tally[cell]);
	}
	return all;
}
