/*
 * The log of this process: level, sink, and the count of what was lost.
 * Responsible for getting a line out or counting it; not for what it says
 * (log_line.c) nor for the log daemon (log_syslog.c).  Nothing here logs.
 * Runs in: every process.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/log_line.h"
#include "base/log_syslog.h"
#include "base/safe_text.h"

#define SCOPE_BYTES 64

static struct {
	enum log_sink sink;
	enum msg_level level;
	int facility;
	int fd;	    /* -1: standard error itself, or no log daemon */
	bool torn;  /* the sink took a part of our last line */
	char *path; /* of LOG_SINK_FILE */
	const char *ident;
	char scope[SCOPE_BYTES];
	pid_t pid; /* whose losses are counted */
	unsigned long dropped;
	unsigned long untold; /* of these, not yet in a PF0606 line */
} state = { .level = LEVEL_INFO,
	.facility = LOG_DAEMON,
	.fd = -1,
	.ident = "prefork" };

void
log_set_ident(const char *ident)
{
	state.ident = ident;
}

void
log_set_scope(const char *scope)
{
	int saved = errno;

	(void)snprintf(state.scope, sizeof(state.scope), "%s",
	    scope != NULL ? scope : "");
	errno = saved;
}

void
log_set_level(enum msg_level level)
{
	state.level = level;
}

void
log_set_facility(int facility)
{
	state.facility = facility;
}

/* A child answers for its own losses, the parent for the rest. */
static void
forget_parent(void)
{
	pid_t pid = getpid();

	if (state.pid == pid)
		return;
	state.pid = pid;
	state.dropped = 0;
	state.untold = 0;
}

static void
set_sink(enum log_sink sink, int fd, char *path)
{
	fd_close(&state.fd);
	free(state.path);
	state.sink = sink;
	state.fd = fd;
	state.path = path;
	state.torn = false;
}

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

void
log_open_stderr(void)
{
	int saved = errno;

	set_sink(LOG_SINK_STDERR, open_own_stderr(), NULL);
	errno = saved;
}

void
log_open_syslog(void)
{
	int saved = errno;

	/* localtime_r need not load the zone, and a chroot hides it. */
	tzset();
	set_sink(LOG_SINK_SYSLOG, log_syslog_connect(), NULL);
	errno = saved;
}

/* O_NONBLOCK: a FIFO without a reader is an error, not an endless wait. */
static int
open_path(const char *path)
{
	return fd_open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK, 0640);
}

int
log_open_file(const char *path, struct error *e)
{
	int saved = errno, fd = open_path(path);
	char *copy = fd != -1 ? strdup(path) : NULL;

	if (copy == NULL) {
		(void)error_set(e, PF_LOG_OPEN, "open %s: %s", path,
		    strerror(errno));
		fd_close(&fd);
		errno = saved;
		return -1;
	}
	set_sink(LOG_SINK_FILE, fd, copy);
	errno = saved;
	return 0;
}

static int
open_again(struct error *e)
{
	int fd = state.sink == LOG_SINK_FILE ? open_path(state.path) :
					       log_syslog_connect();

	if (fd == -1)
		return error_set(e, PF_LOG_OPEN, "reopen %s: %s",
		    state.sink == LOG_SINK_FILE ? state.path : "syslog",
		    strerror(errno));
	log_adopt_fd(fd);
	return 0;
}

int
log_reopen(struct error *e)
{
	int saved = errno, result = 0;

	if (state.sink != LOG_SINK_STDERR)
		result = open_again(e);
	errno = saved;
	return result;
}

int
log_fd(void)
{
	return state.fd;
}

void
log_adopt_fd(int fd)
{
	int saved = errno;

	if (fd >= 0 && fd != state.fd) {
		(void)fd_set_cloexec(fd, true);
		fd_close(&state.fd);
		state.fd = fd;
		state.torn = false;
	}
	errno = saved;
}

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

