/*
 * Where lines go: standard error, a file, or the system's log.  Responsible
 * for opening, passing on and writing without ever waiting; not for what a
 * line says.
 * Runs in: every process.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log_state.h"
#include "base/log_syslog.h"

/*
 * All processes of the daemon share a stderr that is a pipe, so that another
 * one can fill it between our poll and our write, which then blocks for as
 * long as the reader sleeps.  An open file description of our own can be
 * non-blocking without changing the one of whoever started us.  Where /dev/fd
 * only duplicates, or the pipe is not ours to open, poll has to be enough.
 */
static int
open_own_stderr(void)
{
	struct stat status;

	if (fstat(STDERR_FILENO, &status) == -1 || !S_ISFIFO(status.st_mode))
		return -1;
	return fd_open("/dev/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK, 0);
}

/* A service manager says "device:inode" of the stream that it reads. */
static bool
is_managers(const struct stat *status)
{
	const char *named = getenv("JOURNAL_STREAM");
	char ours[64];

	(void)snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)status->st_dev,
	    (uintmax_t)status->st_ino);
	return named != NULL && strcmp(named, ours) == 0;
}

static void
look_at_stderr(void)
{
	struct stat status;

	log_state.is_socket = log_state.prefixed = false;
	if (log_state.sink != LOG_SINK_STDERR ||
	    fstat(STDERR_FILENO, &status) == -1)
		return;
	log_state.is_socket = S_ISSOCK(status.st_mode);
	log_state.prefixed = is_managers(&status);
}

/* O_NONBLOCK: a FIFO without a reader is an error, not an endless wait. */
int
log_open_path(const char *path)
{
	return fd_open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
	    0640);
}

static int
refuse(struct error *e, const char *verb, const char *path)
{
	return error_set(e, PF_LOG_OPEN, "%s %s: %s", verb, path,
	    errno == ELOOP ? "a symbolic link is not followed" :
			     strerror(errno));
}

int
log_prepare_fd(struct log_opened *opened, const char *path, int fd)
{
	char *copy = strdup(path);

	if (copy == NULL)
		return -1;
	(void)fd_set_cloexec(fd, true);
	*opened = (struct log_opened) { LOG_SINK_FILE, fd, copy };
	return 0;
}

static int
prepare_file(struct log_opened *opened, const char *path, struct error *e)
{
	int fd = log_open_path(path);

	if (fd == -1)
		return refuse(e, "open", path);
	if (log_prepare_fd(opened, path, fd) == 0)
		return 0;
	(void)refuse(e, "open", path);
	fd_close(&fd);
	return -1;
}

int
log_prepare(struct log_opened *opened, enum log_sink sink, const char *path,
    struct error *e)
{
	int saved = errno, result = 0;

	*opened = (struct log_opened) { .sink = sink, .fd = -1 };
	switch (sink) {
	case LOG_SINK_STDERR:
		opened->fd = open_own_stderr();
		break;
	case LOG_SINK_SYSLOG:
		/* localtime_r need not load the zone, and a chroot hides it. */
		tzset();
		opened->fd = log_syslog_connect();
		break;
	case LOG_SINK_FILE:
		result = prepare_file(opened, path, e);
		break;
	}
	errno = saved;
	return result;
}

void
log_discard(struct log_opened *opened)
{
	fd_close(&opened->fd);
	free(opened->path);
	opened->path = NULL;
}

void
log_use(struct log_opened *opened)
{
	int saved = errno;

	fd_close(&log_state.fd);
	free(log_state.path);
	log_state.sink = opened->sink;
	log_state.fd = opened->fd;
	log_state.path = opened->path;
	log_state.trouble = (struct log_trouble) { 0 };
	opened->fd = -1;
	opened->path = NULL;
	look_at_stderr();
	errno = saved;
}

static void
open_sink(enum log_sink sink)
{
	struct log_opened opened;
	struct error e;

	if (log_prepare(&opened, sink, NULL, &e) == 0)
		log_use(&opened);
}

void
log_open_stderr(void)
{
	open_sink(LOG_SINK_STDERR);
}

void
log_open_syslog(void)
{
	open_sink(LOG_SINK_SYSLOG);
}

int
log_open_file(const char *path, struct error *e)
{
	struct log_opened opened;

	if (log_prepare(&opened, LOG_SINK_FILE, path, e) == -1)
		return -1;
	log_use(&opened);
	return 0;
}

