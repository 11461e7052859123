/*
 * What the tests of module copies share.  The room's files are compiled into
 * each with calls that count, fail or do mischief.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_SNAPSHOT_RIG_H
#define PREFORK_TESTS_SNAPSHOT_RIG_H

#include <sys/stat.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "module/module.h"
#include "rig.h"
#include "tap.h"

static int calls, fail_at;
static bool without_memory, without_proc;
static void (*meanwhile)(void); /* while a file is read */

/* True for the call that is to fail. */
static bool
fails(void)
{
	if (++calls != fail_at)
		return false;
	errno = ENOSPC;
	return true;
}

static int
try_memory_code(const char *name)
{
	if (without_memory) {
		errno = ENOSYS;
		return -1;
	}
	return fails() ? -1 : fd_memory_code(name);
}

static int
try_open(const char *path, int flags, mode_t mode)
{
	return fails() ? -1 : fd_open(path, flags, mode);
}

static int
try_write_all(int fd, const void *data, size_t bytes)
{
	return fails() ? -1 : fd_write_all(fd, data, bytes);
}

static int
try_set_cloexec(int fd, bool on)
{
	return fails() ? -1 : fd_set_cloexec(fd, on);
}

static int
try_seal(int fd)
{
	return fails() ? -1 : fd_seal(fd);
}

static int
try_chmod(int fd, mode_t mode)
{
	return fails() ? -1 : fchmod(fd, mode);
}

static int
try_stat(int fd, struct stat *st)
{
	return fails() ? -1 : fstat(fd, st);
}

static int
try_temporary(char *template)
{
	return fails() ? -1 : mkstemp(template);
}

static ssize_t
try_read(int fd, void *data, size_t bytes, off_t at)
{
	if (meanwhile != NULL)
		meanwhile();
	return fails() ? -1 : pread(fd, data, bytes, at);
}

static int
try_access(const char *path, int mode)
{
	return without_proc ? -1 : access(path, mode);
}

#define fd_memory_code try_memory_code
#define fd_open	       try_open
#define fd_write_all   try_write_all
#define fd_set_cloexec try_set_cloexec
#define fd_seal	       try_seal
#define fchmod	       try_chmod
#define fstat(fd, st)  try_stat(fd, st)
#define mkstemp	       try_temporary
#define pread	       try_read
#define access	       try_access

/* In this order: each needs the calls above. */
/* clang-format off */
#include "module/snapshot.c"
#include "module/snapshot_file.c"
#include "module/snapshot_load.c"
/* clang-format on */

#undef fd_open
#undef pread
#undef fd_set_cloexec

static const char *folder, *file;

static void
put(const char *path, const char *text, size_t bytes)
{
	int fd = fd_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	rig_require(fd >= 0 && write(fd, text, bytes) == (ssize_t)bytes,
	    "write");
	fd_close(&fd);
}

static void
put_text(const char *text)
{
	put(file, text, strlen(text));
}

static struct module_snapshot
take(void)
{
	struct module_snapshot snapshot = MODULE_SNAPSHOT_NONE;
	struct error e = { .id = PF_NONE };

	ok(module_snapshot_take(&snapshot, file, &e) == 0, "it is copied");
	if (e.id != PF_NONE)
		printf("# %s\n", e.text);
	return snapshot;
}

static void
snapshot_setup(void)
{
	(void)alarm(RIG_DEADLINE_S);
	folder = rig_folder();
	rig_require(setenv("TMPDIR", folder, 1) == 0 &&
		chmod(folder, 01777) == 0,
	    "folder");
	file = rig_path(folder, "module.so");
}

/* With all that the system has, and without. */
static int
snapshot_test(void (*test)(const char *how))
{
	int fds = rig_count_fds();

	snapshot_setup();
	test("as the system can");
	without_memory = true;
	test("without memory files");
	without_proc = true;
	test("without /proc");
	is_int(rig_count_fds(), fds, "no descriptor is left");
	(void)unlink(file);
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}

#endif
