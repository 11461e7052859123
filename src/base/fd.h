/*
 * Descriptors: close-on-exec from birth, -1 is none, one owner each.
 * All return 0 or a descriptor, or -1 with errno.  Runs in: every process.
 */
#ifndef PREFORK_BASE_FD_H
#define PREFORK_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Close *fd if it is one and set it to -1; errno is kept. */
void fd_close(int *fd);
int fd_set_cloexec(int fd, bool on);
int fd_set_nonblocking(int fd, bool on);
/* open(2) with O_CLOEXEC, retried on EINTR. */
int fd_open(const char *path, int flags, mode_t mode);
/* Both ends close-on-exec; `nonblocking` sets both ends so. */
int fd_pipe(int ends[2], bool nonblocking);
/* AF_UNIX SOCK_STREAM, both ends close-on-exec and blocking. */
int fd_socketpair(int ends[2]);
/* socket(2), close-on-exec; `nonblocking` as it says. */
int fd_socket(int family, int type, bool nonblocking);
/* Make 0, 1 and 2 open (on /dev/null where they are not), before anything
 * else is opened: a socket must not become somebody's stderr. */
int fd_ensure_stdio(void);
/* Point 0, 1 and, if `with_stderr`, 2 at /dev/null. */
int fd_detach_stdio(bool with_stderr);
/*
 * Close every descriptor above 2 that is not among keep[0..count-1] (order
 * does not matter, -1 is passed over, count <= 300).  Safe in a child between
 * fork and its main loop; one system call per gap where close_range(2)
 * exists, else by listing /proc/self/fd, else up to the limit.
 */
void fd_close_others(const int *keep, size_t count);
/* A readable and writable file without a name, empty, close-on-exec; `name` is
 * for who looks into /proc. */
int fd_memory(const char *name);
/* The same for program code: it can be mapped to be run, and sealed.  -1 with
 * ENOSYS where the system has no such files; `name` has at most 200 bytes. */
int fd_memory_code(const char *name);
/* From now on nobody can change what fd_memory_code made. */
int fd_seal(int fd);
/* Memory of zeros that this process and those that it forks have in common,
 * until munmap(2).  NULL with errno. */
void *fd_memory_shared(const char *name, size_t bytes);
/* Write all of it to a blocking descriptor; retried on EINTR. */
int fd_write_all(int fd, const void *data, size_t bytes);

#endif
