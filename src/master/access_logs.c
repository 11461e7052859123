/*
 * Opening access logs, and passing them on.  Each generation has descriptors of
 * its own, one for each service that wants a log, so that a reload that fails
 * leaves nothing behind; services that name the same file append to it.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "master/access_logs.h"
#include "master/path_guard.h"

static int
open_log(const struct generation *g, const struct service *service,
    const char *verb, struct error *e)
{
	const char *path = service->settings->access.path;
	int fd;

	if (path_guard(g->settings, path, PF_LOG_OPEN, e) == -1)
		return -1;
	fd = log_open_path(path);
	if (fd == -1)
		(void)error_set(e, PF_LOG_OPEN, "%s %s: %s", verb, path,
		    errno == ELOOP ? "a symbolic link is not followed" :
				     strerror(errno));
	return fd;
}

int
access_logs_open(struct generation *g, struct error *e)
{
	struct service *service;
	size_t i;

	for (i = 0; i < g->service_count; i++) {
		service = &g->services[i];
		if (service->settings->access.path == NULL)
			continue;
		service->access_fd = open_log(g, service, "open", e);
		if (service->access_fd == -1)
			return -1;
	}
	return 0;
}

/* To all workers of this service and generation. */
static void
pass_on(struct master *m, const struct generation *g, size_t service)
{
	const struct worker_record *record;
	unsigned i;

	for (i = 0; i < m->cells_end; i++) {
		record = m->records[i];
		if (record != NULL && record->crew->service == service &&
		    record->crew->cohort->generation == g &&
		    channel_send_fd(record->channel.fd, CHANNEL_ACCESS, 0,
			g->services[service].access_fd) == 0)
			scoreboard_mail(&m->board, i);
	}
}

static int
reopen_one(struct master *m, struct generation *g, size_t index,
    struct error *e)
{
	struct service *service = &g->services[index];
	int fd;

	if (service->settings->access.path == NULL)
		return 0;
	fd = open_log(g, service, "reopen", e);
	if (fd == -1) {
		log_error(e);
		return -1;
	}
	fd_close(&service->access_fd);
	service->access_fd = fd;
	pass_on(m, g, index);
	return 0;
}

static int
reopen_all(struct master *m, const struct cohort *cohort, struct error *e)
{
	struct generation *g = cohort->generation;
	int result = 0;
	size_t i;

	for (i = 0; i < g->service_count; i++)
		if (reopen_one(m, g, i, e) == -1)
			result = -1;
	return result;
}

int
access_logs_reopen(struct master *m, struct error *e)
{
	const struct cohort *cohort;
	int result = 0;

	if (m->current != NULL)
		result = reopen_all(m, m->current, e);
	if (m->incoming != NULL && reopen_all(m, m->incoming, e) == -1)
		result = -1;
	for (cohort = m->old; cohort != NULL; cohort = cohort->next)
		if (reopen_all(m, cohort, e) == -1)
			result = -1;
	return result;
}

/* Old generations start nobody. */
void
access_logs_resume(struct master *m)
{
	struct error e;

	if (access_logs_open(m->current->generation, &e) == -1)
		log_error(&e);
}
