/*
 * Construction of settings.  Strings belong to them (settings_copy) or to the
 * caller (argv, an embedder) and outlive them.
 * Runs in: master at start.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "config/settings.h"
#include "listener/listener.h"
#include "module/strings.h"

struct settings *
settings_new(size_t services)
{
	struct settings *s = calloc(1, sizeof(*s));
	size_t i;

	if (s == NULL)
		return NULL;
	s->services = calloc(services, sizeof(*s->services));
	if (s->services == NULL) {
		free(s);
		return NULL;
	}
	s->refs = 1;
	s->service_count = services;
	s->program = "prefork";
	s->ready_fd = -1;
	s->start_timeout_ms = 10000;
	s->drain_timeout_ms = 30000;
	s->stop_timeout_ms = 8000;
	s->quit_timeout_ms = 60000;
	s->hurry_timeout_ms = 2000;
	s->window_percent = 25;
	s->old_generations = 8;
	for (i = 0; i < services; i++) {
		s->services[i].workers = SETTINGS_WORKERS;
		s->services[i].backlog = LISTENER_BACKLOG;
		s->services[i].max_requests_jitter = SETTINGS_JITTER;
	}
	return s;
}

struct settings *
settings_ref(struct settings *settings)
{
	settings->refs++;
	return settings;
}

void
settings_unref(struct settings *settings)
{
	size_t i;

	if (settings == NULL || --settings->refs > 0)
		return;
	for (i = 0; i < settings->service_count; i++) {
		free(settings->services[i].endpoints);
		free(settings->services[i].arguments);
	}
	free(settings->services);
	strings_free(&settings->strings);
	free(settings);
}

int
settings_complete(const struct settings *settings, struct error *e)
{
	const struct identity *identity = &settings->identity;

	if (!identity->wanted && identity->name[0] != '\0')
		return error_set(e, PF_DIRECTIVE_PLACE,
		    "group needs user as well");
	return 0;
}

const char *
settings_copy(struct settings *settings, const char *text)
{
	return strings_copy(&settings->strings, text);
}

int
settings_listen(struct service_settings *service, const char *address,
    struct error *e)
{
	struct endpoint found[ENDPOINTS_PER_ADDRESS], *grown;
	int count, i;

	count = endpoint_parse(address, found, e);
	if (count == -1)
		return -1;
	if (service->endpoint_count + (size_t)count > SETTINGS_MAX_LISTENERS)
		return error_set(e, PF_USAGE,
		    "more than %d listen addresses at %s",
		    SETTINGS_MAX_LISTENERS, address);
	grown = realloc(service->endpoints,
	    (service->endpoint_count + (size_t)count) * sizeof(*grown));
	if (grown == NULL)
		return error_set(e, PF_SYSCALL, "no memory for %s", address);
	memcpy(grown + service->endpoint_count, found,
	    (size_t)count * sizeof(*grown));
	service->endpoints = grown;
	for (i = 0; i < count; i++)
		grown[service->endpoint_count + (size_t)i].backlog =
		    service->backlog;
	service->endpoint_count += (size_t)count;
	return 0;
}
