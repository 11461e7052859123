/*
 * Making the private copy of a module's file.  Reads its bytes, never what
 * they mean.
 * Runs in: master.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "module/snapshot.h"

/* Copies of a file that somebody is writing, before we give up. */
#define TRIES	3
#define READERS (S_IRUSR | S_IRGRP | S_IROTH)

/* In memory both are one; a nameless file is read by a descriptor that cannot
 * write. */
struct copy {
	int writer, reader;
};

static int
open_nameless(struct copy *copy)
{
	char path[PATH_MAX];

	copy->writer = snapshot_file(path);
	if (copy->writer == -1)
		return -1;
	copy->reader = fd_open(path, O_RDONLY, 0);
	(void)unlink(path);
	if (copy->reader == -1)
		fd_close(&copy->writer);
	return copy->reader == -1 ? -1 : 0;
}

static int
open_copy(struct copy *copy, const char *path)
{
	const char *slash = strrchr(path, '/');
	char name[64];

	(void)snprintf(name, sizeof(name), "%s",
	    slash != NULL ? slash + 1 : path);
	copy->reader = -1;
	copy->writer = fd_memory_code(name);
	return copy->writer >= 0 ? 0 : open_nameless(copy);
}

/* Who may read the file may load the copy and nobody else.  An owner that we
 * cannot give it has its rights through us. */
static int
finish_copy(struct copy *copy, const struct stat *st)
{
	int given = fchown(copy->writer, st->st_uid, st->st_gid);

	(void)given;
	if (fchmod(copy->writer, st->st_mode & READERS) == -1)
		return -1;
	if (copy->reader >= 0) {
		fd_close(&copy->writer);
		return 0;
	}
	if (fd_seal(copy->writer) == -1)
		return -1;
	copy->reader = copy->writer;
	copy->writer = -1;
	return 0;
}

static void
drop_copy(struct copy *copy)
{
	fd_close(&copy->writer);
	fd_close(&copy->reader);
}

static bool
is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* O_NONBLOCK: somebody may have put a FIFO there since it was found. */
static int
open_module(const char *path, struct stat *st, struct error *e)
{
	int fd = fd_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd == -1 || fstat(fd, st) == -1) {
		(void)error_set(e, PF_MODULE_OPEN, "cannot load %s: %s", path,
		    strerror(errno));
	} else if (!S_ISREG(st->st_mode)) {
		(void)error_set(e, PF_MODULE_OPEN,
		    "cannot load %s: not a regular file", path);
	} else if (st->st_size > SNAPSHOT_BYTES_MAX) {
		(void)error_set(e, PF_MODULE_FILE, "%s has more than %ld MiB",
		    path, SNAPSHOT_BYTES_MAX >> 20);
	} else {
		return fd;
	}
	fd_close(&fd);
	return -1;
}

/* 0, 1 when the file changed meanwhile, or -1 with `e`. */
static int
fill_copy(int fd, const struct copy *copy, const struct stat *before,
    const char *path, struct error *e)
{
	struct stat after;
	int result = snapshot_copy(fd, copy->writer, (long)before->st_size);

	if (result == -2)
		return error_set(e, PF_MODULE_COPY,
		    "cannot keep a copy of %s: %s", path, strerror(errno));
	if (result == -1 || fstat(fd, &after) == -1)
		return error_set(e, PF_MODULE_FILE, "cannot read %s: %s", path,
		    strerror(errno));
	return result == 0 && is_unchanged(before, &after) ? 0 : 1;
}

/* The same. */
static int
try_once(struct module_snapshot *snapshot, const char *path, struct error *e)
{
	struct copy copy;
	struct stat st;
	int fd = open_module(path, &st, e);
	int result;

	if (fd == -1)
		return -1;
	if (open_copy(&copy, path) == -1) {
		fd_close(&fd);
		return error_set(e, PF_MODULE_COPY,
		    "cannot keep a copy of %s: %s", path, strerror(errno));
	}
	result = fill_copy(fd, &copy, &st, path, e);
	fd_close(&fd);
	if (result == 0 && finish_copy(&copy, &st) == -1)
		result = error_set(e, PF_MODULE_COPY,
		    "cannot keep a copy of %s: %s", path, strerror(errno));
	if (result == 0)
		snapshot->fd = copy.reader;
	else
		drop_copy(&copy);
	return result;
}

int
module_snapshot_take(struct module_snapshot *snapshot, const char *path,
    struct error *e)
{
	int tries, result = 1;

	for (tries = 0; tries < TRIES && result == 1; tries++)
		result = try_once(snapshot, path, e);
	if (result == 1)
		return error_set(e, PF_MODULE_FILE,
		    "%s changes while it is read", path);
	return result;
}

int
module_snapshot_adopt(struct module_snapshot *snapshot, int fd)
{
	if (fd_set_cloexec(fd, true) == -1)
		return -1;
	snapshot->fd = fd;
	return 0;
}

void
module_snapshot_close(struct module_snapshot *snapshot)
{
	fd_close(&snapshot->fd);
	fd_close(&snapshot->names_fd);
}