/* No retry on EINTR: a write that a signal ends was one that waited. */
static bool
write_line(const char *line, size_t bytes)
{
	int fd = state.fd != -1 ? state.fd : STDERR_FILENO;
	ssize_t written;

	if (!writable(fd))
		return false;
	if (state.torn && write(fd, "\n", 1) != 1)
		return false;
	written = write(fd, line, bytes);
	state.torn = written > 0 && (size_t)written < bytes;
	return written == (ssize_t)bytes;
}

static void
stamp_for(char stamp[LOG_STAMP_BYTES], enum msg_level level, bool emergency)
{
	struct timespec now = { 0, 0 };

	stamp[0] = '\0';
	if (state.sink == LOG_SINK_STDERR)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (state.sink == LOG_SINK_FILE)
		log_stamp_file(stamp, &now);
	else if (emergency)
		log_stamp_bare(stamp, state.facility | log_severity(level));
	else
		log_stamp_syslog(stamp, &now,
		    state.facility | log_severity(level));
}

/* "preforkd[123]: echo/3: PF0311 " */
static void
put_head(struct safe_text *head, const struct msg_info *info)
{
	safe_put(head, state.ident);
	safe_put(head, "[");
	safe_put_number(head, state.pid);
	safe_put(head, "]: ");
	if (state.scope[0] != '\0') {
		safe_put(head, state.scope);
		safe_put(head, ": ");
	}
	safe_put(head, "PF");
	safe_put_digits(head, (uint64_t)info->id, 4);
	safe_put(head, " ");
}

static size_t
printed(int result, size_t room)
{
	if (result < 0)
		return 0;
	return (size_t)result < room ? (size_t)result : room - 1;
}

/* What it calls is async-signal-safe but for the stamp of no emergency. */
static bool
send_line(const struct msg_info *info, const char *text, size_t bytes,
    bool emergency)
{
	char line[LOG_LINE_BYTES], stamp[LOG_STAMP_BYTES];
	struct safe_text head;
	size_t used = 0;

	stamp_for(stamp, info->level, emergency);
	safe_begin(&head);
	safe_put(&head, stamp);
	put_head(&head, info);
	log_line_append(line, sizeof(line) - 1, &used, head.bytes, head.used);
	log_line_append(line, sizeof(line) - 1, &used, text, bytes);
	if (state.sink == LOG_SINK_SYSLOG)
		return log_syslog_send(&state.fd, line, used);
	line[used++] = '\n';
	return write_line(line, used);
}

static bool
tell_dropped(void)
{
	char text[64];
	int length;

	if (state.untold == 0)
		return true;
	length = snprintf(text, sizeof(text), "%lu log line%s lost",
	    state.untold, state.untold == 1 ? "" : "s");
	if (!send_line(msg_find(PF_LOG_DROPPED), text,
		printed(length, sizeof(text)), false))
		return false;
	state.untold = 0;
	return true;
}

void
log_vevent(enum msg_id id, const char *format, va_list ap)
{
	const struct msg_info *info = msg_find(id);
	char text[LOG_LINE_BYTES];
	int saved = errno, length;

	if (info->level > state.level)
		return;
	length = vsnprintf(text, sizeof(text), format, ap);
	forget_parent();
	if (!tell_dropped() ||
	    !send_line(info, text, printed(length, sizeof(text)), false)) {
		state.dropped++;
		state.untold++;
	}
	errno = saved;
}

void
log_event(enum msg_id id, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_vevent(id, format, ap);
	va_end(ap);
}

void
log_error(const struct error *e)
{
	log_event(e->id, "%s", e->text);
}

/* Not counted where it is lost: who could tell is about to die. */
void
log_emergency(enum msg_id id, const char *text)
{
	int saved = errno;

	forget_parent();
	(void)send_line(msg_find(id), text, strlen(text), true);
	errno = saved;
}

unsigned long
log_dropped(void)
{
	forget_parent();
	return state.dropped;
}
