/*
 * What /proc tells about the daemon's processes.  Nothing here changes
 * anything but limit_set.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_WATCH_H
#define NEMESIS_WATCH_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#define WATCH_MOST 1024

struct process {
	pid_t pid;
	pid_t parent;
	char state;	     /* the letter of ps; 0: there is none */
	unsigned long ticks; /* CPU time used */
};

struct crowd {
	struct process of[WATCH_MOST];
	unsigned count;
};

bool process_read(pid_t pid, struct process *process);
/* All children, zombies too. */
void crowd_of_children(pid_t parent, struct crowd *crowd);
/* All who carry `mark` (NAME=VALUE) in their environment; not zombies. */
void crowd_of_marked(const char *mark, struct crowd *crowd);
bool crowd_has(const struct crowd *crowd, pid_t pid);
unsigned crowd_zombies(const struct crowd *crowd);
/* What the process has open, a line each, sorted, without the numbers of
 * sockets and pipes.  The caller's to free; NULL where it is not to be had. */
char *descriptors_of(pid_t pid);
/* KiB of its memory that is backed by no file; -1 where it is not told. */
long memory_of(pid_t pid);
/* Of the file that it runs; 0 where it is not told. */
ino_t program_of(pid_t pid);
/* Has it mapped the file itself, so that who writes to it changes the code? */
bool has_mapped(pid_t pid, const char *path);
/* The lowest port that it listens at, by "tcp" or "tcp6"; 0: none. */
unsigned port_of(pid_t pid, const char *table);

/* Soft limit of another process; -1 with errno. */
int limit_get(pid_t pid, int resource, uint64_t *soft);
int limit_set(pid_t pid, int resource, uint64_t soft);

#endif
