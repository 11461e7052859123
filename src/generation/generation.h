/*
 * A generation: everything that depends on one reading of the settings.
 * Built whole or not at all, immutable once built, referred to by its
 * workers' records; freed when the last of them is gone.
 * Runs in: master; read by its workers.
 */
#ifndef PREFORK_GENERATION_GENERATION_H
#define PREFORK_GENERATION_GENERATION_H

#include <limits.h>

#include "config/settings.h"
#include "listener/listener.h"
#include "module/snapshot.h"

/* The listeners of one service, which outlive generations that keep them. */
struct listener_set {
	unsigned refs;
	size_t count;
	struct listener *items;
};

struct service {
	const struct service_settings *settings;
	struct listener_set *listeners;
	char module_file[PATH_MAX]; /* "" for a handler that is linked in */
	struct module_snapshot snapshot; /* of it; a worker closes its own */
};

struct generation {
	uint32_t number;
	unsigned refs;
	struct settings *settings;
	size_t service_count;
	struct service *services;
};

/*
 * Build number `number` from `settings`: module files are found and copied.
 * NULL with `e` and nothing left behind.
 */
struct generation *generation_new(uint32_t number, struct settings *settings,
    struct error *e);
/*
 * Give it its listeners: from `old` where that is not NULL, else they are
 * opened, trying for patience_ms where an address is in use.  -1 with `e`;
 * generation_unref closes what was opened.
 */
int generation_open(struct generation *generation, struct generation *old,
    int patience_ms, struct error *e);
/*
 * One that serves already, of the process image before us: its services have
 * neither module files nor snapshots nor listeners; the caller fills them in.
 * NULL with errno.
 */
struct generation *generation_new_bare(uint32_t number,
    struct settings *settings);
/* Give a service its open listeners, which are taken over.  -1 with errno. */
int service_adopt_listeners(struct service *service,
    const struct listener *listeners, size_t count);
/* The same ones as another generation's. */
void service_share_listeners(struct service *service,
    const struct service *other);
struct generation *generation_ref(struct generation *generation);
/* The last one closes snapshots, and listeners that no other generation
 * has. */
void generation_unref(struct generation *generation);

#endif
