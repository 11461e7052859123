/*
 * Holds a process so that it cannot be reaped by its parent: it is traced by
 * us, and we do not wait for it.  So a worker can be made that does not die
 * of KILL, as far as its master can see.
 *
 *	holder PID	says "held", and lets go at the end of its input
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__

#include <sys/ptrace.h>

static int
hold(pid_t pid)
{
	return ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0 ? 0 : -1;
}

#else

static int
hold(pid_t pid)
{
	(void)pid;
	return -1;
}

#endif

int
main(int argc, char **argv)
{
	char byte;

	if (argc != 2 || hold((pid_t)atol(argv[1])) == -1) {
		perror("holder");
		return EXIT_FAILURE;
	}
	puts("held");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return EXIT_SUCCESS;
}
