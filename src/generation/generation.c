/*
 * Building and freeing generations.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "generation/generation.h"

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

/* Here and not in the workers, which share the pages. */
static int
make_admissions(struct generation *g)
{
	size_t i;

	for (i = 0; i < g->service_count; i++)
		if (admission_new(&g->services[i].settings->admission,
			g->services[i].settings->name,
			&g->services[i].admission) == -1)
			return -1;
	return 0;
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
		g->services[i].access_fd = -1;
	}
	if (make_admissions(g) == -1) {
		generation_unref(g);
		return NULL;
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

struct generation *
generation_ref(struct generation *generation)
{
	generation->refs++;
	return generation;
}

bool
generation_has(const struct generation *generation,
    const struct shared_listener *shared)
{
	size_t i;

	for (i = 0; i < generation->service_count; i++)
		if (listener_set_has(generation->services[i].listeners, shared))
			return true;
	return false;
}

struct shared_listener *
generation_find_fd(const struct generation *generation, int fd)
{
	struct shared_listener *found = NULL;
	size_t i;

	for (i = 0; i < generation->service_count && found == NULL; i++)
		found =
		    listener_set_find(generation->services[i].listeners, fd);
	return found;
}

void
generation_unref(struct generation *generation)
{
	size_t i;

	if (generation == NULL || --generation->refs > 0)
		return;
	for (i = 0; i < generation->service_count; i++) {
		module_snapshot_close(&generation->services[i].snapshot);
		listener_set_free(generation->services[i].listeners);
		admission_free(generation->services[i].admission);
		fd_close(&generation->services[i].access_fd);
	}
	free(generation->services);
	settings_unref(generation->settings);
	free(generation);
}
