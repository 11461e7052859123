/*
 * The pidfile.  Its lock says whether an instance is alive, not its contents:
 * a lock ends with its process, a number does not.  fcntl locks belong to the
 * process, so workers do not inherit it and an exec keeps it.
 * Runs in: master.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "master/state.h"

#define TRIES 8
/* A file that is longer than any number is somebody's data, not a pidfile. */
#define LONGEST 64

static int
fail(struct error *e, const char *path, const char *what)
{
	return error_set(e, PF_PIDFILE, "cannot %s pidfile %s: %s", what, path,
	    strerror(errno));
}

static int
lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &whole);
}

static int
refuse_held(int fd, const char *path, struct error *e)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &whole) == -1 || whole.l_type == F_UNLCK)
		whole.l_pid = 0;
	return error_set(e, PF_PIDFILE_HELD,
	    "pidfile %s is held by a running instance (pid %ld)", path,
	    (long)whole.l_pid);
}

/* Was the file replaced between open and lock? */
static bool
is_at_path(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	    opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Or nothing yet, or the zeros that a crash of the machine may leave. */
static bool
is_number(int fd)
{
	char text[LONGEST + 1];
	ssize_t got = pread(fd, text, sizeof(text), 0);
	ssize_t i;

	for (i = 0; i < got; i++)
		if (text[i] != '\0' && strchr("0123456789 \n", text[i]) == NULL)
			return false;
	return got != -1;
}

static int
check_kind(int fd, const char *path, struct error *e)
{
	struct stat found;

	if (fstat(fd, &found) == -1)
		return fail(e, path, "examine");
	/* By another name it is somebody else's. */
	if (!S_ISREG(found.st_mode) || found.st_size > LONGEST ||
	    found.st_nlink > 1 || !is_number(fd))
		return error_set(e, PF_PIDFILE,
		    "%s exists and is not a pidfile", path);
	return 0;
}

/* 1: locked, 0: try again, -1: failed. */
static int
try_open(const char *path, int *out, struct error *e)
{
	int fd =
	    fd_open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0644);

	if (fd == -1)
		return fail(e, path, "create");
	if (check_kind(fd, path, e) == -1)
		goto fail;
	if (lock(fd) == -1) {
		if (errno == EACCES || errno == EAGAIN)
			(void)refuse_held(fd, path, e);
		else
			(void)fail(e, path, "lock");
		goto fail;
	}
	if (!is_at_path(fd, path)) {
		fd_close(&fd);
		return 0;
	}
	*out = fd;
	return 1;
fail:
	fd_close(&fd);
	return -1;
}

static int
write_pid(int fd)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) == -1)
		return -1;
	return fd_write_all(fd, text, (size_t)length);
}

int
pidfile_open(struct pidfile *pidfile, const char *path, struct error *e)
{
	char *owned = strdup(path);
	int fd = -1, tries, result = 0;

	if (owned == NULL)
		return fail(e, path, "remember");
	for (tries = 0; tries < TRIES && result == 0; tries++)
		result = try_open(path, &fd, e);
	if (result == 0) {
		errno = EBUSY;
		(void)fail(e, path, "lock");
	}
	if (result != 1) {
		free(owned);
		return -1;
	}
	*pidfile = (struct pidfile) {
		.fd = fd,
		.path = owned,
		.owner = getpid(),
	};
	if (write_pid(fd) == -1) {
		(void)fail(e, path, "write");
		pidfile_close(pidfile);
		return -1;
	}
	return 0;
}

int
pidfile_adopt(struct pidfile *pidfile, int fd, const char *path)
{
	pidfile->path = strdup(path);
	if (pidfile->path == NULL || fd_set_cloexec(fd, true) == -1) {
		free(pidfile->path);
		pidfile->path = NULL;
		return -1;
	}
	pidfile->fd = fd;
	pidfile->owner = getpid();
	return 0;
}

/* In the folder that it is found in: who can change the path to that one must
 * not have us remove a file of this name elsewhere. */
static void
remove_name(const struct pidfile *pidfile)
{
	const char *name = strrchr(pidfile->path, '/') + 1;
	struct stat opened, named;
	char folder[PATH_MAX];
	int fd;

	if ((size_t)snprintf(folder, sizeof(folder), "%.*s",
		(int)(name - pidfile->path), pidfile->path) >= sizeof(folder))
		return;
	fd = fd_open(folder, O_RDONLY | O_DIRECTORY, 0);
	if (fd == -1)
		return;
	if (fstat(pidfile->fd, &opened) == 0 &&
	    fstatat(fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    opened.st_dev == named.st_dev && opened.st_ino == named.st_ino)
		(void)unlinkat(fd, name, 0);
	fd_close(&fd);
}

/* The name goes before the lock, so that nobody meets an unlocked file that
 * is about to vanish. */
void
pidfile_close(struct pidfile *pidfile)
{
	if (pidfile->fd < 0)
		return;
	if (pidfile->owner == getpid())
		remove_name(pidfile);
	fd_close(&pidfile->fd);
	free(pidfile->path);
	pidfile->path = NULL;
}
