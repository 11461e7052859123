/*
 * The name of a unix listener: made with its final mode, taken over from the
 * dead but never from the living, removed only while it is ours.
 * Runs in: master.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "listener/socket_file.h"

static const char *
path_of(const struct listener *listener)
{
	const void *address = &listener->endpoint.address;

	return ((const struct sockaddr_un *)address)->sun_path;
}

static int
bind_name(const struct listener *listener)
{
	mode_t former, mode = listener->endpoint.mode;
	int result;

	/* chmod(2) after bind(2) would leave a moment for anybody. */
	former = umask(0777 & ~(mode != 0 ? mode : LISTENER_SOCKET_MODE));
	result = bind(listener->fd,
	    (const struct sockaddr *)&listener->endpoint.address,
	    listener->endpoint.length);
	umask(former);
	return result;
}

/* errno of a connect to the name, 0 when somebody took it. */
static int
probe(const struct listener *listener)
{
	int fd, result = 0;

	fd = fd_socket(AF_UNIX, SOCK_STREAM, true);
	if (fd == -1)
		return errno;
	if (connect(fd, (const struct sockaddr *)&listener->endpoint.address,
		listener->endpoint.length) == -1)
		result = errno;
	fd_close(&fd);
	return result;
}

/* What a probe found, as the errno that bind(2) should have had. */
static int
holder_error(int found)
{
	switch (found) {
	case 0:
	case EAGAIN: /* its queue is full: alive and busy */
	case EINPROGRESS:
	case EPROTOTYPE: /* a datagram socket */
		return EADDRINUSE;
	default:
		return found;
	}
}

/* Make way for bind(2): 0 when the path is free. */
static int
clear_stale(const struct listener *listener)
{
	const char *path = path_of(listener);
	struct stat before, now;
	int found;

	if (lstat(path, &before) == -1)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(before.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	found = probe(listener);
	if (found != ECONNREFUSED && found != ENOENT) {
		errno = holder_error(found);
		return -1;
	}
	/* Another starter may have replaced it while we asked. */
	if (lstat(path, &now) == -1)
		return errno == ENOENT ? 0 : -1;
	if (now.st_dev != before.st_dev || now.st_ino != before.st_ino) {
		errno = EADDRINUSE;
		return -1;
	}
	return unlink(path);
}

static int
note_identity(struct listener *listener)
{
	struct stat st;

	if (lstat(path_of(listener), &st) == -1)
		return -1;
	listener->socket_dev = st.st_dev;
	listener->socket_ino = st.st_ino;
	return 0;
}

/* Could somebody put another file in the place of ours? */
static bool
is_safe(int folder_fd)
{
	struct stat st;

	if (fstat(folder_fd, &st) == -1)
		return false;
	return (st.st_uid == 0 || st.st_uid == geteuid()) &&
	    ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
		(st.st_mode & S_ISVTX) != 0);
}

/* The folder of the file and the name in it.  Root must not be made to give
 * away something else. */
static int
open_folder(const struct listener *listener, const char **name)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *path = path_of(listener);
	int fd;

	*name = strrchr(path, '/') + 1;
	memcpy(folder, path, (size_t)(*name - path));
	folder[*name - path] = '\0';
	fd = fd_open(folder, O_RDONLY | O_DIRECTORY, 0);
	if (fd != -1 && geteuid() == 0 && !is_safe(fd)) {
		fd_close(&fd);
		errno = EPERM;
	}
	return fd;
}

/* Before listen(2), so that nobody can connect who may not. */
static int
set_owner(const struct listener *listener)
{
	const struct endpoint *endpoint = &listener->endpoint;
	const char *name;
	int fd, result;

	if (!endpoint->owned)
		return 0;
	fd = open_folder(listener, &name);
	if (fd == -1)
		return -1;
	result = fchownat(fd, name, endpoint->uid, endpoint->gid,
	    AT_SYMLINK_NOFOLLOW);
	fd_close(&fd);
	return result;
}

static int
change_file(const struct listener *listener, const struct endpoint *wanted,
    int fd, const char *name)
{
	uid_t uid = wanted->owned ? wanted->uid : geteuid();
	gid_t gid = wanted->owned ? wanted->gid : getegid();
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	if (st.st_dev != listener->socket_dev ||
	    st.st_ino != listener->socket_ino) {
		errno = ENOENT;
		return -1;
	}
	if ((wanted->owned || listener->endpoint.owned) &&
	    fchownat(fd, name, uid, gid, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	return fchmodat(fd, name,
	    wanted->mode != 0 ? wanted->mode : LISTENER_SOCKET_MODE, 0);
}

int
socket_file_refit(struct listener *listener, const struct endpoint *wanted)
{
	struct endpoint *endpoint = &listener->endpoint;
	const char *name;
	int fd, result;

	fd = open_folder(listener, &name);
	if (fd == -1)
		return -1;
	result = change_file(listener, wanted, fd, name);
	fd_close(&fd);
	if (result == -1)
		return -1;
	endpoint->mode = wanted->mode;
	endpoint->owned = wanted->owned;
	endpoint->uid = wanted->uid;
	endpoint->gid = wanted->gid;
	return 0;
}

int
socket_file_bind(struct listener *listener)
{
	if (bind_name(listener) == -1) {
		if (errno != EADDRINUSE || clear_stale(listener) == -1 ||
		    bind_name(listener) == -1)
			return -1;
	}
	if (note_identity(listener) == -1)
		return -1;
	return set_owner(listener);
}

int
socket_file_remove(struct listener *listener)
{
	struct stat st;

	if (listener->socket_ino == 0)
		return 0;
	if (listener->owner != getpid()) {
		errno = EPERM;
		return -1;
	}
	/* While the socket is open its inode cannot be given to another. */
	if (lstat(path_of(listener), &st) == 0 &&
	    st.st_dev == listener->socket_dev &&
	    st.st_ino == listener->socket_ino &&
	    unlink(path_of(listener)) == -1 && errno != ENOENT)
		return -1;
	listener->socket_ino = 0;
	return 0;
}
