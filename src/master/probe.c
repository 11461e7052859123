/*
 * Loads every handler of m->next, fills its options and runs its check hook,
 * with the privileges that its workers will have.
 * Runs in: probe; probe_needed in the master.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <string.h>

#include "base/sigpipe.h"
#include "generation/generation.h"
#include "master/probe.h"
#include "master/spawn.h"
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

/* The workers will have the copy, and a file that only became good after it was
 * made tells nothing of that. */
static int
check_copy(const struct service *service, const struct module *module,
    struct error *e)
{
	if (!module->has_changed)
		return 0;
	return error_set(e, PF_MODULE_FILE,
	    "%s was changed while it was read: its copy cannot be loaded",
	    service->module_file);
}

static int
try_service(const struct settings *settings, struct service *service,
    int report_fd)
{
	struct module module;
	struct error e;

	memset(&module, 0, sizeof(module));
	if (worker_enter(settings, service, &e) == 0 &&
	    worker_load(service, &module, &e) == 0 &&
	    check_copy(service, &module, &e) == 0)
		return 0;
	(void)report_error(report_fd, &e);
	return error_exit_code(&e);
}

struct trial {
	const struct settings *settings;
	struct service *service;
	int report_fd;
};

static int
run_trial(void *arg)
{
	const struct trial *trial = arg;

	return try_service(trial->settings, trial->service, trial->report_fd);
}

/* In a process of its own: each has its user, and its module may change what
 * the next one finds. */
static int
try_apart(const struct settings *settings, struct service *service,
    int report_fd)
{
	struct trial trial = { settings, service, report_fd };
	pid_t pid = spawn_helper(run_trial, &trial);
	int status = pid != -1 ? spawn_wait(pid) : -1;
	struct error e;

	if (status != -1 && WIFEXITED(status))
		return WEXITSTATUS(status);
	if (status == -1)
		(void)error_set(&e, PF_SYSCALL, "cannot run a child: %s",
		    strerror(errno));
	else
		(void)error_set(&e, PF_MODULE_DIED,
		    "%s: the process that tried it was killed by signal %s",
		    service->settings->name, sigpipe_name(WTERMSIG(status)));
	(void)report_error(report_fd, &e);
	return error_exit_code(&e);
}

int
probe_run(struct master *m, int report_fd)
{
	const struct generation *g = m->next;
	int code = 0;
	size_t i;

	/* What it does without a worker does without, too. */
	scoreboard_keep(&m->board, m->board.slots);
	if (g->service_count == 1)
		code = try_service(g->settings, &g->services[0], report_fd);
	for (i = 0; g->service_count > 1 && code == 0 && i < g->service_count;
	     i++)
		code = try_apart(g->settings, &g->services[i], report_fd);
	if (code == 0 && report_ready(report_fd) == -1)
		return 71;
	return code;
}
