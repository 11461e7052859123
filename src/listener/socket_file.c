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
#include "listener/folder.h"
#include "listener/socket_file.h"

static const char *
path_of(const struct listener *listener)
{
	const void *address = &listener->endpoint.address;

	return ((const struct sockaddr_un *)address)->sun_path;
}

/* Where a name is: its folder, which stays the same whatever becomes of the
 * path to it. */
struct place {
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int fd; /* AT_FDCWD where it cannot be opened; then name is all */
	const char *name;
};

static int
place_open(const struct listener *listener, struct place *place)
{
	const char *path = path_of(listener);

	place->name = strrchr(path, '/') + 1;
	memcpy(place->folder, path, (size_t)(place->name - path));
	place->folder[place->name - path] = '\0';
	place->fd = fd_open(place->folder, O_RDONLY | O_DIRECTORY, 0);
	if (place->fd != -1)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR || geteuid() == 0)
		return -1;
	place->fd = AT_FDCWD;
	place->name = path;
	return 0;
}

static void
place_close(struct place *place)
{
	if (place->fd != AT_FDCWD)
		fd_close(&place->fd);
}

/* Could nobody put another file in the place of ours, or another folder in the
 * place of its?  Root must not be made to give away something else. */
static bool
is_safe(const struct place *place)
{
	struct stat folder, file;

	if (geteuid() != 0)
		return true;
	if (fstat(place->fd, &folder) == -1 ||
	    fstatat(place->fd, place->name, &file, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !folder_is_roots(place->folder))
		return false;
	if ((folder.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	/* Its owner may rename it. */
	return (folder.st_mode & S_ISVTX) != 0 && file.st_uid == 0;
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

/* Remove the name if it leads to this file.  -1 when it could not be. */
static int
remove_if(const struct place *place, const struct stat *wanted)
{
	struct stat now;

	if (fstatat(place->fd, place->name, &now, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? 0 : -1;
	if (now.st_dev != wanted->st_dev || now.st_ino != wanted->st_ino)
		return 0;
	if (unlinkat(place->fd, place->name, 0) == -1 && errno != ENOENT)
		return -1;
	return 0;
}

/* Make way for bind(2): 0 when the path may be free. */
static int
clear_stale(const struct listener *listener, const struct place *place)
{
	struct stat before;
	int found;

	if (fstatat(place->fd, place->name, &before, AT_SYMLINK_NOFOLLOW) == -1)
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
	/* If another starter has replaced it while we asked, bind(2) tells. */
	return remove_if(place, &before);
}

static int
note_identity(struct listener *listener, const struct place *place)
{
	struct stat st;

	if (fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	listener->socket_dev = st.st_dev;
	listener->socket_ino = st.st_ino;
	return 0;
}

/* Before listen(2), so that nobody can connect who may not. */
static int
set_owner(const struct listener *listener, const struct place *place)
{
	const struct endpoint *endpoint = &listener->endpoint;

	if (!endpoint->owned)
		return 0;
	if (!is_safe(place)) {
		errno = EPERM;
		return -1;
	}
	return fchownat(place->fd, place->name, endpoint->uid, endpoint->gid,
	    AT_SYMLINK_NOFOLLOW);
}

static int
bind_in(struct listener *listener, const struct place *place)
{
	if (bind_name(listener) == -1) {
		if (errno != EADDRINUSE || clear_stale(listener, place) == -1 ||
		    bind_name(listener) == -1)
			return -1;
	}
	if (note_identity(listener, place) == -1)
		return -1;
	return set_owner(listener, place);
}

int
socket_file_bind(struct listener *listener)
{
	struct place place;
	int result;

	if (!endpoint_has_file(&listener->endpoint))
		return bind_name(listener);
	if (place_open(listener, &place) == -1)
		return -1;
	result = bind_in(listener, &place);
	place_close(&place);
	return result;
}

static int
change_file(const struct listener *listener, const struct endpoint *wanted,
    const struct place *place)
{
	uid_t uid = wanted->owned ? wanted->uid : geteuid();
	gid_t gid = wanted->owned ? wanted->gid : getegid();
	mode_t mode = wanted->mode != 0 ? wanted->mode : LISTENER_SOCKET_MODE;
	struct stat st;

	if (fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	if (st.st_dev != listener->socket_dev ||
	    st.st_ino != listener->socket_ino) {
		errno = ENOENT;
		return -1;
	}
	if (!is_safe(place)) {
		errno = EPERM;
		return -1;
	}
	/* The mode first: who is given the file could rename it. */
	if (fchmodat(place->fd, place->name, mode, 0) == -1)
		return -1;
	if (!wanted->owned && !listener->endpoint.owned)
		return 0;
	return fchownat(place->fd, place->name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int
socket_file_refit(struct listener *listener, const struct endpoint *wanted)
{
	struct endpoint *endpoint = &listener->endpoint;
	struct place place;
	int result;

	if (!endpoint_has_file(endpoint))
		return 0;
	if (place_open(listener, &place) == -1)
		return -1;
	result = change_file(listener, wanted, &place);
	place_close(&place);
	if (result == -1)
		return -1;
	endpoint->mode = wanted->mode;
	endpoint->owned = wanted->owned;
	endpoint->uid = wanted->uid;
	endpoint->gid = wanted->gid;
	return 0;
}

int
socket_file_remove(struct listener *listener)
{
	const struct stat ours = { .st_dev = listener->socket_dev,
		.st_ino = listener->socket_ino };
	struct place place;
	int result;

	if (listener->socket_ino == 0)
		return 0;
	if (listener->owner != getpid()) {
		errno = EPERM;
		return -1;
	}
	/* While the socket is open its inode cannot be given to another. */
	if (place_open(listener, &place) == 0) {
		result = remove_if(&place, &ours);
		place_close(&place);
	} else
		result = errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (result == -1)
		return -1;
	listener->socket_ino = 0;
	return 0;
}
