/*
 * Finds the state in the environment and reads its head.
 * Runs in: master, rehearsal.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "master/resume.h"

/* The descriptor that the variable names, -1 when there is none. */
static int
take_variable(const char *name)
{
	char *text = getenv(name);
	char *end;
	long fd;

	if (text == NULL)
		return -1;
	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || fd < 3 || fd > INT_MAX)
		fd = -1;
	(void)unsetenv(name);
	/* Who looks at our environment from outside sees the initial one. */
	memset(text - strlen(name) - 1, 0, strlen(name) + 1 + strlen(text));
	return (int)fd;
}

/* "master PID DIRECTORY ..." */
static int
read_head(struct resume *resume, struct error *e)
{
	struct state_line line;
	int64_t pid;

	if (state_next(&resume->state, &line, e) != 1 ||
	    strcmp(line.keyword, "master") != 0 ||
	    state_number(&line, 0, 1, INT_MAX, &pid) == -1 ||
	    (resume->directory = state_text(&line, 1)) == NULL)
		return state_refuse(&line, e);
	resume->pid = (pid_t)pid;
	return 0;
}

int
resume_open(struct resume *resume, struct error *e)
{
	int rehearsal_fd = take_variable(RESUME_REHEARSAL);

	memset(resume, 0, sizeof(*resume));
	resume->fd = take_variable(RESUME_UPGRADE);
	resume->rehearsal = rehearsal_fd >= 0;
	if (resume->rehearsal)
		resume->fd = rehearsal_fd;
	if (resume->fd < 0)
		return 0;
	if (state_open(&resume->state, resume->fd, e) == -1 ||
	    read_head(resume, e) == -1) {
		state_close(&resume->state);
		return -1;
	}
	fd_close(&resume->fd);
	resume->active =
	    resume->pid == (resume->rehearsal ? getppid() : getpid());
	if (resume->active)
		return 0;
	resume_close(resume);
	return error_set(e, PF_STATE,
	    "the state is that of pid %ld, which we are not; does a script "
	    "stand between?",
	    (long)resume->pid);
}

void
resume_close(struct resume *resume)
{
	state_close(&resume->state);
	resume->active = false;
}
