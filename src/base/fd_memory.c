/*
 * Files that have no name: in memory where the system can, else a shared
 * memory object whose name lives for a moment.
 * Runs in: master.
 */
#include "config.h"

#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"

#ifdef HAVE_MEMFD_CREATE

int
fd_memory(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

#else

static int
open_nameless(void)
{
	char name[48];
	int fd, tries;

	for (tries = 0; tries < 16; tries++) {
		(void)snprintf(name, sizeof(name), "/prefork.%ld.%d",
		    (long)getpid(), tries);
		fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0) {
			(void)shm_unlink(name);
			return fd;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

int
fd_memory(const char *name)
{
	int fd = open_nameless();

	(void)name;
	if (fd >= 0 && fd_set_cloexec(fd, true) == -1)
		fd_close(&fd);
	return fd;
}

#endif
