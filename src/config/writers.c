/*
 * Directives of several words, as text.
 * Runs in: starter, probe.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config/writers.h"
#include "listener/listener.h"

static const struct identity *
identity_of(const struct writing *w)
{
	return w->service != NULL ? &w->service->identity :
				    &w->settings->identity;
}

/* A service that has the identity of all need not say so. */
static bool
is_own(const struct writing *w)
{
	const struct identity *identity = identity_of(w);

	return identity->wanted &&
	    (w->service == NULL ||
		strcmp(identity->name, w->settings->identity.name) != 0);
}

void
write_user(const struct writing *w)
{
	char name[sizeof(w->settings->identity.name)];

	if (!is_own(w))
		return;
	strcpy(name, identity_of(w)->name);
	name[strcspn(name, ":")] = '\0';
	write_begin(w);
	write_word(w, name);
	write_end(w);
}

void
write_group(const struct writing *w)
{
	const char *group = strchr(identity_of(w)->name, ':');

	if (!is_own(w) || group == NULL)
		return;
	write_begin(w);
	write_word(w, group + 1);
	write_end(w);
}

void
write_accept(const struct writing *w)
{
	if (!w->service->defer)
		return;
	write_begin(w);
	write_word(w, "defer");
	write_end(w);
}

void
write_source_ports(const struct writing *w)
{
	write_begin(w);
	write_word(w, w->service->any_source_port ? "any" : "safe");
	write_end(w);
}

static void
write_address(const struct writing *w, const char *address,
    const struct endpoint *endpoint, const char *owner)
{
	char mode[16];

	write_begin(w);
	write_word(w, address);
	if (endpoint->address.ss_family != AF_UNSPEC &&
	    endpoint->type == SOCK_STREAM) {
		write_word(w, "backlog");
		write_quantity(w, QUANTITY_NUMBER,
		    endpoint->backlog > 0 ? endpoint->backlog :
					    LISTENER_BACKLOG);
	}
	if (endpoint_has_file(endpoint)) {
		(void)snprintf(mode, sizeof(mode), "%04o",
		    endpoint->mode != 0 ? (unsigned)endpoint->mode :
					  LISTENER_SOCKET_MODE);
		write_word(w, "mode");
		write_word(w, mode);
	}
	if (owner != NULL) {
		write_word(w, "owner");
		write_word(w, owner);
	}
	write_end(w);
}

static void
write_resolved(const struct writing *w, const struct listen *listen)
{
	const struct endpoint *endpoint;
	char address[ENDPOINT_TEXT_BYTES];
	size_t i;

	for (i = 0; i < listen->count; i++) {
		endpoint = &w->service->endpoints[listen->first + i];
		endpoint_name(endpoint, address, sizeof(address));
		write_address(w, address, endpoint, listen->owner);
	}
}

void
write_listen(const struct writing *w)
{
	const struct listen *listen;
	size_t i;

	for (i = 0; i < w->service->listen_count; i++) {
		listen = &w->service->listens[i];
		if (w->reader == SETTINGS_FOR_MACHINES)
			write_resolved(w, listen);
		else
			write_address(w, listen->address,
			    &w->service->endpoints[listen->first],
			    listen->owner);
	}
}

void
write_max_requests(const struct writing *w)
{
	write_begin(w);
	write_quantity(w, QUANTITY_NUMBER, (int64_t)w->service->max_requests);
	write_word(w, "jitter");
	write_percent(w, w->service->max_requests_jitter);
	write_end(w);
}

void
write_timeout(const struct writing *w)
{
	const struct timeouts *t = &w->service->timeouts;

	write_begin(w);
	write_word(w, "idle");
	write_quantity(w, QUANTITY_DURATION, t->idle_ms);
	write_word(w, "total");
	write_quantity(w, QUANTITY_DURATION, t->total_ms);
	write_word(w, "write");
	write_quantity(w, QUANTITY_DURATION, t->write_ms);
	write_word(w, "header");
	write_quantity(w, QUANTITY_DURATION, t->header_ms);
	write_word(w, "min_rate");
	write_quantity(w, QUANTITY_SIZE, t->min_rate);
	write_end(w);
}
