/*
 * Construction of settings.  Strings belong to them (settings_copy) or to the
 * caller (argv, an embedder) and outlive them.
 * Runs in: master at start.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "config/settings.h"
#include "module/strings.h"

static void
service_init(struct service_settings *service)
{
	memset(service, 0, sizeof(*service));
	service->workers = SETTINGS_WORKERS;
	service->max_requests_jitter = SETTINGS_JITTER;
	service->timeouts.header_ms = SETTINGS_HEADER_MS;
	access_settings_init(&service->access);
}

struct settings *
settings_new(size_t services)
{
	struct settings *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->refs = 1;
	s->program = "prefork";
	s->ready_fd = -1;
	s->umask = -1;
	s->log.level = LEVEL_INFO;
	s->log.facility = LOG_DAEMON;
	s->start_timeout_ms = 10000;
	s->drain_timeout_ms = 30000;
	s->stop_timeout_ms = 8000;
	s->quit_timeout_ms = 60000;
	s->hurry_timeout_ms = 2000;
	s->window_percent = 25;
	s->old_generations = 8;
	while (s->service_count < services)
		if (settings_add_service(s) == NULL) {
			settings_unref(s);
			return NULL;
		}
	return s;
}

struct service_settings *
settings_add_service(struct settings *settings)
{
	struct service_settings *grown = realloc(settings->services,
	    (settings->service_count + 1) * sizeof(*grown));

	if (grown == NULL)
		return NULL;
	settings->services = grown;
	service_init(&grown[settings->service_count]);
	return &grown[settings->service_count++];
}

struct service_settings *
settings_find_service(const struct settings *settings, const char *name)
{
	size_t i;

	for (i = 0; i < settings->service_count; i++)
		if (strcmp(settings->services[i].name, name) == 0)
			return &settings->services[i];
	return NULL;
}

struct settings *
settings_ref(struct settings *settings)
{
	settings->refs++;
	return settings;
}

struct settings *
settings_again(struct settings *settings, struct error *e)
{
	if (settings->origin == NULL)
		return settings_ref(settings);
	return settings->origin->read(settings->origin->arg, e);
}

static void
service_fini(struct service_settings *service)
{
	free(service->listens);
	free(service->endpoints);
	free(service->arguments);
	free(service->argument_places);
	free(service->admission.rules);
	free(service->proxy.networks);
	free(service->variables);
}

void
settings_unref(struct settings *settings)
{
	size_t i;

	if (settings == NULL || --settings->refs > 0)
		return;
	for (i = 0; i < settings->service_count; i++)
		service_fini(&settings->services[i]);
	free(settings->services);
	strings_free(&settings->strings);
	free(settings);
}

static int
check_identity(const struct identity *identity, struct error *e)
{
	if (!identity->wanted && identity->name[0] != '\0')
		return error_set(e, PF_DIRECTIVE_PLACE,
		    "group needs user as well");
	return 0;
}

static void
defer_all(const struct service_settings *service)
{
	size_t i;

	for (i = 0; i < service->endpoint_count; i++)
		service->endpoints[i].defer = service->defer;
}

/* It would let in those whom no header names. */
static int
check_datagrams(const struct service_settings *service, struct error *e)
{
	size_t i;

	if (!proxy_is_required(&service->proxy))
		return 0;
	for (i = 0; i < service->endpoint_count; i++)
		if (service->endpoints[i].type == SOCK_DGRAM)
			return error_set(e, PF_DIRECTIVE_VALUE,
			    "service %s: proxy is for connections; datagrams "
			    "need a service without it",
			    service->name);
	return 0;
}

int
settings_complete(struct settings *settings, struct error *e)
{
	struct service_settings *service;
	unsigned total = 0;
	size_t i;

	if (check_identity(&settings->identity, e) == -1)
		return -1;
	for (i = 0; i < settings->service_count; i++) {
		service = &settings->services[i];
		if (check_identity(&service->identity, e) == -1 ||
		    check_datagrams(service, e) == -1)
			return -1;
		if (!service->identity.wanted)
			service->identity = settings->identity;
		if (service->chroot == NULL)
			service->chroot = settings->chroot;
		settings_inherit_limits(settings, service);
		total += service->workers;
		defer_all(service);
	}
	if (total > SETTINGS_MAX_TOTAL)
		return error_set(e, PF_DIRECTIVE_VALUE,
		    "%u workers of all services together are more than %d",
		    total, SETTINGS_MAX_TOTAL);
	return 0;
}

const char *
settings_copy(struct settings *settings, const char *text)
{
	return strings_copy(&settings->strings, text);
}

int
settings_add_argument(struct service_settings *service,
    const struct module_argument *argument, const struct option_place *place)
{
	size_t count = service->argument_count + 1;
	struct module_argument *arguments;
	struct option_place *places;

	arguments =
	    realloc(service->arguments, count * sizeof(*service->arguments));
	if (arguments == NULL)
		return -1;
	service->arguments = arguments;
	places = realloc(service->argument_places,
	    count * sizeof(*service->argument_places));
	if (places == NULL)
		return -1;
	service->argument_places = places;
	arguments[service->argument_count] = *argument;
	places[service->argument_count++] = *place;
	return 0;
}

static int
add_endpoints(struct service_settings *service, const struct endpoint *found,
    size_t count)
{
	struct endpoint *grown = realloc(service->endpoints,
	    (service->endpoint_count + count) * sizeof(*grown));

	if (grown == NULL)
		return -1;
	memcpy(grown + service->endpoint_count, found, count * sizeof(*grown));
	service->endpoints = grown;
	service->endpoint_count += count;
	return 0;
}

static int
add_listen(struct service_settings *service, const char *address, size_t count)
{
	struct listen *grown = realloc(service->listens,
	    (service->listen_count + 1) * sizeof(*grown));

	if (grown == NULL)
		return -1;
	grown[service->listen_count] = (struct listen) {
		.address = address,
		.first = service->endpoint_count - count,
		.count = count,
	};
	service->listens = grown;
	service->listen_count++;
	return 0;
}

int
settings_listen(struct service_settings *service, const char *address,
    struct error *e)
{
	struct endpoint found[ENDPOINTS_PER_ADDRESS];
	int count;

	count = endpoint_parse(address, found, e);
	if (count == -1)
		return -1;
	if (service->endpoint_count + (size_t)count > SETTINGS_MAX_LISTENERS)
		return error_set(e, PF_USAGE,
		    "more than %d listen addresses at %s",
		    SETTINGS_MAX_LISTENERS, address);
	if (add_endpoints(service, found, (size_t)count) == -1 ||
	    add_listen(service, address, (size_t)count) == -1)
		return error_set(e, PF_SYSCALL, "no memory for %s", address);
	return 0;
}

void
settings_forget_addresses(struct service_settings *service)
{
	service->endpoint_count = 0;
	service->listen_count = 0;
}
