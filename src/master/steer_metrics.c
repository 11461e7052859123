/*
 * The figures in Prometheus' text format (version 0.0.4).
 * Runs in: master.
 */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admission/refusal.h"
#include "base/clock.h"
#include "listener/queue.h"
#include "master/figures.h"
#include "master/sink.h"
#include "master/steer.h"
#include "master/steer_latency.h"

/* Of a label's value, with each byte escaped. */
#define LABEL_BYTES (2 * ENDPOINT_TEXT_BYTES)

struct page {
	struct master *m;
	struct control_client *client;
	const struct figures *all;
	size_t count;
};

/* A figure of each service. */
static const struct family {
	const char *name, *type, *help;
	size_t offset;
	bool is_wide; /* uint64_t, else unsigned */
} families[] = {
#define WIDE(member)   offsetof(struct figures, member), true
#define NARROW(member) offsetof(struct figures, member), false
	{ "prefork_workers_configured", "gauge",
	    "Workers that the configuration wants.", NARROW(configured) },
	{ "prefork_workers_wanted", "gauge",
	    "Workers that are wanted now, after scale, drain or signals.",
	    NARROW(wanted) },
	{ "prefork_connections_active", "gauge",
	    "Connections that are being served.", WIDE(active) },
	{ "prefork_connections_accepted_total", "counter",
	    "Connections accepted.", WIDE(accepted) },
	{ "prefork_connections_closed_total", "counter",
	    "Connections that have ended.", WIDE(closed) },
	{ "prefork_connections_failed_total", "counter",
	    "Connections of which the handler said that they failed.",
	    WIDE(failed) },
	{ "prefork_connections_timed_out_total", "counter",
	    "Connections that met a limit of time.", WIDE(timeouts) },
	{ "prefork_workers_started_total", "counter", "Workers started.",
	    WIDE(forked) },
	{ "prefork_workers_recycled_total", "counter",
	    "Workers replaced for their connections, age or size, or because "
	    "the handler asked for it.",
	    WIDE(recycled) },
};

static const struct state {
	const char *name;
	size_t offset;
} states[] = {
	{ "idle", offsetof(struct figures, idle) },
	{ "busy", offsetof(struct figures, busy) },
	{ "starting", offsetof(struct figures, starting) },
	{ "draining", offsetof(struct figures, draining) },
	{ "backoff", offsetof(struct figures, backoff) },
};

static void
say_head(const struct page *page, const char *name, const char *type,
    const char *help)
{
	control_say(page->client, "# HELP %s %s", name, help);
	control_say(page->client, "# TYPE %s %s", name, type);
}

static void
say_alone(const struct page *page, const char *name, const char *type,
    const char *help, int64_t value)
{
	say_head(page, name, type, help);
	control_say(page->client, "%s %" PRId64, name, value);
}

static const char *
name_of(const struct figures *f)
{
	return f->service->settings->name;
}

/* Names of services need no escapes, addresses may. */
static void
escape(const char *text, char out[LABEL_BYTES])
{
	size_t have = 0;

	for (; *text != '\0' && have + 2 < LABEL_BYTES; text++) {
		if (*text == '\\' || *text == '"')
			out[have++] = '\\';
		out[have++] = *text;
	}
	out[have] = '\0';
}

static uint64_t
value_of(const struct figures *f, const struct family *family)
{
	const char *at = (const char *)f + family->offset;
	uint64_t wide;
	unsigned narrow;

	if (family->is_wide) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, at, sizeof(narrow));
	return narrow;
}

static void
say_families(const struct page *page)
{
	const struct family *family;
	size_t i, k;

	for (k = 0; k < sizeof(families) / sizeof(families[0]); k++) {
		family = &families[k];
		say_head(page, family->name, family->type, family->help);
		for (i = 0; i < page->count; i++)
			control_say(page->client, "%s{service=\"%s\"} %" PRIu64,
			    family->name, name_of(&page->all[i]),
			    value_of(&page->all[i], family));
	}
}

static void
say_workers(const struct page *page)
{
	unsigned value;
	size_t i, k;

	say_head(page, "prefork_workers", "gauge", "Workers by what they do.");
	for (i = 0; i < page->count; i++)
		for (k = 0; k < sizeof(states) / sizeof(states[0]); k++) {
			memcpy(&value,
			    (const char *)&page->all[i] + states[k].offset,
			    sizeof(value));
			control_say(page->client,
			    "prefork_workers{service=\"%s\",state=\"%s\"} %u",
			    name_of(&page->all[i]), states[k].name, value);
		}
}

/* A figure of each service and reason. */
static const struct reason_family {
	const char *name, *help;
	size_t offset;	      /* of the counts, which are uint64_t */
	unsigned first, past; /* reasons */
	const char *(*name_of)(unsigned);
} by_reason[] = {
	{ "prefork_connections_refused_total",
	    "Connections closed before their handler saw them, by reason.",
	    offsetof(struct figures, refused), 0, REFUSALS, refusal_name },
	{ "prefork_workers_crashed_total",
	    "Workers that died of a signal that was not the master's, by "
	    "signal; oom: of KILL, when the system had run out of memory.",
	    offsetof(struct figures, crashes), CRASH_NONE + 1, CRASHES,
	    crash_name },
	{ "prefork_workers_killed_total",
	    "Workers that the master has killed, by reason.",
	    offsetof(struct figures, killed), KILL_NONE + 1, KILL_REASONS,
	    kill_reason_label },
};

