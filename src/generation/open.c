/*
 * The listeners of a new generation: which of the old one's it keeps, and
 * opening the others.
 * Runs in: master.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "generation/generation.h"
#include "generation/take_passed.h"

/* While sets are being filled an item is NULL where there is none yet. */

static int
no_memory(struct error *e)
{
	return error_set(e, PF_SYSCALL, "no memory for listeners");
}

static void
take_none(const struct generation *old)
{
	const struct listener_set *set;
	size_t i, k;

	for (i = 0; i < old->service_count; i++) {
		set = old->services[i].listeners;
		for (k = 0; k < set->count; k++)
			set->items[k]->taken = false;
	}
}

static struct shared_listener *
find_at(const struct listener_set *set, const struct endpoint *endpoint)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (!set->items[i]->taken &&
		    shared_listener_is_at(set->items[i], endpoint))
			return set->items[i];
	return NULL;
}

/* Which port 0 is can only be said within a service. */
static bool
is_nameless(const struct endpoint *endpoint)
{
	return endpoint->address.ss_family != AF_UNIX &&
	    endpoint_port((const struct sockaddr *)&endpoint->address) == 0;
}

static bool
is_passed(const struct endpoint *endpoint)
{
	return endpoint->address.ss_family == AF_UNSPEC;
}

/* From one service of the old generation. */
static void
keep_from(struct listener_set *set, const struct listener_set *old,
    bool namesakes)
{
	struct shared_listener *found;
	size_t i;

	for (i = 0; i < set->count; i++) {
		if (set->items[i] != NULL || is_passed(set->wanted[i]) ||
		    (!namesakes && is_nameless(set->wanted[i])))
			continue;
		found = find_at(old, set->wanted[i]);
		if (found == NULL)
			continue;
		found->taken = true;
		found->refs++;
		set->items[i] = found;
	}
}

static bool
is_namesake(const struct service *a, const struct service *b)
{
	return strcmp(a->settings->name, b->settings->name) == 0;
}

/* A service keeps its own; an address may also move to another. */
static void
keep_old(struct generation *g, const struct generation *old, bool namesakes)
{
	size_t i, k;

	for (i = 0; i < g->service_count; i++)
		for (k = 0; k < old->service_count; k++)
			if (is_namesake(&g->services[i], &old->services[k]) ==
			    namesakes)
				keep_from(g->services[i].listeners,
				    old->services[k].listeners, namesakes);
}

/* What is in the way, if it is the old generation itself: a socket for one
 * address cannot be opened beside one for all. */
static const struct listener *
find_in_the_way(const struct generation *old, const struct endpoint *endpoint)
{
	const struct listener_set *set;
	size_t i, k;

	for (i = 0; i < old->service_count; i++) {
		set = old->services[i].listeners;
		for (k = 0; k < set->count; k++)
			if (shared_listener_overlaps(set->items[k], endpoint))
				return &set->items[k]->listener;
	}
	return NULL;
}

/* `wanted`: one endpoint, or two halves of which either may be the reason. */
static void
explain(struct error *e, const struct generation *old,
    const struct endpoint *const *wanted, size_t count)
{
	const struct listener *found = NULL;
	size_t i;

	if (e->id != PF_BIND || old == NULL)
		return;
	for (i = 0; i < count && found == NULL; i++)
		found = find_in_the_way(old, wanted[i]);
	if (found != NULL)
		(void)error_set(e, PF_BIND,
		    "%s; %s, which serves now, is in the way: restart, or "
		    "reload once without it",
		    e->text, found->text);
}

/* One endpoint, or the two halves of *:0, which belong together. */
static size_t
count_unit(const struct listener_set *set, size_t first)
{
	return first + 1 < set->count && set->items[first + 1] == NULL &&
		set->wanted[first + 1]->same_port ?
	    2 :
	    1;
}

static int
open_unit(struct listener_set *set, size_t first, size_t count, int patience_ms,
    struct error *e)
{
	struct endpoint endpoints[2];
	struct listener opened[2];
	size_t i, done, place;

