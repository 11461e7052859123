/*
 * Listening sockets of the state that was left: those that were passed to the
 * process, and those that services have.
 * Runs in: master, rehearsal.
 */
#include "config.h"

#include <string.h>

#include "base/fd.h"
#include "master/adopt.h"

int
adopt_passed(struct adoption *a, const struct state_line *line)
{
	struct passed_sockets *passed = a->m->settings->passed;
	const char *name = state_text(line, 1);
	int64_t fd;

	if (passed == NULL || name == NULL || passed->count == PASSED_MAX ||
	    state_number(line, 0, 0, FD_MAX, &fd) == -1 ||
	    passed_find(passed, (int)fd) != NULL)
		return state_refuse(line, a->e);
	return passed_add(passed, (int)fd, name, a->e);
}

/* One that an adopted generation has already. */
static struct shared_listener *
find_twin(const struct master *m, int fd)
{
	struct shared_listener *twin = NULL;
	const struct cohort *cohort;

	if (m->current != NULL)
		twin = generation_find_fd(m->current->generation, fd);
	for (cohort = m->old; twin == NULL && cohort != NULL;
	     cohort = cohort->next)
		twin = generation_find_fd(cohort->generation, fd);
	return twin;
}

static struct shared_listener *
adopt_socket(struct adoption *a, int fd, int backlog, const char *asked)
{
	struct shared_listener *shared = NULL;
	const struct listener *passed;
	struct listener listener;
	struct endpoint endpoint;

	if (listener_adopt(&listener, fd, backlog, a->e) == -1)
		return NULL;
	passed = passed_find(a->m->settings->passed, fd);
	if (passed != NULL)
		listener.passed_as = passed->passed_as;
	/* 0 is nobody: a rehearsal removes nothing. */
	listener.owner = a->rehearsal ? 0 : a->m->pid;
	if (endpoint_parse(asked, &endpoint, a->e) == -1)
		return NULL;
	endpoint.type = listener.endpoint.type;
	shared = shared_listener_new(&listener, &endpoint);
	if (shared == NULL)
		(void)error_set(a->e, PF_SYSCALL, "no memory for listeners");
	return shared;
}

/* What was last asked of its file, so that a reload sees what is to change.
 * An image of an earlier version says nothing of it. */
static int
adopt_file(const struct state_line *line, struct endpoint *endpoint)
{
	int64_t mode, owned, uid, gid;

	if (line->count <= 5)
		return 0;
	if (state_number(line, 5, 0, 0777, &mode) == -1 ||
	    state_number(line, 6, 0, 1, &owned) == -1 ||
	    state_number(line, 7, 0, UINT32_MAX, &uid) == -1 ||
	    state_number(line, 8, 0, UINT32_MAX, &gid) == -1)
		return -1;
	endpoint->mode = (mode_t)mode;
	endpoint->owned = owned != 0;
	endpoint->uid = (uid_t)uid;
	endpoint->gid = (gid_t)gid;
	return 0;
}

int
adopt_listener(struct adoption *a, const struct state_line *line)
{
	const char *asked = state_text(line, 4);
	struct shared_listener *shared;
	int64_t fd, backlog, device, inode;

	/* The first worker ends the list. */
	if (a->crew == NULL || a->listeners == NULL || asked == NULL ||
	    a->listeners->count == SETTINGS_MAX_LISTENERS ||
	    state_number(line, 0, 0, FD_MAX, &fd) == -1 ||
	    state_number(line, 1, 0, INT_MAX, &backlog) == -1 ||
	    state_number(line, 2, INT64_MIN, INT64_MAX, &device) == -1 ||
	    state_number(line, 3, INT64_MIN, INT64_MAX, &inode) == -1)
		return state_refuse(line, a->e);
	shared = find_twin(a->m, (int)fd);
	if (shared != NULL) {
		shared->refs++;
	} else {
		shared = adopt_socket(a, (int)fd, (int)backlog, asked);
		if (shared == NULL)
			return -1;
		shared->listener.socket_dev = (dev_t)device;
		shared->listener.socket_ino = (ino_t)inode;
	}
	a->listeners->items[a->listeners->count++] = shared;
	return adopt_file(line, &shared->listener.endpoint) == 0 ?
	    0 :
	    state_refuse(line, a->e);
}
