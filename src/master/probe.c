/*
 * Loads every handler of m->next, fills its options and runs its check hook,
 * with the privileges that its workers will have.
 * Runs in: probe; probe_needed in the master.
 */
#include "config.h"

#include <string.h>

#include "generation/generation.h"
#include "master/probe.h"
#include "master/state.h"
#include "wire/report.h"
#include "worker/worker.h"

bool
probe_needed(const struct generation *generation)
{
	size_t i;

	for (i = 0; i < generation->service_count; i++)
		if (generation->services[i].settings->handle_client == NULL)
			return true;
	return false;
}

static int
try_all(const struct generation *generation, struct error *e)
{
	struct module module;
	size_t i;

	if (worker_drop_privileges(&generation->settings->identity, e) == -1)
		return -1;
	for (i = 0; i < generation->service_count; i++) {
		memset(&module, 0, sizeof(module));
		if (worker_load(&generation->services[i], &module, e) == -1)
			return -1;
	}
	return 0;
}

int
probe_run(struct master *m, int report_fd)
{
	struct error e;

	if (try_all(m->next, &e) == 0)
		return report_ready(report_fd) == 0 ? 0 : 71;
	(void)report_error(report_fd, &e);
	return error_exit_code(&e);
}
