/*
 * Keeps a line, forks, and lets the child return before it keeps another: each
 * comes once, from the parent.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <unistd.h>

#include <prefork/module.h>

static int
handle(struct prefork_conn *conn)
{
	pid_t pid;
	int status;

	if (prefork_printf(conn, "kept\n") == -1)
		return -1;
	pid = fork();
	if (pid <= 0)
		return (int)pid;
	if (waitpid(pid, &status, 0) == -1 ||
	    prefork_printf(conn, "child %d\n", status) == -1)
		return -1;
	return 0;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "twin",
	.version = "1.0",
	.summary = "lets a forked child return",
	.handle = handle,
};
