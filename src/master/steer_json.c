/*
 * Status for programs: one JSON object, a line for each service, listener and
 * slot.
 * Runs in: master.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "admission/refusal.h"
#include "base/clock.h"
#include "base/json.h"
#include "listener/queue.h"
#include "master/figures.h"
#include "master/sink.h"
#include "master/steer.h"
#include "master/steer_latency.h"
#include "scoreboard/client_text.h"

struct writing {
	struct master *m;
	struct control_client *client;
	struct json json;
	char line[CONTROL_ANSWER_BYTES];
};

static void
end_line(struct writing *w)
{
	control_say(w->client, "%s", w->line);
	json_taken(&w->json);
}

static void
write_daemon(struct writing *w)
{
	const struct master *m = w->m;
	struct json *json = &w->json;

	json_open(json, NULL, '{');
	json_text(json, "version", PACKAGE_VERSION);
	json_number(json, "pid", m->pid);
	json_text(json, "state", life_state_name(m->life));
	json_bool(json, "drained", m->drained);
	json_number(json, "generation", m->current->generation->number);
	json_number(json, "uptime_ms", clock_ms() - m->started_ms);
	end_line(w);
	json_open(json, "reload", '{');
	json_number(json, "ok", (int64_t)m->outcome.reloads);
	json_number(json, "failed", (int64_t)m->outcome.failures);
	json_text(json, "last_error",
	    m->outcome.failed ? m->outcome.why : NULL);
	json_close(json, '}');
	json_open(json, "log", '{');
	json_text(json, "level", msg_level_name(log_level()));
	json_number(json, "lost", (int64_t)sink_losses(m));
	json_close(json, '}');
	end_line(w);
}

static void
write_listener(struct json *json, const struct listener *listener)
{
	struct listener_queue queue;

	listener_queue_read(listener->fd, &queue);
	json_open(json, NULL, '{');
	json_text(json, "address", listener->text);
	if (queue.known)
		json_number(json, "queue", queue.length);
	else
		json_null(json, "queue");
	if (listener->endpoint.type == SOCK_DGRAM)
		json_null(json, "backlog");
	else
		json_number(json, "backlog",
		    queue.known ? (int64_t)queue.backlog : listener->backlog);
	if (queue.drops_known)
		json_number(json, "overflows", (int64_t)queue.drops);
	json_close(json, '}');
}

static void
write_listeners(struct writing *w, const struct listener_set *set)
{
	size_t i;

	json_open(&w->json, "listeners", '[');
	for (i = 0; i < set->count; i++) {
		write_listener(&w->json, &set->items[i]->listener);
		end_line(w);
	}
	json_close(&w->json, ']');
}

static void
write_refusals(struct json *json, const struct figures *f)
{
	unsigned i;

	json_open(json, "refusals", '{');
	for (i = 0; i < REFUSALS; i++)
		json_number(json, refusal_name(i), (int64_t)f->refused[i]);
	json_close(json, '}');
}

static void
write_counts(struct json *json, const struct figures *f)
{
	json_open(json, "workers", '{');
	json_number(json, "configured", f->configured);
	json_number(json, "wanted", f->wanted);
	json_number(json, "idle", f->idle);
	json_number(json, "busy", f->busy);
	json_number(json, "starting", f->starting);
	json_number(json, "draining", f->draining);
	json_number(json, "backoff", f->backoff);
	json_close(json, '}');
	json_number(json, "accepted", (int64_t)f->accepted);
	json_number(json, "active", (int64_t)f->active);
	json_number(json, "closed", (int64_t)f->closed);
	json_number(json, "failed", (int64_t)f->failed);
	json_number(json, "refused", (int64_t)refusal_total(f->refused));
	write_refusals(json, f);
	json_number(json, "timeouts", (int64_t)f->timeouts);
	json_number(json, "crashes", (int64_t)f->crashed);
	json_number(json, "recycled", (int64_t)f->recycled);
}

static void
write_record(struct writing *w, const struct worker_record *record)
{
	struct json *json = &w->json;
	struct safe_text client;
	struct census census;
	bool busy;

	census_read(&w->m->board.slot[record->cell], &census);
	busy = census.client.family != 0;
	safe_begin(&client);
	client_put(&client, &census.client);
	json_open(json, NULL, '{');
	json_number(json, "slot", record->slot);
	json_number(json, "pid", record->pid);
	json_number(json, "generation",
	    record->crew->cohort->generation->number);
	json_text(json, "state", figures_state(record, &census));
	json_number(json, "connections", (int64_t)census.accepted);
	json_text(json, "client", busy ? client.bytes : NULL);
	json_number(json, "busy_ms", busy ? clock_ms() - census.since_ms : 0);
	json_text(json, "note", census.note);
	json_close(json, '}');
	end_line(w);
}

static void
write_backoff(struct writing *w, const struct crew *crew, unsigned slot)
{
	struct json *json = &w->json;

	json_open(json, NULL, '{');
	json_number(json, "slot", slot);
	json_number(json, "pid", 0);
	json_number(json, "generation", crew->cohort->generation->number);
	json_text(json, "state", "backoff");
	json_number(json, "connections", 0);
	json_null(json, "client");
	json_number(json, "busy_ms", 0);
	json_text(json, "note", "");
	json_close(json, '}');
	end_line(w);
}

static void
write_slots(struct writing *w, unsigned index)
{
	const struct crew *crew = &w->m->current->crews[index];
	const struct worker_record *record;
	unsigned i;

	json_open(&w->json, "slots", '[');
	end_line(w);
	for (i = 0; i < w->m->cells_end; i++) {
		record = w->m->records[i];
		if (record != NULL &&
		    figures_index(w->m, record->crew) == (int)index)
			write_record(w, record);
	}
	for (i = 0; i < crew->pool.capacity; i++)
		if (crew->pool.slots[i].state == POOL_BACKOFF)
			write_backoff(w, crew, i);
	json_close(&w->json, ']');
}

static void
write_service(struct writing *w, const struct figures *f,
    const struct tally *tally, unsigned index)
{
	const struct service_settings *settings = f->service->settings;

	json_open(&w->json, NULL, '{');
	json_text(&w->json, "name", settings->name);
	json_text(&w->json, "handler", figures_handler(settings));
	write_counts(&w->json, f);
	end_line(w);
	latency_json(&w->json, tally);
	end_line(w);
	write_listeners(w, f->service->listeners);
	write_slots(w, index);
	json_close(&w->json, '}');
	end_line(w);
}

static void
begin(struct writing *w, struct master *m, struct control_client *client)
{
	w->m = m;
	w->client = client;
	json_begin(&w->json, w->line, sizeof(w->line));
}

void
steer_status_json(struct master *m, struct control_client *client)
{
	struct figures *all = figures_take(m);
	struct tally *tallies = figures_take_tallies(m);
	unsigned i, count = (unsigned)m->current->generation->service_count;
	struct writing w;

	begin(&w, m, client);
	write_daemon(&w);
	json_open(&w.json, "services", '[');
	for (i = 0; all != NULL && tallies != NULL && i < count; i++)
		write_service(&w, &all[i], &tallies[i], i);
	json_close(&w.json, ']');
	json_close(&w.json, '}');
	end_line(&w);
	free(tallies);
	free(all);
}

/* ---------------------------------------------------------------- listeners */

void
steer_listeners_json(struct master *m, struct control_client *client)
{
	const struct generation *g = m->current->generation;
	struct writing w;
	size_t i;

	begin(&w, m, client);
	json_open(&w.json, NULL, '{');
	json_open(&w.json, "services", '[');
	for (i = 0; i < g->service_count; i++) {
		json_open(&w.json, NULL, '{');
		json_text(&w.json, "name", g->services[i].settings->name);
		write_listeners(&w, g->services[i].listeners);
		json_close(&w.json, '}');
	}
	json_close(&w.json, ']');
	json_close(&w.json, '}');
	end_line(&w);
}
