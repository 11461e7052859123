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

/* Newer than the headers of many systems; a kernel that does not know it
 * says EINVAL. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

int
fd_memory(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

int
fd_memory_code(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd == -1 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

int
fd_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS,
	    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
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

int
fd_memory_code(const char *name)
{
	(void)name;
	errno = ENOSYS;
	return -1;
}

int
fd_seal(int fd)
{
	(void)fd;
	errno = ENOSYS;
	return -1;
}

#endif

void *
fd_memory_shared(const char *name, size_t bytes)
{
	void *memory = MAP_FAILED;
	int fd = fd_memory(name);

	if (fd >= 0 && ftruncate(fd, (off_t)bytes) == 0)
		memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
	fd_close(&fd);
	return memory != MAP_FAILED ? memory : NULL;
}
