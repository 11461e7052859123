/*
 * A generation: everything that depends on one reading of the settings.
 * Built whole or not at all, immutable once built, referred to by its
 * workers' records; freed when the last of them is gone.
 * Runs in: master; read by its workers.
 */
#ifndef PREFORK_GENERATION_GENERATION_H
#define PREFORK_GENERATION_GENERATION_H

#include <limits.h>

#include "admission/admission.h"
#include "config/settings.h"
#include "generation/listeners.h"
#include "module/snapshot.h"

struct service {
	const struct service_settings *settings;
	struct listener_set *listeners; /* NULL before generation_open */
	char module_file[PATH_MAX];	/* "" for a handler that is linked in */
	struct module_snapshot snapshot; /* of it; a worker closes its own */
	struct admission *admission;	 /* NULL: everybody is let in */
	int access_fd;			 /* the access log, or -1 */
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
 * Give it its listeners.  Those at an address that `old` has too, in whatever
 * service, are `old`'s; then come those that were passed to the process, by
 * name or by address; the others are opened, trying for patience_ms where an
 * address is in use.  `old` may be NULL.  -1 with `e`, and what was opened is
 * closed.
 */
int generation_open(struct generation *generation, const struct generation *old,
    int patience_ms, struct error *e);
/* Only those that `old` has too: for a trial, which must not be seen. */
int generation_share(struct generation *generation,
    const struct generation *old, struct error *e);
/*
 * One that serves already, of the process image before us: its services have
 * neither module files nor snapshots nor listeners; the caller fills them in.
 * NULL with errno.
 */
struct generation *generation_new_bare(uint32_t number,
    struct settings *settings);
struct generation *generation_ref(struct generation *generation);
/* The listener of one of its services that has this descriptor, or NULL. */
struct shared_listener *generation_find_fd(const struct generation *generation,
    int fd);
/* Has one of its services this listener? */
bool generation_has(const struct generation *generation,
    const struct shared_listener *shared);
/* The last one closes snapshots and access logs, and listeners that no other
 * generation has. */
void generation_unref(struct generation *generation);

#endif
