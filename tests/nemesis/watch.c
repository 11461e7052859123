/*
 * Reads /proc.  A process that goes away meanwhile is one that is not there.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define PATH_BYTES 300
#define DELETED	   " (deleted)"

/* A file of a process, as far as it fits, with a NUL behind it; bytes, or
 * -1. */
static ssize_t
slurp(pid_t pid, const char *name, char *text, size_t room)
{
	char path[PATH_BYTES];
	size_t used = 0;
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	while (used < room - 1 &&
	    (got = read(fd, text + used, room - 1 - used)) > 0)
		used += (size_t)got;
	(void)close(fd);
	text[used] = '\0';
	return (ssize_t)used;
}

bool
process_read(pid_t pid, struct process *process)
{
	char text[1024], *behind_name;
	long parent;
	unsigned long user, system;

	process->state = '\0';
	if (slurp(pid, "stat", text, sizeof(text)) <= 0)
		return false;
	behind_name = strrchr(text, ')');
	if (behind_name == NULL ||
	    sscanf(behind_name + 1,
		" %c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		&process->state, &parent, &user, &system) != 4)
		return false;
	process->pid = pid;
	process->parent = (pid_t)parent;
	process->ticks = user + system;
	return true;
}

static void
add_process(struct crowd *crowd, const struct process *process)
{
	if (crowd->count < WATCH_MOST)
		crowd->of[crowd->count++] = *process;
}

/* Calls `take` for each process that there is. */
static void
each_process(void (*take)(void *arg, pid_t pid), void *arg)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			take(arg, (pid_t)strtol(entry->d_name, NULL, 10));
	(void)closedir(folder);
}

struct search {
	struct crowd *crowd;
	pid_t parent;
	const char *mark;
};

static void
take_child(void *arg, pid_t pid)
{
	const struct search *search = arg;
	struct process process;

	if (process_read(pid, &process) && process.parent == search->parent)
		add_process(search->crowd, &process);
}

void
crowd_of_children(pid_t parent, struct crowd *crowd)
{
	struct search search = { .crowd = crowd, .parent = parent };

	crowd->count = 0;
	each_process(take_child, &search);
}

static bool
has_line(const char *text, size_t bytes, const char *line)
{
	const char *at = text;

	for (; at < text + bytes; at += strlen(at) + 1)
		if (strcmp(at, line) == 0)
			return true;
	return false;
}

static void
take_marked(void *arg, pid_t pid)
{
	static char text[65536];
	const struct search *search = arg;
	struct process process;
	ssize_t bytes;

	if (pid == getpid())
		return;
	bytes = slurp(pid, "environ", text, sizeof(text));
	if (bytes > 0 && has_line(text, (size_t)bytes, search->mark) &&
	    process_read(pid, &process))
		add_process(search->crowd, &process);
}

void
crowd_of_marked(const char *mark, struct crowd *crowd)
{
	struct search search = { .crowd = crowd, .mark = mark };

	crowd->count = 0;
	each_process(take_marked, &search);
}

bool
crowd_has(const struct crowd *crowd, pid_t pid)
{
	unsigned i;

	for (i = 0; i < crowd->count; i++)
		if (crowd->of[i].pid == pid)
			return true;
	return false;
}

unsigned
crowd_zombies(const struct crowd *crowd)
{
	unsigned i, zombies = 0;

	for (i = 0; i < crowd->count; i++)
		zombies += crowd->of[i].state == 'Z';
	return zombies;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "socket:[123]" becomes "socket:[]"; what has no name any more had one that
 * says nothing. */
static void
forget_numbers(char *target, size_t room)
{
	char *number = strstr(target, ":["), *name = strrchr(target, '/');
	const char *end = strstr(target, DELETED);

	if (number != NULL)
		(void)snprintf(number, 4, ":[]");
	if (end != NULL && name != NULL && name < end)
		(void)snprintf(name + 1, room - (size_t)(name + 1 - target),
		    "*%s", DELETED);
}

static char *
read_link_of(const char *folder, const char *name)
{
	char path[PATH_BYTES], target[PATH_BYTES];
	ssize_t bytes;

	(void)snprintf(path, sizeof(path), "%.200s/%.32s", folder, name);
	bytes = readlink(path, target, sizeof(target) - 1);
	if (bytes == -1)
		return NULL;
	target[bytes] = '\0';
	forget_numbers(target, sizeof(target));
	return strdup(target);
}

static unsigned
read_links(const char *path, char **lines, unsigned most)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	unsigned count = 0;

	if (folder == NULL)
		return 0;
	while (count < most && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		lines[count] = read_link_of(path, entry->d_name);
		count += lines[count] != NULL;
	}
	(void)closedir(folder);
	return count;
}

char *
descriptors_of(pid_t pid)
{
	static char *lines[WATCH_MOST];
	char path[PATH_BYTES], *text;
	size_t room = 1;
	unsigned i, count;

	(void)snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	count = read_links(path, lines, WATCH_MOST);
	qsort(lines, count, sizeof(lines[0]), compare_lines);
	for (i = 0; i < count; i++)
		room += strlen(lines[i]) + 1;
	text = count > 0 ? malloc(room) : NULL;
	if (text != NULL)
		text[0] = '\0';
	for (i = 0; i < count; i++) {
		if (text != NULL) {
			(void)strcat(text, lines[i]);
			(void)strcat(text, "\n");
		}
		free(lines[i]);
	}
	return text;
}

long
memory_of(pid_t pid)
{
	char text[8192];
	const char *line;

	if (slurp(pid, "status", text, sizeof(text)) <= 0)
		return -1;
	line = strstr(text, "\nRssAnon:");
	return line != NULL ? strtol(line + 9, NULL, 10) : -1;
}

ino_t
program_of(pid_t pid)
{
	char path[PATH_BYTES];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

bool
has_mapped(pid_t pid, const char *path)
{
	static char text[262144];
	char line[PATH_BYTES];

	(void)snprintf(line, sizeof(line), "%s\n", path);
	return slurp(pid, "maps", text, sizeof(text)) > 0 &&
	    strstr(text, line) != NULL;
}

/* Is the socket with this inode one of the process? */
static bool
has_socket(pid_t pid, unsigned long inode)
{
	char path[PATH_BYTES], wanted[64], target[64];
	ssize_t bytes;
	int fd;

	(void)snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	for (fd = 0; fd < 256; fd++) {
		(void)snprintf(path, sizeof(path), "/proc/%ld/fd/%d", (long)pid,
		    fd);
		bytes = readlink(path, target, sizeof(target) - 1);
		if (bytes == -1)
			continue;
		target[bytes] = '\0';
		if (strcmp(target, wanted) == 0)
			return true;
	}
	return false;
}

unsigned
port_of(pid_t pid, const char *table)
{
	static char text[1048576];
	unsigned port, state, found = 0;
	unsigned long inode;
	char name[16], *line;

	(void)snprintf(name, sizeof(name), "net/%s", table);
	if (slurp(pid, name, text, sizeof(text)) <= 0)
		return 0;
	for (line = strchr(text, '\n'); line != NULL;
	     line = strchr(line + 1, '\n'))
		if (sscanf(line + 1,
			" %*u: %*[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %lu",
			&port, &state, &inode) == 3 &&
		    state == 0x0a && (found == 0 || port < found) &&
		    has_socket(pid, inode))
			found = port;
	return found;
}

#ifdef __linux__

int
limit_get(pid_t pid, int resource, uint64_t *soft)
{
	struct rlimit limit;

	if (prlimit(pid, resource, NULL, &limit) == -1)
		return -1;
	*soft = limit.rlim_cur;
	return 0;
}

int
limit_set(pid_t pid, int resource, uint64_t soft)
{
	struct rlimit limit;

	if (prlimit(pid, resource, NULL, &limit) == -1)
		return -1;
	limit.rlim_cur = (rlim_t)soft;
	return prlimit(pid, resource, &limit, NULL);
}

#else

int
limit_get(pid_t pid, int resource, uint64_t *soft)
{
	(void)pid;
	(void)resource;
	(void)soft;
	errno = ENOSYS;
	return -1;
}

int
limit_set(pid_t pid, int resource, uint64_t soft)
{
	(void)pid;
	(void)resource;
	(void)soft;
	errno = ENOSYS;
	return -1;
}

#endif
