/*
 * Status for people: the daemon, its services, their addresses.
 * Runs in: master.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "admission/refusal.h"
#include "base/clock.h"
#include "listener/queue.h"
#include "master/figures.h"
#include "master/sink.h"
#include "master/steer.h"
#include "master/steer_latency.h"

static void
say_addresses(const struct service *service, struct control_client *client)
{
	const struct listener_set *set = service->listeners;
	struct listener_queue queue;
	size_t i;

	for (i = 0; i < set->count; i++) {
		listener_queue_read(set->items[i]->listener.fd, &queue);
		if (queue.known)
			control_say(client, "  listening on %s, %u of %u wait",
			    set->items[i]->listener.text, queue.length,
			    queue.backlog);
		else
			control_say(client, "  listening on %s",
			    set->items[i]->listener.text);
	}
}

static void
say_refused(const struct figures *f, struct control_client *client)
{
	char text[REFUSAL_COUNTS_BYTES];

	if (refusal_total(f->refused) == 0)
		return;
	refusal_counts(f->refused, text, sizeof(text));
	control_say(client, "  refused: %s", text);
}

static void
say_service(const struct figures *f, const struct tally *tally,
    struct control_client *client)
{
	control_say(client, "%-16.16s %5u %5u %5u %5u %5u %12llu %6llu %6llu",
	    f->service->settings->name, f->wanted, f->idle, f->busy,
	    f->starting, f->draining, (unsigned long long)f->accepted,
	    (unsigned long long)f->active, (unsigned long long)f->crashed);
	say_addresses(f->service, client);
	say_refused(f, client);
	if (tally != NULL)
		latency_text(client, tally);
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
	control_say(client, "log: level %s, %llu lines lost",
	    msg_level_name(log_level()), (unsigned long long)sink_losses(m));
}

/* Of all its addresses together; false: the system does not tell. */
static bool
queue_of(const struct service *service, struct listener_queue *sum)
{
	const struct listener_set *set = service->listeners;
	struct listener_queue queue;
	size_t i;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < set->count; i++) {
		listener_queue_read(set->items[i]->listener.fd, &queue);
		sum->known = sum->known || queue.known;
		sum->length += queue.length;
		sum->backlog += queue.backlog;
	}
	return sum->known;
}

static void
say_figures(const struct figures *f, struct control_client *client)
{
	struct listener_queue queue;
	bool known = queue_of(f->service, &queue);

	control_say(client,
	    "service %s %u %u %u %u %u %u %llu %llu %llu %llu %lld %lld",
	    f->service->settings->name, f->wanted, f->idle, f->busy,
	    f->starting, f->draining, f->backoff,
	    (unsigned long long)f->accepted, (unsigned long long)f->active,
	    (unsigned long long)refusal_total(f->refused),
	    (unsigned long long)f->crashed,
	    known ? (long long)queue.length : -1,
	    known ? (long long)queue.backlog : -1);
}

void
steer_figures(struct master *m, struct control_client *client)
{
	const struct generation *g = m->current->generation;
	struct figures *all = figures_take(m);
	struct tally *tallies = figures_take_tallies(m);
	size_t i;

	control_say(client,
	    "daemon " PACKAGE_VERSION " %ld %s %u %lld %llu %llu", (long)m->pid,
	    life_state_name(m->life), m->current->generation->number,
	    (long long)(clock_ms() - m->started_ms),
	    (unsigned long long)m->outcome.reloads,
	    (unsigned long long)m->outcome.failures);
	for (i = 0; all != NULL && i < g->service_count; i++)
		say_figures(&all[i], client);
	for (i = 0; tallies != NULL && i < g->service_count; i++)
		latency_figures(client, g->services[i].settings->name,
		    &tallies[i]);
	free(tallies);
	free(all);
}

void
steer_listeners(struct master *m, struct control_client *client)
{
	const struct generation *g = m->current->generation;
	size_t i;

	for (i = 0; i < g->service_count; i++) {
		control_say(client, "%s", g->services[i].settings->name);
		say_addresses(&g->services[i], client);
	}
}

void
steer_status(struct master *m, struct control_client *client)
{
	const struct generation *g = m->current->generation;
	struct figures *all = figures_take(m);
	struct tally *tallies = figures_take_tallies(m);
	size_t i;

	say_daemon(m, client);
	control_say(client, "%-16s %5s %5s %5s %5s %5s %12s %6s %6s", "SERVICE",
	    "WANT", "IDLE", "BUSY", "START", "DRAIN", "ACCEPTED", "ACTIVE",
	    "CRASH");
	for (i = 0; all != NULL && i < g->service_count; i++)
		say_service(&all[i], tallies != NULL ? &tallies[i] : NULL,
		    client);
	free(tallies);
	free(all);
}
