/*
 * Verbs that change who works: scale, drain, resume, kill.  Each is done at
 * once; who asked waits until it can be seen.
 * Runs in: master.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/quantity.h"
#include "master/master.h"
#include "master/steer.h"

/* How long the dump of a worker that is to be killed may take. */
#define DUMP_MS 1000

/* A service of the current generation, or NULL and the client knows. */
static struct crew *
find_crew(struct master *m, struct control_client *client, const char *name)
{
	const struct generation *g = m->current->generation;
	size_t i;

	for (i = 0; i < g->service_count; i++)
		if (strcmp(g->services[i].settings->name, name) == 0)
			return &m->current->crews[i];
	control_end(client, EXIT_FAILED, "there is no service '%s'", name);
	return NULL;
}

/* Else the client knows why not. */
static bool
may_resize(const struct master *m, struct control_client *client)
{
	if (steer_is_stopping(m, client))
		return false;
	if (m->life == LIFE_SERVING && !m->drained)
		return true;
	control_end(client, EXIT_FAILED,
	    m->drained ? "all services are drained" : "the daemon is %s",
	    life_state_name(m->life));
	return false;
}

static void
resize(struct crew *crew, struct control_client *client, unsigned want)
{
	const struct control_matter matter = { .service = crew->service,
		.generation = crew->cohort->generation->number,
		.number = want };

	log_event(PF_RESIZED, "%s: %u workers", crew_name(crew), want);
	control_wait_matter(client, WAIT_SIZE, &matter);
	crew_event(crew,
	    (struct pool_event) { .kind = EVENT_RESIZE, .want = want });
}

void
steer_scale(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	struct crew *crew;
	int64_t want;
	unsigned most;

	if (!may_resize(m, client) ||
	    (crew = find_crew(m, client, request->words[0])) == NULL)
		return;
	most = crew->pool.capacity < SETTINGS_MAX_WORKERS ?
	    crew->pool.capacity :
	    SETTINGS_MAX_WORKERS;
	if (crew->single)
		most = 1;
	if (quantity_parse(QUANTITY_NUMBER, request->words[1], &want) == -1 ||
	    want < 1 || want > most) {
		control_end(client, EX_USAGE,
		    "%s takes 1 to %u workers, not '%s'", crew_name(crew), most,
		    request->words[1]);
		return;
	}
	crew->former_want = 0;
	crew->maintained = false;
	resize(crew, client, (unsigned)want);
}

static void
drain_all(struct master *m, struct control_client *client, bool maint)
{
	size_t i;

	if (!m->drained && !life_step(m, ON_DRAIN)) {
		control_end(client, EXIT_FAILED, "the daemon is %s",
		    life_state_name(m->life));
		return;
	}
	for (i = 0; i < m->current->generation->service_count; i++)
		m->current->crews[i].maintained = maint;
	control_wait(client, WAIT_SIZES);
}

static void
drain_one(struct master *m, struct control_client *client, const char *name,
    bool maint)
{
	struct crew *crew;

	if (!may_resize(m, client) ||
	    (crew = find_crew(m, client, name)) == NULL)
		return;
	if (crew->pool.want > 0)
		crew->former_want = crew->pool.want;
	crew->maintained = maint;
	resize(crew, client, 0);
}

/* [-maint] [SERVICE] */
void
steer_drain(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	bool maint =
	    request->count > 0 && strcmp(request->words[0], "-maint") == 0;
	size_t names = request->count - maint;

	if (steer_is_stopping(m, client))
		return;
	if (names == 0)
		drain_all(m, client, maint);
	else if (names == 1 && request->words[maint][0] != '-')
		drain_one(m, client, request->words[maint], maint);
	else
		control_end(client, EX_USAGE,
		    "drain knows -maint and a service, not '%s'",
		    request->words[request->count - 1]);
}

static void
bring_back(struct crew *crew)
{
	const struct service *service =
	    &crew->cohort->generation->services[crew->service];
	unsigned want = crew->former_want > 0 ? crew->former_want :
						service->settings->workers;

	crew->former_want = 0;
	crew->maintained = false;
	if (crew->pool.want == 0)
		crew_event(crew,
		    (struct pool_event) { .kind = EVENT_RESIZE, .want = want });
}

static void
resume_all(struct master *m, struct control_client *client)
{
	size_t i;

	if (m->drained)
		drain_end(m);
	for (i = 0; i < m->current->generation->service_count; i++)
		bring_back(&m->current->crews[i]);
	control_wait(client, WAIT_SIZES);
}

void
steer_resume(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	struct control_matter matter = { .generation =
					     m->current->generation->number };
	struct crew *crew;

	if (request->count == 0) {
		if (!steer_is_stopping(m, client))
			resume_all(m, client);
		return;
	}
	if (!may_resize(m, client) ||
	    (crew = find_crew(m, client, request->words[0])) == NULL)
		return;
	bring_back(crew);
	matter.service = crew->service;
	matter.number = crew->pool.want;
	control_wait_matter(client, WAIT_SIZE, &matter);
}

