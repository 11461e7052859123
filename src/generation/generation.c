/*
 * Building and freeing generations.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "generation/generation.h"

static void
listener_set_unref(struct listener_set *set)
{
	size_t i;

	if (set == NULL || --set->refs > 0)
		return;
	for (i = 0; i < set->count; i++)
		listener_close(&set->items[i]);
	free(set->items);
	free(set);
}

static struct listener_set *
listener_set_open(const struct service_settings *service, int patience_ms,
    struct error *e)
{
	struct listener_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		goto nomem;
	set->items = calloc(service->endpoint_count, sizeof(*set->items));
	if (set->items == NULL)
		goto nomem;
	if (listener_open_all(service->endpoints, service->endpoint_count,
		patience_ms, set->items, &set->count, e) == -1)
		goto fail;
	set->refs = 1;
	return set;
nomem:
	error_set(e, PF_SYSCALL, "no memory for listeners");
fail:
	if (set != NULL)
		free(set->items);
	free(set);
	return NULL;
}

void
service_share_listeners(struct service *service, const struct service *other)
{
	other->listeners->refs++;
	service->listeners = other->listeners;
}

static int
service_open(struct service *service, struct service *old, int patience_ms,
    struct error *e)
{
	if (old != NULL) {
		service_share_listeners(service, old);
		return 0;
	}
	service->listeners =
	    listener_set_open(service->settings, patience_ms, e);
	return service->listeners == NULL ? -1 : 0;
}

static int
service_init(struct service *service, const struct settings *settings,
    struct error *e)
{
	if (service->settings->handler == NULL)
		return 0;
	if (module_find(service->settings->handler, &settings->module_path,
		service->module_file, e) == -1)
		return -1;
	return module_snapshot_take(&service->snapshot, service->module_file,
	    e);
}

struct generation *
generation_new_bare(uint32_t number, struct settings *settings)
{
	struct generation *g = calloc(1, sizeof(*g));
	size_t i;

	if (g != NULL)
		g->services =
		    calloc(settings->service_count, sizeof(*g->services));
	if (g == NULL || g->services == NULL) {
		free(g);
		return NULL;
	}
	g->number = number;
	g->refs = 1;
	g->settings = settings_ref(settings);
	g->service_count = settings->service_count;
	for (i = 0; i < g->service_count; i++) {
		g->services[i].settings = &settings->services[i];
		g->services[i].snapshot = MODULE_SNAPSHOT_NONE;
	}
	return g;
}

struct generation *
generation_new(uint32_t number, struct settings *settings, struct error *e)
{
	struct generation *g = generation_new_bare(number, settings);
	size_t i;

	if (g == NULL) {
		error_set(e, PF_SYSCALL, "no memory for a generation");
		return NULL;
	}
	for (i = 0; i < g->service_count; i++)
		if (service_init(&g->services[i], settings, e) == -1) {
			generation_unref(g);
			return NULL;
		}
	return g;
}

int
service_adopt_listeners(struct service *service,
    const struct listener *listeners, size_t count)
{
	struct listener_set *set = calloc(1, sizeof(*set));

	if (set != NULL)
		set->items = calloc(count + 1, sizeof(*set->items));
	if (set == NULL || set->items == NULL) {
		free(set);
		return -1;
	}
	memcpy(set->items, listeners, count * sizeof(*listeners));
	set->count = count;
	set->refs = 1;
	service->listeners = set;
	return 0;
}

int
generation_open(struct generation *g, struct generation *old, int patience_ms,
    struct error *e)
{
	size_t i;

	for (i = 0; i < g->service_count; i++)
		if (service_open(&g->services[i],
			old != NULL ? &old->services[i] : NULL, patience_ms,
			e) == -1)
			return -1;
	return 0;
}

struct generation *
generation_ref(struct generation *generation)
{
	generation->refs++;
	return generation;
}

void
generation_unref(struct generation *generation)
{
	size_t i;

	if (generation == NULL || --generation->refs > 0)
		return;
	for (i = 0; i < generation->service_count; i++) {
		module_snapshot_close(&generation->services[i].snapshot);
		listener_set_unref(generation->services[i].listeners);
	}
	free(generation->services);
	settings_unref(generation->settings);
	free(generation);
}
