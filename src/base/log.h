/*
 * The log: one write(2) per line, no stdio, never blocks, never ends the
 * process.  A line that the sink does not take is counted and told later
 * (PF0606).  errno is kept by every function.  Only log_emergency is
 * async-signal-safe.
 *
 * A line to stderr:  preforkd[123]: PF0200 listening on 127.0.0.1:7007
 * with a scope:      preforkd[124]: echo/3: PF0311 hello
 * to a file:         2026-11-22T22:00:00.123Z preforkd[123]: ...
 *
 * Runs in: every process; a worker inherits the master's sink and only
 * changes the scope.
 */
#ifndef PREFORK_BASE_LOG_H
#define PREFORK_BASE_LOG_H

#include <stdarg.h>

#include "base/error.h"

enum log_sink {
	LOG_SINK_STDERR, /* the default, before anything is opened */
	LOG_SINK_SYSLOG, /* own non-blocking datagram to the system's log */
	LOG_SINK_FILE,
};

/* Longest line, newline included; the rest is cut.  <= PIPE_BUF (POSIX: at
 * least 512, 4096 where we run), so that lines of many writers do not mix. */
#define LOG_LINE_BYTES 1024

/* Program name of each line.  The string is not copied. */
void log_set_ident(const char *ident);
/* "echo/3" for a worker, NULL for none.  Copied, cut at 63 bytes. */
void log_set_scope(const char *scope);
/* Lines above this level are not written.  Default LEVEL_INFO. */
void log_set_level(enum msg_level level);

/* Of lines to syslog: LOG_DAEMON, the default, or another one of syslog.h. */
void log_set_facility(int facility);

/* Where 2 is a pipe, through a non-blocking description of its own. */
void log_open_stderr(void);
/* Connects to the system's log socket, again after each failed write.  Never
 * fails: without a log daemon lines are counted as dropped. */
void log_open_syslog(void);
/* Opens for appending (0640, O_NOFOLLOW is not set: operators link logs).
 * 0, or -1 with `e` filled and the former sink kept. */
int log_open_file(const char *path, struct error *e);
/* USR1: open the path again, or connect to syslog again; a failure keeps the
 * former descriptor. */
int log_reopen(struct error *e);
/* Descriptor of the sink where it is not 2 itself, or -1: what a child must
 * keep. */
int log_fd(void);
/* Take `fd` as the sink's descriptor (channel message REOPEN); owns it. */
void log_adopt_fd(int fd);

/* Level and exit code come from the message table. */
void log_event(enum msg_id id, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_vevent(enum msg_id id, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));
void log_error(const struct error *e);
/*
 * The same from a signal handler: of any level, and lost where the sink does
 * not take it.  To syslog without the time, which the daemon adds.
 */
void log_emergency(enum msg_id id, const char *text);
/* Lines lost since the start of this process. */
unsigned long log_dropped(void);

#endif
