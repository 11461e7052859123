/*
 * What the tests of the log share: expected and present lines.
 */
#ifndef PREFORK_TESTS_BASE_LOG_RIG_H
#define PREFORK_TESTS_BASE_LOG_RIG_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "tap.h"

/* "preforkd[123]: " + rest, as lines of this process begin. */
static inline const char *
expected(const char *rest)
{
	static char line[2048];

	(void)snprintf(line, sizeof(line), "preforkd[%ld]: %s", (long)getpid(),
	    rest);
	return line;
}

/* What is in the descriptor now, terminated. */
static inline const char *
contents(int fd)
{
	static char text[8192];
	size_t used = 0;
	ssize_t got;

	do {
		got = read(fd, text + used, sizeof(text) - 1 - used);
		used += got > 0 ? (size_t)got : 0;
	} while (got > 0 && used < sizeof(text) - 1);
	text[used] = '\0';
	return text;
}

/* Of a file in `directory`. */
static inline const char *
rig_path(const char *directory, const char *name)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static inline const char *
file_contents(const char *path)
{
	int fd = fd_open(path, O_RDONLY, 0);
	const char *text = contents(fd);

	fd_close(&fd);
	return text;
}

#endif
