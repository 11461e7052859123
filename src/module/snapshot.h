/*
 * A private copy of a module's file, made when a generation is built, so that
 * all its workers run the same code, whatever becomes of the file meanwhile:
 * written over, cut, replaced, removed.  The master makes and keeps it and
 * maps no byte of it; each worker loads the module from it.
 *
 * The copy is a sealed file in memory where the system has them, else a
 * temporary file that has no name any more and is open for reading only.  It
 * is close-on-exec, and can be loaded by those who could read the file.
 * Runs in: master; module_snapshot_before_chroot, module_snapshot_dlopen
 * and module_snapshot_is_of in worker and probe.
 */
#ifndef PREFORK_MODULE_SNAPSHOT_H
#define PREFORK_MODULE_SNAPSHOT_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"

#define SNAPSHOT_BYTES_MAX (256L << 20)

struct module_snapshot {
	int fd;	      /* -1: there is none */
	int names_fd; /* folder where fd's number is its name; -1: /proc's */
};

#define MODULE_SNAPSHOT_NONE \
	((struct module_snapshot) { .fd = -1, .names_fd = -1 })

/*
 * Copy the file at `path`.  Waits for nothing but the disk: a FIFO or a device
 * is refused.  -1 with `e` and no copy: MODULE_OPEN (not there, not to be
 * read, not a regular file), MODULE_FILE (changes all the time, too big),
 * MODULE_COPY (no room).
 */
int module_snapshot_take(struct module_snapshot *snapshot, const char *path,
    struct error *e);
/* One that was made by the process image before us; fd is taken over.  -1
 * with errno. */
int module_snapshot_adopt(struct module_snapshot *snapshot, int fd);
void module_snapshot_close(struct module_snapshot *snapshot);

/* To be called before a chroot(2), after which it could not be found. */
void module_snapshot_before_chroot(struct module_snapshot *snapshot);
/* The copy as dlopen(3) gives it, or NULL.  Either way it is for the caller to
 * close the snapshot: a handler must not see its descriptor.  Behind a chroot
 * the working directory is / afterwards, but is outside while the module's
 * constructors run. */
void *module_snapshot_dlopen(const struct module_snapshot *snapshot);
/* Does the file at `path` have the bytes of the copy?  Not if it cannot be
 * read. */
bool module_snapshot_is_of(const struct module_snapshot *snapshot,
    const char *path);

/* snapshot_file.c: a new empty file in $TMPDIR, /tmp or /var/tmp that only we
 * can use; its name goes to `path`.  A descriptor, or -1 with errno. */
int snapshot_file(char path[PATH_MAX]);
/* `bytes` bytes from the start of one file to another: 0, 1 when the first
 * ended before, -1 with errno when it cannot be read, -2 when the second
 * cannot be written. */
int snapshot_copy(int from, int to, long bytes);
/* Have both files the same bytes?  Not if one cannot be read. */
bool snapshot_equal(int one, int other);

#endif
