/*
 * Loading a module from the copy of its file.  What the linker says of a copy
 * that it does not take is not told, because it would name the copy: the
 * caller tries the file itself then.
 * Runs in: worker, probe.
 */
#include "config.h"

#include <sys/stat.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "module/snapshot.h"

#define HOW (RTLD_NOW | RTLD_LOCAL)

/* A name that the linker can open.  There is none where /proc is not mounted,
 * or when we may not read it. */
static bool
find_name(int fd, char *name, size_t bytes)
{
	(void)snprintf(name, bytes, "/proc/self/fd/%d", fd);
	return access(name, R_OK) == 0;
}

static bool
is_in_group(gid_t group)
{
	int i, count = getgroups(0, NULL);
	gid_t *groups;
	bool found = group == getegid();

	groups = count > 0 ? calloc((size_t)count, sizeof(*groups)) : NULL;
	if (groups != NULL)
		count = getgroups(count, groups);
	for (i = 0; groups != NULL && i < count && !found; i++)
		found = groups[i] == group;
	free(groups);
	return found;
}

/* An open descriptor lets us read, whatever the mode says. */
static bool
may_read(const struct stat *st)
{
	if (geteuid() == 0)
		return true;
	if (st->st_uid == geteuid())
		return (st->st_mode & S_IRUSR) != 0;
	if (is_in_group(st->st_gid))
		return (st->st_mode & S_IRGRP) != 0;
	return (st->st_mode & S_IROTH) != 0;
}

/* A file of our own, which has a name while the linker opens it; it stays if
 * the module ends us in that moment. */
static void *
open_private(int fd)
{
	char path[PATH_MAX];
	void *object = NULL;
	struct stat st;
	int own;

	if (fstat(fd, &st) == -1 || !may_read(&st) ||
	    st.st_size > SNAPSHOT_BYTES_MAX ||
	    (own = snapshot_file(path)) == -1)
		return NULL;
	if (snapshot_copy(fd, own, (long)st.st_size) == 0)
		object = dlopen(path, HOW);
	(void)unlink(path);
	fd_close(&own);
	return object;
}

void
module_snapshot_before_chroot(struct module_snapshot *snapshot)
{
	if (snapshot->fd >= 0 && snapshot->names_fd < 0)
		snapshot->names_fd =
		    fd_open("/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
}

/* By a relative name, which leads out of the root directory.  One that we may
 * not get back into is one in which nothing can be loaded. */
static void *
open_from_outside(const struct module_snapshot *snapshot)
{
	char name[32];
	void *object;

	if (fchdir(snapshot->names_fd) == -1)
		return NULL;
	(void)snprintf(name, sizeof(name), "./%d", snapshot->fd);
	object = dlopen(name, HOW);
	if (chdir("/") == 0 || object == NULL)
		return object;
	(void)dlclose(object);
	return NULL;
}

static void *
open_copy_of(const struct module_snapshot *snapshot)
{
	char name[32];
	void *object = NULL;

	if (snapshot->names_fd >= 0)
		object = open_from_outside(snapshot);
	if (object == NULL && find_name(snapshot->fd, name, sizeof(name)))
		object = dlopen(name, HOW);
	else if (object == NULL)
		object = open_private(snapshot->fd);
	return object;
}

void *
module_snapshot_dlopen(const struct module_snapshot *snapshot)
{
	void *object;

	if (snapshot->fd < 0)
		return NULL;
	object = open_copy_of(snapshot);
	(void)dlerror();
	return object;
}

/* It may be anything by now. */
bool
module_snapshot_is_of(const struct module_snapshot *snapshot, const char *path)
{
	int fd = fd_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;
	bool result = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    snapshot_equal(fd, snapshot->fd);

	fd_close(&fd);
	return result;
}
