/*
 * Reads configuration files.
 * Runs in: starter, probe.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "config/source.h"

static int
refuse(struct error *e, const char *why)
{
	return error_set(e, PF_CONFIG_FILE, "cannot read it: %s", why);
}

static const char *
kind_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return "it is a directory";
	if (S_ISFIFO(mode))
		return "it is a FIFO";
	return "it is not a file";
}

/* One byte more than there should be shows the end of the file. */
static int
read_all(struct source *source, int fd, size_t expected)
{
	size_t room = expected + 1;
	char *grown;
	ssize_t got;

	for (;;) {
		grown = realloc(source->bytes, room);
		if (grown == NULL)
			return -1;
		source->bytes = grown;
		got =
		    read(fd, source->bytes + source->size, room - source->size);
		if (got == 0)
			return 0;
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return -1;
		source->size += (size_t)got;
		if (source->size > SOURCE_MAX_BYTES) {
			errno = EFBIG;
			return -1;
		}
		if (source->size == room)
			room *= 2;
	}
}

static int
read_open(struct source *source, int fd, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse(e, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(e, kind_of(st.st_mode));
	if (st.st_size > SOURCE_MAX_BYTES)
		return refuse(e, strerror(EFBIG));
	source->device = st.st_dev;
	source->inode = st.st_ino;
	if (read_all(source, fd, (size_t)st.st_size) == -1)
		return refuse(e, strerror(errno));
	return 0;
}

int
source_read(struct source *source, const char *path, struct error *e)
{
	int fd, result;

	memset(source, 0, sizeof(*source));
	/* A FIFO without a writer would hold us up. */
	fd = fd_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd == -1)
		return refuse(e, strerror(errno));
	result = read_open(source, fd, e);
	fd_close(&fd);
	if (result == -1)
		source_free(source);
	return result;
}

void
source_free(struct source *source)
{
	free(source->bytes);
	source->bytes = NULL;
	source->size = 0;
}
