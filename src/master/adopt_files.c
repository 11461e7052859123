/*
 * What the image before us left that operators see: pidfile, log, control
 * socket, and how reloads went.
 * Runs in: master, rehearsal.
 */
#include "config.h"

#include <stdio.h>

#include "master/adopt.h"
#include "master/steer.h"

int
adopt_pidfile(struct adoption *a, const struct state_line *line)
{
	const char *path = state_text(line, 1);
	int64_t fd;

	if (state_number(line, 0, 0, FD_MAX, &fd) == -1 || path == NULL)
		return state_refuse(line, a->e);
	if (a->rehearsal)
		return 0;
	if (pidfile_adopt(&a->m->pidfile, (int)fd, path) == -1)
		return state_refuse(line, a->e);
	return 0;
}

/* At once: what goes wrong from here on is told there. */
int
adopt_log(struct adoption *a, const struct state_line *line)
{
	const char *path = state_text(line, 1);
	struct log_opened opened;
	int64_t fd;

	if (state_number(line, 0, 0, FD_MAX, &fd) == -1 || path == NULL)
		return state_refuse(line, a->e);
	if (a->rehearsal)
		return 0;
	if (log_prepare_fd(&opened, path, (int)fd) == -1)
		return state_refuse(line, a->e);
	log_use(&opened);
	a->m->has_log = true;
	return 0;
}

int
adopt_outcome(struct adoption *a, const struct state_line *line)
{
	const char *why = state_text(line, 3);
	int64_t reloads, failures, failed;

	if (state_number(line, 0, 0, COUNT_MAX, &reloads) == -1 ||
	    state_number(line, 1, 0, COUNT_MAX, &failures) == -1 ||
	    state_number(line, 2, 0, 1, &failed) == -1 || why == NULL)
		return state_refuse(line, a->e);
	a->m->outcome.reloads = (uint64_t)reloads;
	a->m->outcome.failures = (uint64_t)failures;
	a->m->outcome.failed = failed != 0;
	(void)snprintf(a->m->outcome.why, sizeof(a->m->outcome.why), "%s", why);
	return 0;
}

int
adopt_control(struct adoption *a, const struct state_line *line)
{
	struct listener listener;
	int64_t fd, device, inode;

	if (state_number(line, 0, 0, FD_MAX, &fd) == -1 ||
	    state_number(line, 1, INT64_MIN, INT64_MAX, &device) == -1 ||
	    state_number(line, 2, INT64_MIN, INT64_MAX, &inode) == -1)
		return state_refuse(line, a->e);
	if (a->rehearsal)
		return 0;
	if (listener_adopt(&listener, (int)fd, LISTENER_BACKLOG, a->e) == -1)
		return -1;
	listener.owner = a->m->pid;
	listener.socket_dev = (dev_t)device;
	listener.socket_ino = (ino_t)inode;
	return steer_adopt(a->m, &listener, a->e);
}
