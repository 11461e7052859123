/*
 * Sets of listeners, shared one by one.
 * Runs in: master.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "generation/listeners.h"

struct listener_set *
listener_set_new(size_t room)
{
	struct listener_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->items = calloc(room + 1, sizeof(*set->items));
	set->wanted = calloc(room + 1, sizeof(*set->wanted));
	if (set->items != NULL && set->wanted != NULL)
		return set;
	listener_set_free(set);
	return NULL;
}

void
listener_set_free(struct listener_set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < set->count; i++)
		shared_listener_unref(set->items[i]);
	free(set->items);
	free(set->wanted);
	free(set);
}

bool
listener_set_has(const struct listener_set *set,
    const struct shared_listener *shared)
{
	size_t i;

	for (i = 0; set != NULL && i < set->count; i++)
		if (set->items[i] == shared)
			return true;
	return false;
}

struct shared_listener *
listener_set_find(const struct listener_set *set, int fd)
{
	size_t i;

	for (i = 0; set != NULL && i < set->count; i++)
		if (set->items[i] != NULL && set->items[i]->listener.fd == fd)
			return set->items[i];
	return NULL;
}

struct shared_listener *
shared_listener_new(const struct listener *listener,
    const struct endpoint *asked)
{
	struct shared_listener *shared = calloc(1, sizeof(*shared));

	if (shared == NULL)
		return NULL;
	shared->listener = *listener;
	shared->asked = *asked;
	shared->refs = 1;
	return shared;
}

void
shared_listener_unref(struct shared_listener *shared)
{
	if (shared == NULL || --shared->refs > 0)
		return;
	listener_close(&shared->listener);
	free(shared);
}

static const struct sockaddr *
address_of(const struct endpoint *endpoint)
{
	return (const struct sockaddr *)&endpoint->address;
}

bool
shared_listener_is_at(const struct shared_listener *shared,
    const struct endpoint *endpoint)
{
	return shared->asked.type == endpoint->type &&
	    shared->listener.fd >= 0 && shared->removed_ms == 0 &&
	    (endpoint_equal(address_of(&shared->asked), address_of(endpoint)) ||
		endpoint_equal(address_of(&shared->listener.endpoint),
		    address_of(endpoint)));
}

static bool
is_any(const struct sockaddr *address)
{
	const void *any = address;

	if (address->sa_family == AF_INET)
		return ((const struct sockaddr_in *)any)->sin_addr.s_addr ==
		    htonl(INADDR_ANY);
	return address->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)any)
					 ->sin6_addr);
}

bool
shared_listener_overlaps(const struct shared_listener *shared,
    const struct endpoint *endpoint)
{
	const struct sockaddr *ours = address_of(&shared->listener.endpoint);
	const struct sockaddr *other = address_of(endpoint);

	return shared->asked.type == endpoint->type &&
	    ours->sa_family == other->sa_family &&
	    endpoint_port(ours) == endpoint_port(other) &&
	    endpoint_port(other) != 0 && is_any(ours) != is_any(other);
}
