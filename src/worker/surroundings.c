/*
 * What a worker's process is like before a handler is loaded: limits, umask,
 * environment, and last of all its privileges.
 * Runs in: worker, probe, the processes of -t and -i.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "worker/worker.h"

static int
set_limits(const struct service_settings *service, struct error *e)
{
	const struct limit *limit;
	struct rlimit both;
	unsigned i;

	for (i = 0; i < service->limits.count; i++) {
		limit = &service->limits.items[i];
		both.rlim_cur = limit->value == SETTINGS_UNLIMITED ?
		    RLIM_INFINITY :
		    (rlim_t)limit->value;
		both.rlim_max = both.rlim_cur;
		if (setrlimit(limit->resource, &both) == -1)
			return error_set(e, PF_SURROUNDINGS,
			    "%s: cannot set limit %s: %s", service->name,
			    settings_resource_name(limit->resource),
			    strerror(errno));
	}
	return 0;
}

static int
set_environment(const struct service_settings *service, struct error *e)
{
	const struct variable *variable;
	size_t i;

	for (i = 0; i < service->variable_count; i++) {
		variable = &service->variables[i];
		if (setenv(variable->name, variable->value, 1) == -1)
			return error_set(e, PF_SURROUNDINGS,
			    "%s: cannot set %s: %s", service->name,
			    variable->name, strerror(errno));
	}
	return 0;
}

/* Limits first: only root can raise them. */
int
worker_enter(const struct settings *settings, struct service *service,
    struct error *e)
{
	if (set_limits(service->settings, e) == -1 ||
	    set_environment(service->settings, e) == -1)
		return -1;
	if (settings->umask >= 0)
		(void)umask((mode_t)settings->umask);
	if (service->settings->chroot != NULL)
		module_snapshot_before_chroot(&service->snapshot);
	return worker_drop_privileges(service->settings, e);
}
