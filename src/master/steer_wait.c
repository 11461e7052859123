/*
 * The verb wait: conditions that come about by themselves.
 * Runs in: master.
 */
#include "config.h"

#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "master/steer.h"

/* Workers do not tell the master that they are idle: while somebody waits for
 * it their slots are looked at so often. */
#define IDLE_LOOK_MS 50

static bool
is_ready(const struct master *m, int64_t number)
{
	(void)number;
	return m->life == LIFE_SERVING && !m->want_reload &&
	    cohort_complete(m->current);
}

static bool
is_idle(const struct master *m, int64_t number)
{
	struct census census;
	unsigned cell;

	(void)number;
	for (cell = 0; cell < m->cells_end; cell++) {
		if (m->records[cell] == NULL)
			continue;
		census_read(&m->board.slot[cell], &census);
		if (census.accepted != census.closed)
			return false;
	}
	return true;
}

static bool
is_drained(const struct master *m, int64_t number)
{
	(void)number;
	return m->old == NULL;
}

static bool
is_generation(const struct master *m, int64_t number)
{
	return m->current->generation->number >= number;
}

static const struct condition {
	const char *name;
	bool numbered;
	int waits;
	bool (*holds)(const struct master *m, int64_t number);
} conditions[] = {
	{ "ready", false, WAIT_READY, is_ready },
	{ "idle", false, WAIT_IDLE, is_idle },
	{ "drained", false, WAIT_DRAINED, is_drained },
	{ "generation", true, WAIT_GENERATION, is_generation },
};

#define CONDITIONS (sizeof(conditions) / sizeof(conditions[0]))

void
steer_wait(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	struct control_matter matter = { .number = 0 };
	const struct condition *c;

	(void)m;
	for (c = conditions; c < conditions + CONDITIONS; c++)
		if (strcmp(c->name, request->words[0]) == 0)
			break;
	if (c == conditions + CONDITIONS) {
		control_end(client, EX_USAGE,
		    "wait knows ready, idle, drained and generation N, not "
		    "'%s'",
		    request->words[0]);
		return;
	}
	if (request->count != (c->numbered ? 2u : 1u) ||
	    (c->numbered &&
		quantity_parse(QUANTITY_NUMBER, request->words[1],
		    &matter.number) == -1)) {
		control_end(client, EX_USAGE,
		    c->numbered ? "wait %s needs a number" :
				  "wait %s takes no word",
		    c->name);
		return;
	}
	control_wait_matter(client, c->waits, &matter);
}

struct look {
	const struct master *m;
	const struct condition *condition;
};

static void
look_at(void *arg, struct control_client *client,
    const struct control_matter *matter)
{
	const struct look *look = arg;

	if (look->condition->holds(look->m, matter->number))
		control_end(client, EXIT_DONE, "%s", look->condition->name);
	else if (look->m->life >= LIFE_LEAVING &&
	    look->condition->waits != WAIT_IDLE)
		control_end(client, EXIT_FAILED, "the daemon is %s",
		    life_state_name(look->m->life));
}

void
steer_wait_review(struct master *m)
{
	struct look look = { .m = m };
	const struct condition *c;

	for (c = conditions; c < conditions + CONDITIONS; c++) {
		look.condition = c;
		control_review(m->control, c->waits, look_at, &look);
	}
}

int64_t
steer_wait_deadline(const struct master *m)
{
	return control_waits(m->control, WAIT_IDLE) ?
	    master_ms(m) + IDLE_LOOK_MS :
	    CLOCK_NEVER;
}
