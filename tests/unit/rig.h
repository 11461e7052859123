/*
 * What tests that touch the system share: descriptors counted, a folder of
 * their own, children, and a process without privileges.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_RIG_H
#define PREFORK_TESTS_RIG_H

#include <sys/types.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A test that hangs ends with SIGALRM. */
#define RIG_DEADLINE_S 60
#define RIG_NOBODY     65534

static inline void
rig_require(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static inline int
rig_is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static inline int
rig_count_fds(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 1024; fd++)
		count += rig_is_open(fd);
	return count;
}

/* A new folder, whose path is short enough for sockets. */
static inline const char *
rig_folder(void)
{
	static char folder[40];

	strcpy(folder, "/tmp/prefork-unit-XXXXXX");
	rig_require(mkdtemp(folder) != NULL, "mkdtemp");
	return folder;
}

/* Path of `name` in `folder`, in one of four buffers. */
static inline const char *
rig_path(const char *folder, const char *name)
{
	static char paths[4][100];
	static unsigned next;
	char *path = paths[next++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* Exit status of a child that runs `body`, or 100. */
static inline int
rig_reap(pid_t child)
{
	int status = -1;

	(void)waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static inline pid_t
rig_start(int (*body)(void *arg), void *arg)
{
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	rig_require(child != -1, "fork");
	if (child == 0) {
		(void)signal(SIGALRM, SIG_DFL);
		(void)alarm(RIG_DEADLINE_S);
		_exit(body(arg));
	}
	return child;
}

static inline int
rig_in_child(int (*body)(void *arg), void *arg)
{
	return rig_reap(rig_start(body, arg));
}

/* For children: whoever started the tests, this is not root. */
static inline int
rig_drop_root(void)
{
	if (geteuid() != 0)
		return 0;
	return setgid(RIG_NOBODY) == 0 ? setuid(RIG_NOBODY) : -1;
}

#endif