static void
say_reasons(const struct page *page, const struct reason_family *reasons)
{
	const char *counts;
	uint64_t count;
	unsigned k;
	size_t i;

	say_head(page, reasons->name, "counter", reasons->help);
	for (i = 0; i < page->count; i++) {
		counts = (const char *)&page->all[i] + reasons->offset;
		for (k = reasons->first; k < reasons->past; k++) {
			memcpy(&count, counts + k * sizeof(count),
			    sizeof(count));
			control_say(page->client,
			    "%s{service=\"%s\",reason=\"%s\"} %" PRIu64,
			    reasons->name, name_of(&page->all[i]),
			    reasons->name_of(k), count);
		}
	}
}

static void
say_all_reasons(const struct page *page)
{
	size_t i;

	for (i = 0; i < sizeof(by_reason) / sizeof(by_reason[0]); i++)
		say_reasons(page, &by_reason[i]);
}

static void
say_reloads(const struct page *page)
{
	const struct outcome *outcome = &page->m->outcome;

	say_head(page, "prefork_reloads_total", "counter",
	    "Reloads by their outcome.");
	control_say(page->client,
	    "prefork_reloads_total{outcome=\"ok\"} %" PRIu64, outcome->reloads);
	control_say(page->client,
	    "prefork_reloads_total{outcome=\"failed\"} %" PRIu64,
	    outcome->failures);
}

static void
say_uptime(const struct page *page)
{
	int64_t ms = clock_ms() - page->m->started_ms;

	say_head(page, "prefork_uptime_seconds", "gauge",
	    "Time since the first start, over upgrades.");
	control_say(page->client, "prefork_uptime_seconds %" PRId64 ".%03d",
	    ms / 1000, (int)(ms % 1000));
}

/* ---------------------------------------------------------------- listeners */

struct queue_family {
	const char *name, *type, *help;
	/* False where the system does not tell. */
	bool (*value)(const struct listener_queue *queue, uint64_t *value);
};

static bool
queue_length(const struct listener_queue *queue, uint64_t *value)
{
	*value = queue->length;
	return queue->known;
}

static bool
queue_backlog(const struct listener_queue *queue, uint64_t *value)
{
	*value = queue->backlog;
	return queue->known;
}

static bool
queue_drops(const struct listener_queue *queue, uint64_t *value)
{
	*value = queue->drops;
	return queue->drops_known;
}

static const struct queue_family queue_families[] = {
	{ "prefork_listener_queue", "gauge",
	    "Connections that wait in the kernel's queue.", queue_length },
	{ "prefork_listener_backlog", "gauge",
	    "Connections that may wait in it.", queue_backlog },
	{ "prefork_listener_overflows_total", "counter",
	    "Handshakes or datagrams that found it full, of this socket.",
	    queue_drops },
};

static void
say_listener(const struct page *page, const struct queue_family *family,
    const struct figures *f, const struct listener *listener)
{
	struct listener_queue queue;
	char address[LABEL_BYTES];
	uint64_t value;

	listener_queue_read(listener->fd, &queue);
	if (!family->value(&queue, &value))
		return;
	escape(listener->text, address);
	control_say(page->client, "%s{service=\"%s\",address=\"%s\"} %" PRIu64,
	    family->name, name_of(f), address, value);
}

static void
say_listeners(const struct page *page, const struct queue_family *family)
{
	const struct listener_set *set;
	size_t i, k;

	say_head(page, family->name, family->type, family->help);
	for (i = 0; i < page->count; i++) {
		set = page->all[i].service->listeners;
		for (k = 0; k < set->count; k++)
			say_listener(page, family, &page->all[i],
			    &set->items[k]->listener);
	}
}

void
steer_metrics(struct master *m, struct control_client *client)
{
	struct figures *all = figures_take(m);
	struct tally *tallies = figures_take_tallies(m);
	const struct page page = { m, client, all,
		all != NULL ? m->current->generation->service_count : 0 };
	size_t i;

	say_head(&page, "prefork_info", "gauge", "What runs.");
	control_say(client, "prefork_info{version=\"" PACKAGE_VERSION "\"} 1");
	say_alone(&page, "prefork_generation", "gauge",
	    "The generation that serves.", m->current->generation->number);
	say_uptime(&page);
	say_reloads(&page);
	say_alone(&page, "prefork_log_lines_lost_total", "counter",
	    "Lines that the log did not take.", (int64_t)sink_losses(m));
	say_families(&page);
	say_workers(&page);
	say_all_reasons(&page);
	for (i = 0; i < sizeof(queue_families) / sizeof(queue_families[0]); i++)
		say_listeners(&page, &queue_families[i]);
	if (tallies != NULL)
		latency_metrics(client, m->current->generation, tallies);
	free(tallies);
	free(all);
}
