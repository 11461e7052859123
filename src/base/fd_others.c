/*
 * Closing what a fresh child must not have.
 * The means, best first: one close_range(2) per gap, the list that /proc
 * keeps, every number up to the limit.  Not /dev/fd: on systems without a
 * real one it lists a fixed set, or three.
 * Runs in: children of the master, between fork and their own loop.
 */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/fd.h"

#define KEEP_MAX 300
#define FIRST	 (STDERR_FILENO + 1)
/* An unlimited table is not walked to its end. */
#define WALK_MAX (1L << 20)

struct kept {
	int fds[KEEP_MAX];
	size_t count;
};

/* Sorted, those above 2 only. */
static void
kept_init(struct kept *kept, const int *keep, size_t count)
{
	size_t i, j;

	BUG_ON(count > KEEP_MAX);
	kept->count = 0;
	for (i = 0; i < count; i++) {
		if (keep[i] < FIRST)
			continue;
		for (j = kept->count; j > 0 && kept->fds[j - 1] > keep[i]; j--)
			kept->fds[j] = kept->fds[j - 1];
		kept->fds[j] = keep[i];
		kept->count++;
	}
}

static bool
kept_has(const struct kept *kept, int fd)
{
	size_t i;

	for (i = 0; i < kept->count; i++)
		if (kept->fds[i] == fd)
			return true;
	return false;
}

#ifdef HAVE_CLOSE_RANGE
static bool
close_by_range(const struct kept *kept)
{
	unsigned from = FIRST;
	size_t i;

	for (i = 0; i < kept->count; i++) {
		if ((unsigned)kept->fds[i] > from &&
		    close_range(from, (unsigned)kept->fds[i] - 1, 0) == -1)
			return false;
		from = (unsigned)kept->fds[i] + 1;
	}
	/* Fails where the library knows the call and the kernel does not. */
	return close_range(from, UINT_MAX, 0) == 0;
}
#else
static bool
close_by_range(const struct kept *kept)
{
	(void)kept;
	return false;
}
#endif

static int
entry_fd(const char *name)
{
	char *end;
	long fd = strtol(name, &end, 10);

	if (end == name || *end != '\0' || fd < 0 || fd > INT_MAX)
		return -1;
	return (int)fd;
}

static bool
close_by_list(const struct kept *kept)
{
	DIR *list = opendir("/proc/self/fd");
	struct dirent *entry;
	int fd;

	if (list == NULL)
		return false;
	while ((entry = readdir(list)) != NULL) {
		fd = entry_fd(entry->d_name);
		if (fd >= FIRST && fd != dirfd(list) && !kept_has(kept, fd))
			(void)close(fd);
	}
	(void)closedir(list);
	return true;
}

static void
close_by_walk(const struct kept *kept)
{
	long limit = sysconf(_SC_OPEN_MAX);
	int fd;

	if (limit < 0 || limit > WALK_MAX)
		limit = WALK_MAX;
	for (fd = FIRST; fd < limit; fd++)
		if (!kept_has(kept, fd))
			(void)close(fd);
}

void
fd_close_others(const int *keep, size_t count)
{
	struct kept kept;

	kept_init(&kept, keep, count);
	if (!close_by_range(&kept) && !close_by_list(&kept))
		close_by_walk(&kept);
}
