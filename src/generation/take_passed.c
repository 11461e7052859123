/*
 * Who gets which of the sockets that were passed: first who names it, by its
 * address or its name, then who takes any.
 * Runs in: master; rehearsal.
 */
#include "config.h"

#include <string.h>

#include "generation/take_passed.h"

static const char *
name_of(const struct endpoint *endpoint)
{
	return endpoint_passed_name((const struct sockaddr *)&endpoint
					->address);
}

static bool
takes_any(const struct endpoint *endpoint)
{
	const char *name = name_of(endpoint);

	return name != NULL && strcmp(name, ENDPOINT_ANY_PASSED) == 0;
}

/* One that nobody in `g` has. */
static const struct listener *
find_free(const struct generation *g, const struct endpoint *wanted)
{
	const struct passed_sockets *passed = g->settings->passed;
	size_t i;

	for (i = 0; i < passed->count; i++)
		if (passed_is_meant(&passed->items[i], wanted) &&
		    generation_find_fd(g, passed->items[i].fd) == NULL)
			return &passed->items[i];
	return NULL;
}

static struct shared_listener *
share(const struct generation *old, const struct listener *passed,
    const struct endpoint *wanted)
{
	struct shared_listener *shared =
	    old != NULL ? generation_find_fd(old, passed->fd) : NULL;

	if (shared == NULL)
		return shared_listener_new(passed, wanted);
	shared->taken = true;
	shared->refs++;
	return shared;
}

static int
fill(struct generation *g, const struct generation *old, bool any)
{
	const struct listener *found;
	struct listener_set *set;
	size_t i, k;

	for (i = 0; i < g->service_count; i++) {
		set = g->services[i].listeners;
		for (k = 0; k < set->count; k++) {
			if (set->items[k] != NULL ||
			    takes_any(set->wanted[k]) != any)
				continue;
			found = find_free(g, set->wanted[k]);
			if (found == NULL)
				continue;
			set->items[k] = share(old, found, set->wanted[k]);
			if (set->items[k] == NULL)
				return -1;
		}
	}
	return 0;
}

int
take_passed(struct generation *g, const struct generation *old)
{
	if (g->settings->passed == NULL)
		return 0;
	return fill(g, old, false) == 0 && fill(g, old, true) == 0 ? 0 : -1;
}

/* Of several that have the name in common the others may be elsewhere. */
static bool
is_missing(const struct listener_set *set, size_t index)
{
	size_t i;

	if (name_of(set->wanted[index]) == NULL)
		return false;
	for (i = 0; i < set->count; i++)
		if (set->wanted[i] == set->wanted[index] &&
		    set->items[i] != NULL)
			return false;
	return true;
}

static int
missing(const struct generation *g, const struct service *service,
    const struct endpoint *endpoint, struct error *e)
{
	const struct passed_sockets *passed = g->settings->passed;
	const char *why = "nothing was passed; is LISTEN_FDS set, and "
			  "LISTEN_PID our number?";

	if (passed_count(passed, endpoint) > 0)
		why = "another service has it";
	else if (passed != NULL && passed->count > 0)
		why = "nothing that takes connections was passed by this name";
	return error_set(e, PF_PASSED_MISSING, "%s cannot listen at fd:%s: %s",
	    service->settings->name, name_of(endpoint), why);
}

int
take_passed_check(const struct generation *g, struct error *e)
{
	const struct listener_set *set;
	size_t i, k;

	for (i = 0; i < g->service_count; i++) {
		set = g->services[i].listeners;
		for (k = 0; k < set->count; k++)
			if (is_missing(set, k))
				return missing(g, &g->services[i],
				    set->wanted[k], e);
	}
	return 0;
}
