/*
 * The stream of what happens.
 * Runs in: master.
 */
#include "config.h"

#include <sys/wait.h>
#include <sysexits.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/quantity.h"
#include "base/sigpipe.h"
#include "master/events.h"
#include "master/steer.h"

/* "2026-11-23T08:20:10.123Z" */
static void
put_time(struct json *json)
{
	struct timespec now = { 0, 0 };
	struct tm parts;
	char text[40], day[24];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &parts) == NULL ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		day[0] = '\0';
	(void)snprintf(text, sizeof(text), "%s.%03dZ", day,
	    (int)(now.tv_nsec / 1000000));
	json_text(json, "time", text);
}

void
event_begin(struct event *event, struct master *m, const char *name)
{
	event->master = m;
	json_begin(&event->json, event->line, sizeof(event->line));
	json_open(&event->json, NULL, '{');
	json_number(&event->json, "seq", (int64_t)++m->events.seq);
	put_time(&event->json);
	json_text(&event->json, "event", name);
}

static char *
place_of(const struct events *events, uint64_t seq)
{
	return events->kept + seq % EVENTS_KEPT * EVENTS_BYTES;
}

void
event_end(struct event *event)
{
	struct master *m = event->master;

	json_close(&event->json, '}');
	if (event->json.full)
		(void)snprintf(event->line, sizeof(event->line),
		    "{\"seq\":%llu,\"event\":\"too-long\"}",
		    (unsigned long long)m->events.seq);
	/* One piece, which has its own pages: what is written between the forks
	 * is not scattered over what the workers share with us.  Without
	 * memory nothing is kept. */
	if (m->events.kept == NULL)
		m->events.kept = calloc(EVENTS_KEPT, EVENTS_BYTES);
	if (m->events.kept != NULL)
		memcpy(place_of(&m->events, m->events.seq), event->line,
		    strlen(event->line) + 1);
	control_say_all(m->control, WAIT_EVENTS, event->line);
}

void
event_plain(struct master *m, const char *name)
{
	struct event event;

	event_begin(&event, m, name);
	event_end(&event);
}

void
event_generation(struct master *m, const char *name, uint32_t generation,
    const char *reason)
{
	struct event event;

	event_begin(&event, m, name);
	json_number(&event.json, "generation", generation);
	if (reason != NULL)
		json_text(&event.json, "reason", reason);
	event_end(&event);
}

void
event_begin_worker(struct event *event, const struct worker_record *record,
    const char *name)
{
	event_begin(event, record->master, name);
	json_text(&event->json, "service", crew_name(record->crew));
	json_number(&event->json, "slot", record->slot);
	json_number(&event->json, "pid", record->pid);
	json_number(&event->json, "generation",
	    record->crew->cohort->generation->number);
}

void
event_worker_exit(const struct worker_record *record, int status,
    const char *reason)
{
	struct event event;

	event_begin_worker(&event, record, "worker-exit");
	json_text(&event.json, "reason", reason);
	if (WIFSIGNALED(status))
		json_text(&event.json, "signal",
		    sigpipe_name(WTERMSIG(status)));
	else
		json_number(&event.json, "status", WEXITSTATUS(status));
	event_end(&event);
}

static bool
has_listener(const struct generation *generation,
    const struct shared_listener *shared)
{
	size_t i;

	for (i = 0; generation != NULL && i < generation->service_count; i++)
		if (listener_set_has(generation->services[i].listeners, shared))
			return true;
	return false;
}

static void
tell_listener(struct master *m, const struct service *service,
    const struct shared_listener *shared)
{
	struct event event;

	event_begin(&event, m, "listening");
	json_text(&event.json, "service", service->settings->name);
	json_text(&event.json, "address", shared->listener.text);
	event_end(&event);
}

void
events_listening(struct master *m, const struct generation *generation,
    const struct generation *former)
{
	const struct service *service;
	size_t i, k;

	for (i = 0; i < generation->service_count; i++) {
		service = &generation->services[i];
		for (k = 0; k < service->listeners->count; k++)
			if (!has_listener(former, service->listeners->items[k]))
				tell_listener(m, service,
				    service->listeners->items[k]);
	}
}

static void
repeat(const struct events *events, uint64_t from,
    struct control_client *client)
{
	uint64_t seq = from;

	if (events->kept == NULL)
		return;
	if (seq + EVENTS_KEPT <= events->seq)
		seq = events->seq - EVENTS_KEPT + 1;
	for (; seq <= events->seq; seq++)
		if (*place_of(events, seq) != '\0')
			control_say(client, "%s", place_of(events, seq));
}

void
events_follow(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	int64_t from = 0;

	if (request->count > 0 &&
	    (quantity_parse(QUANTITY_NUMBER, request->words[0], &from) == -1 ||
		from < 1)) {
		control_end(client, EX_USAGE,
		    "events takes the number of an event, not '%s'",
		    request->words[0]);
		return;
	}
	if (from > 0)
		repeat(&m->events, (uint64_t)from, client);
	control_wait(client, WAIT_EVENTS);
}

void
events_free(struct master *m)
{
	free(m->events.kept);
	m->events.kept = NULL;
}