	for (i = 0; i < count; i++)
		endpoints[i] = *set->wanted[first + i];
	if (listener_open_all(endpoints, count, patience_ms, opened, &done,
		e) == -1)
		return -1;
	for (i = 0; i < done; i++) {
		/* Of two the first, the IPv6 half, may be left out. */
		place = first + count - done + i;
		set->items[place] =
		    shared_listener_new(&opened[i], set->wanted[place]);
		if (set->items[place] == NULL)
			break;
	}
	if (i == done)
		return 0;
	for (; i < done; i++)
		listener_close(&opened[i]);
	return no_memory(e);
}

/* One that was passed may take the IPv4 half as well. */
static bool
is_covered(const struct listener_set *set, size_t index)
{
	return set->wanted[index]->same_port && index > 0 &&
	    set->items[index - 1] != NULL &&
	    set->items[index - 1]->listener.dual_stack;
}

static int
open_missing(struct listener_set *set, const struct generation *old,
    int patience_ms, struct error *e)
{
	size_t i, unit;

	for (i = 0; i < set->count; i += unit) {
		unit = 1;
		if (set->items[i] != NULL || is_passed(set->wanted[i]) ||
		    is_covered(set, i))
			continue;
		unit = count_unit(set, i);
		if (open_unit(set, i, unit, patience_ms, e) == -1) {
			explain(e, old, &set->wanted[i], unit);
			return -1;
		}
	}
	return 0;
}

/* What was left out leaves no hole. */
static void
close_ranks(struct listener_set *set)
{
	size_t i, count = 0;

	for (i = 0; i < set->count; i++) {
		if (set->items[i] == NULL)
			continue;
		set->items[count] = set->items[i];
		set->wanted[count++] = set->wanted[i];
	}
	set->count = count;
}

/* Sockets that were passed may have a name in common. */
static size_t
count_places(const struct generation *g, const struct endpoint *endpoint)
{
	size_t count = 1;

	if (is_passed(endpoint))
		count = passed_count(g->settings->passed, endpoint);
	return count > 0 ? count : 1;
}

static struct listener_set *
make_set(const struct generation *g, const struct service_settings *settings,
    struct error *e)
{
	struct listener_set *set;
	size_t i, k, room = 0;

	for (i = 0; i < settings->endpoint_count; i++)
		room += count_places(g, &settings->endpoints[i]);
	if (room > SETTINGS_MAX_LISTENERS) {
		(void)error_set(e, PF_USAGE,
		    "%s has %zu listeners, more than %d", settings->name, room,
		    SETTINGS_MAX_LISTENERS);
		return NULL;
	}
	set = listener_set_new(room);
	if (set == NULL) {
		(void)no_memory(e);
		return NULL;
	}
	for (i = 0; i < settings->endpoint_count; i++)
		for (k = count_places(g, &settings->endpoints[i]); k > 0; k--)
			set->wanted[set->count++] = &settings->endpoints[i];
	return set;
}

static int
make_sets(struct generation *g, struct error *e)
{
	size_t i;

	for (i = 0; i < g->service_count; i++) {
		g->services[i].listeners =
		    make_set(g, g->services[i].settings, e);
		if (g->services[i].listeners == NULL)
			return -1;
	}
	return 0;
}

/* What needs not be opened. */
static int
share(struct generation *g, const struct generation *old, struct error *e)
{
	if (make_sets(g, e) == -1)
		return -1;
	if (old != NULL) {
		take_none(old);
		keep_old(g, old, true);
		keep_old(g, old, false);
	}
	return take_passed(g, old) == 0 ? 0 : no_memory(e);
}

int
generation_share(struct generation *g, const struct generation *old,
    struct error *e)
{
	size_t i;

	if (share(g, old, e) == -1)
		return -1;
	for (i = 0; i < g->service_count; i++)
		close_ranks(g->services[i].listeners);
	return 0;
}

int
generation_open(struct generation *g, const struct generation *old,
    int patience_ms, struct error *e)
{
	size_t i;

	if (share(g, old, e) == -1 || take_passed_check(g, e) == -1)
		return -1;
	for (i = 0; i < g->service_count; i++) {
		if (open_missing(g->services[i].listeners, old, patience_ms,
			e) == -1)
			return -1;
		close_ranks(g->services[i].listeners);
	}
	return 0;
}
