/*
 * The files that copies of modules are made of.
 * Runs in: master, worker, probe.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "module/snapshot.h"

#define PIECE_BYTES 65536

static int
make_file(const char *directory, char path[PATH_MAX])
{
	int fd, bytes;

	bytes = snprintf(path, PATH_MAX, "%s/prefork.XXXXXX", directory);
	if (bytes < 0 || bytes >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkstemp(path);
	if (fd == -1)
		return -1;
	if (fchmod(fd, S_IRWXU) == 0 && fd_set_cloexec(fd, true) == 0)
		return fd;
	(void)unlink(path);
	fd_close(&fd);
	return -1;
}

int
snapshot_file(char path[PATH_MAX])
{
	const char *const directories[] = { getenv("TMPDIR"), "/tmp",
		"/var/tmp" };
	int fd = -1;
	size_t i;

	for (i = 0; fd == -1 && i < 3; i++)
		if (directories[i] != NULL && directories[i][0] == '/')
			fd = make_file(directories[i], path);
	return fd;
}

/* Its own position in the file: it is open in other processes too. */
static ssize_t
read_at(int fd, void *data, size_t bytes, off_t at)
{
	ssize_t got;

	do
		got = pread(fd, data, bytes, at);
	while (got == -1 && errno == EINTR);
	return got;
}

static int
copy_pieces(int from, int to, long bytes, char *piece)
{
	long done = 0;
	ssize_t got;

	while (done < bytes) {
		got = read_at(from, piece,
		    bytes - done < PIECE_BYTES ? (size_t)(bytes - done) :
						 PIECE_BYTES,
		    (off_t)done);
		if (got <= 0)
			return got == 0 ? 1 : -1;
		if (fd_write_all(to, piece, (size_t)got) == -1)
			return -2;
		done += got;
	}
	return 0;
}

/* As many as asked for, but at the file's end; -1 with errno. */
static ssize_t
read_piece(int fd, char *piece, off_t at)
{
	size_t done = 0;
	ssize_t got;

	do {
		got = read_at(fd, piece + done, PIECE_BYTES - done,
		    at + (off_t)done);
		if (got > 0)
			done += (size_t)got;
	} while (got > 0 && done < PIECE_BYTES);
	return got == -1 ? -1 : (ssize_t)done;
}

static bool
equal_pieces(int one, int other, char *piece)
{
	ssize_t got;
	off_t at = 0;

	do {
		got = read_piece(one, piece, at);
		if (got == -1 ||
		    read_piece(other, piece + PIECE_BYTES, at) != got ||
		    memcmp(piece, piece + PIECE_BYTES, (size_t)got) != 0)
			return false;
		at += got;
	} while (got == PIECE_BYTES);
	return true;
}

bool
snapshot_equal(int one, int other)
{
	char *pieces = malloc(2 * PIECE_BYTES);
	bool result = pieces != NULL && equal_pieces(one, other, pieces);

	free(pieces);
	return result;
}

int
snapshot_copy(int from, int to, long bytes)
{
	/* Not static: workers would have these pages, too. */
	char *piece = malloc(PIECE_BYTES);
	int result, why;

	if (piece == NULL)
		return -2;
	result = copy_pieces(from, to, bytes, piece);
	why = errno;
	free(piece);
	errno = why;
	return result;
}