static int
open_again(struct error *e)
{
	int fd = log_state.sink == LOG_SINK_FILE ?
	    log_open_path(log_state.path) :
	    log_syslog_connect();

	if (fd == -1)
		return refuse(e, "reopen",
		    log_state.sink == LOG_SINK_FILE ? log_state.path :
						      "syslog");
	log_adopt(0, fd);
	return 0;
}

int
log_reopen(struct error *e)
{
	int saved = errno, result = 0;

	if (log_state.sink != LOG_SINK_STDERR)
		result = open_again(e);
	errno = saved;
	return result;
}

int
log_fd(void)
{
	return log_state.fd;
}

/* ---------------------------------------------- passed on by the channel */

#define KIND_SINK     0x000fu
#define KIND_JSON     0x0010u
#define KIND_FACILITY 8

uint32_t
log_kind(void)
{
	return ((uint32_t)log_state.sink + 1) |
	    (log_state.format == LOG_FORMAT_JSON ? KIND_JSON : 0) |
	    (uint32_t)log_state.facility << KIND_FACILITY;
}

static void
adopt_kind(uint32_t kind)
{
	log_state.sink = (enum log_sink)((kind & KIND_SINK) - 1);
	log_state.format =
	    (kind & KIND_JSON) != 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
	log_state.facility = (int)(kind >> KIND_FACILITY);
	look_at_stderr();
}

void
log_adopt(uint32_t kind, int fd)
{
	uint32_t sink = kind & KIND_SINK;
	int saved = errno;

	/* No descriptor was free for it: better the former one than none. */
	if (sink > LOG_SINK_FILE + 1 ||
	    (fd < 0 && (sink == 0 || sink == LOG_SINK_FILE + 1)))
		return;
	if (sink != 0)
		adopt_kind(kind);
	if (fd == log_state.fd)
		return;
	if (fd >= 0)
		(void)fd_set_cloexec(fd, true);
	fd_close(&log_state.fd);
	log_state.fd = fd;
	log_state.trouble = (struct log_trouble) { 0 };
	errno = saved;
}

/* ---------------------------------------------------------------- writing */

/*
 * A pipe that polls writable has room for PIPE_BUF bytes, thus for a line.
 * POLLERR is a pipe without a reader: a write would raise SIGPIPE, which an
 * embedder may not ignore.
 */
static bool
writable(int fd)
{
	struct pollfd sink = { .fd = fd, .events = POLLOUT };

	return poll(&sink, 1, 0) == 1 && sink.revents == POLLOUT;
}

/* The time of day costs no system call where a write that fails costs one and
 * the file system's search for room. */
static bool
is_paused(struct log_trouble *trouble)
{
	if (trouble->refused_ms == 0)
		return false;
	if (clock_ms() - trouble->refused_ms < LOG_PAUSE_MS)
		return true;
	trouble->refused_ms = 0;
	return false;
}

/* No retry on EINTR: a write that a signal ends was one that waited. */
static bool
write_noting(int fd, const char *bytes, size_t count,
    struct log_trouble *trouble)
{
	ssize_t written = write(fd, bytes, count);

	if (written == -1 && errno != EAGAIN && errno != EINTR)
		trouble->refused_ms = clock_ms();
	if (written > 0)
		trouble->torn = (size_t)written < count;
	return written == (ssize_t)count;
}

bool
log_write(int fd, const char *line, size_t bytes, struct log_trouble *trouble)
{
	if (is_paused(trouble) || !writable(fd))
		return false;
	if (trouble->torn && !write_noting(fd, "\n", 1, trouble))
		return false;
	return write_noting(fd, line, bytes, trouble);
}

/* A stream that others write to as well can fill behind a poll; send(2) can be
 * told not to wait, without changing the stream for them. */
static bool
send_to_stream(const char *line, size_t bytes)
{
	const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
	ssize_t sent;

	if (log_state.trouble.torn && send(STDERR_FILENO, "\n", 1, flags) != 1)
		return false;
	sent = send(STDERR_FILENO, line, bytes, flags);
	log_state.trouble.torn = sent > 0 && (size_t)sent < bytes;
	return sent == (ssize_t)bytes;
}

bool
log_sink_send(const char *line, size_t bytes)
{
	if (log_state.sink == LOG_SINK_SYSLOG)
		return log_syslog_send(&log_state.fd, line, bytes);
	if (log_state.fd == -1 && log_state.is_socket)
		return send_to_stream(line, bytes);
	return log_write(log_state.fd != -1 ? log_state.fd : STDERR_FILENO,
	    line, bytes, &log_state.trouble);
}