/* ------------------------------------------------------------------- kill */

/* "3" where there is one service, else "echo/3". */
static struct crew *
crew_of_slot(struct master *m, struct control_client *client, const char *word,
    const char **slot)
{
	const char *slash = strchr(word, '/');
	char name[SETTINGS_NAME_BYTES];

	*slot = slash != NULL ? slash + 1 : word;
	if (slash != NULL) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)(slash - word),
		    word);
		return find_crew(m, client, name);
	}
	if (m->current->generation->service_count == 1)
		return &m->current->crews[0];
	control_end(client, EX_USAGE,
	    "with several services a slot is written SERVICE/%s", word);
	return NULL;
}

void
steer_kill(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	struct control_matter matter = { .pid = 0 };
	struct worker_record *record = NULL;
	const char *text;
	struct crew *crew = crew_of_slot(m, client, request->words[0], &text);
	int64_t slot;

	if (crew == NULL)
		return;
	if (quantity_parse(QUANTITY_NUMBER, text, &slot) == 0 && slot >= 0 &&
	    slot < crew->pool.capacity)
		record = crew->by_slot[slot];
	if (record == NULL) {
		control_end(client, EXIT_FAILED, "no worker is in slot '%s'",
		    request->words[0]);
		return;
	}
	matter.cell = record->cell;
	matter.pid = record->pid;
	control_wait_matter(client, WAIT_DEATH, &matter);
	escalate(record, KILL_OPERATOR, DUMP_MS, "");
}

/* ---------------------------------------------------------------- outcomes */

static unsigned
alive_of(const struct master *m, const char *service)
{
	unsigned cell, count = 0;

	for (cell = 0; cell < m->cells_end; cell++)
		count += m->records[cell] != NULL &&
		    strcmp(crew_name(m->records[cell]->crew), service) == 0;
	return count;
}

/* Who was sent away may still finish; but a drain is there for their end, also
 * of those of older generations. */
static bool
has_its_size(const struct master *m, const struct crew *crew)
{
	if (crew->pool.want == 0)
		return alive_of(m, crew_name(crew)) == 0;
	return pool_count(&crew->pool, POOL_READY) == crew->pool.want;
}

static bool
is_in_trouble(const struct crew *crew)
{
	return crew->pool.want > 0 &&
	    (crew->pool.failed || pool_count(&crew->pool, POOL_BACKOFF) > 0);
}

static void
say_trouble(const struct crew *crew, struct control_client *client)
{
	const struct error *reason = &crew->cohort->reason;

	control_end(client, EXIT_FAILED, "workers of %s do not stay alive%s%s",
	    crew_name(crew), reason->id != PF_NONE ? ": " : "",
	    reason->id != PF_NONE ? reason->text : "");
}

static void
look_at_size(void *arg, struct control_client *client,
    const struct control_matter *matter)
{
	struct master *m = arg;
	const struct crew *crew = &m->current->crews[matter->service];

	if (m->current->generation->number != matter->generation)
		control_end(client, EXIT_FAILED,
		    "a reload came, and its settings hold");
	else if (crew->pool.want != matter->number)
		control_end(client, EXIT_FAILED,
		    "somebody else wants %u workers", crew->pool.want);
	else if (is_in_trouble(crew))
		say_trouble(crew, client);
	else if (has_its_size(m, crew))
		control_end(client, EXIT_DONE, "%s has %u workers",
		    crew_name(crew), crew->pool.want);
}

static void
look_at_sizes(void *arg, struct control_client *client,
    const struct control_matter *matter)
{
	struct master *m = arg;
	const struct cohort *current = m->current;
	size_t i;

	(void)matter;
	if (m->life >= LIFE_LEAVING) {
		control_end(client, EXIT_FAILED, "the daemon is %s",
		    life_state_name(m->life));
		return;
	}
	for (i = 0; i < current->generation->service_count; i++) {
		if (is_in_trouble(&current->crews[i])) {
			say_trouble(&current->crews[i], client);
			return;
		}
		if (!has_its_size(m, &current->crews[i]))
			return;
	}
	control_end(client, EXIT_DONE, "%s",
	    m->drained ? "all services are drained" : "all services serve");
}

static void
look_at_death(void *arg, struct control_client *client,
    const struct control_matter *matter)
{
	struct master *m = arg;
	const struct worker_record *record = m->records[matter->cell];

	if (record == NULL || record->pid != matter->pid)
		control_end(client, EXIT_DONE, "worker %ld has ended",
		    (long)matter->pid);
}

void
steer_pool_review(struct master *m)
{
	control_review(m->control, WAIT_SIZE, look_at_size, m);
	control_review(m->control, WAIT_SIZES, look_at_sizes, m);
	control_review(m->control, WAIT_DEATH, look_at_death, m);
}
