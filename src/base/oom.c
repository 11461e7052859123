/*
 * Reading the system's count of processes killed for want of memory.  All its
 * files are the kernel's own, which keep nobody waiting.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/oom.h"

#define FILE_BYTES 4096

/* All of a small file, or as much as there is room for.  -1: it cannot be
 * read, and `text` is empty. */
static int
read_file(const char *path, char text[FILE_BYTES])
{
	size_t have = 0;
	ssize_t got = 1;
	int fd = fd_open(path, O_RDONLY | O_NONBLOCK, 0);

	text[0] = '\0';
	if (fd == -1)
		return -1;
	while (got > 0 && have < FILE_BYTES - 1) {
		got = read(fd, text + have, FILE_BYTES - 1 - have);
		if (got > 0)
			have += (size_t)got;
		else if (got == -1 && errno == EINTR)
			got = 1;
	}
	fd_close(&fd);
	text[got == -1 ? 0 : have] = '\0';
	return got == -1 ? -1 : 0;
}

/* What follows the word in the line that begins with it, or NULL. */
static const char *
find_count(const char *text)
{
	static const char key[] = "oom_kill ";

	while (strncmp(text, key, sizeof(key) - 1) != 0) {
		text = strchr(text, '\n');
		if (text == NULL)
			return NULL;
		text++;
	}
	return text + sizeof(key) - 1;
}

/* -1: there is none. */
static int64_t
read_count(const char *path)
{
	char all[FILE_BYTES], *end;
	const char *text;
	long long count;

	text = read_file(path, all) == 0 ? find_count(all) : NULL;
	if (text == NULL || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	count = strtoll(text, &end, 10);
	if (errno != 0 || (*end != '\n' && *end != '\0'))
		return -1;
	return count;
}

int
oom_init_file(struct oom *oom, const char *path)
{
	int64_t count = read_count(path);

	*oom = (struct oom) { .seen = count };
	if (count == -1 || strlen(path) >= sizeof(oom->path))
		return -1;
	memcpy(oom->path, path, strlen(path) + 1);
	return 0;
}

/* Is `word` one of the words of `list`, which commas part? */
static bool
has_word(const char *list, const char *word)
{
	size_t length = strlen(word), own;

	for (;; list += own + 1) {
		own = strcspn(list, ",");
		if (own == length && strncmp(list, word, length) == 0)
			return true;
		if (list[own] == '\0')
			return false;
	}
}

/* Of a line "4:memory:/group": in a container the group may be what is
 * mounted, or below it. */
static int
try_group(struct oom *oom, const char *controllers, const char *group)
{
	const char *mount = "/sys/fs/cgroup/memory",
		   *file = "memory.oom_control";
	char path[OOM_PATH_BYTES];

	if (controllers[0] == '\0') {
		mount = "/sys/fs/cgroup";
		file = "memory.events";
	} else if (!has_word(controllers, "memory")) {
		return -1;
	}
	if ((size_t)snprintf(path, sizeof(path), "%s%s/%s", mount, group,
		file) < sizeof(path) &&
	    oom_init_file(oom, path) == 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/%s", mount, file);
	return oom_init_file(oom, path);
}

void
oom_init(struct oom *oom)
{
	char list[FILE_BYTES], *line, *next, *group;

	(void)read_file("/proc/self/cgroup", list);
	for (line = list; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		if (*next != '\0')
			*next++ = '\0';
		line = strchr(line, ':');
		group = line != NULL ? strchr(line + 1, ':') : NULL;
		if (group == NULL)
			continue;
		*group++ = '\0';
		if (try_group(oom, line + 1, group) == 0)
			return;
	}
	(void)oom_init_file(oom, "/proc/vmstat");
}

bool
oom_take(struct oom *oom, int64_t now_ms)
{
	int64_t count = oom->path[0] != '\0' ? read_count(oom->path) : -1;

	if (now_ms - oom->risen_ms > OOM_FRESH_MS)
		oom->victims = 0;
	if (count > oom->seen) {
		oom->victims += count - oom->seen;
		oom->risen_ms = now_ms;
		oom->seen = count;
	}
	if (oom->victims == 0)
		return false;
	oom->victims--;
	return true;
}
