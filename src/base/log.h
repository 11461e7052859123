/*
 * The log: one write(2) per line, no stdio, never blocks, never ends the
 * process.  A line that the sink does not take is counted and told later
 * (PF0606).  errno is kept by every function.  Only log_emergency is
 * async-signal-safe.
 *
 * A line to stderr:  preforkd[123]: PF0200 listening on 127.0.0.1:7007
 * with a scope:      preforkd[124]: echo/3: PF0311 hello
 * to a file:         2026-11-22T22:00:00.123Z preforkd[123]: ...
 * for a manager:     <6>preforkd[123]: ..., where JOURNAL_STREAM names 2
 * as JSON:           one object a line; log_json.c has its members
 *
 * Runs in: every process; a worker inherits the master's sink and only
 * changes the scope.
 */
#ifndef PREFORK_BASE_LOG_H
#define PREFORK_BASE_LOG_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum log_sink {
	LOG_SINK_STDERR, /* the default, before anything is opened */
	LOG_SINK_SYSLOG, /* own non-blocking datagram to the system's log */
	LOG_SINK_FILE,
};

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Longest line, newline included; the rest is cut.  <= PIPE_BUF (POSIX: at
 * least 512, 4096 where we run), so that lines of many writers do not mix. */
#define LOG_LINE_BYTES 1024

/* Program name of each line.  The string is not copied. */
void log_set_ident(const char *ident);
/* "echo/3" for a worker, NULL for none.  Copied, cut at 63 bytes. */
void log_set_scope(const char *scope);
/* The same, and what JSON tells of a worker.  `service` is not copied. */
void log_set_worker(const char *service, unsigned slot, uint32_t generation);
/* Lines above this level are not written.  Default LEVEL_INFO. */
void log_set_level(enum msg_level level);
/* From now on *level, less one, is the level; 0: the one that was set. */
void log_share_level(const _Atomic uint32_t *level);
/*
 * Lines that this process loses, and those of them that a PF0606 has told, are
 * counted there as well.  What is lost and not told is for us to tell.
 */
void log_share_losses(_Atomic uint64_t *lost, _Atomic uint64_t *told);
/* That memory will be gone: the counts go on in our own, and so does the
 * level. */
void log_unshare(void);
/* The counts of one that is dead become ours. */
void log_take_losses(uint64_t lost, uint64_t told);

/* Of lines to syslog: LOG_DAEMON, the default, or another one of syslog.h. */
void log_set_facility(int facility);
void log_set_format(enum log_format format);

/* A sink that is open and not in use yet. */
struct log_opened {
	enum log_sink sink;
	int fd;	    /* or -1 */
	char *path; /* of LOG_SINK_FILE */
};

/*
 * Open a sink.  A file: for appending, 0640, never through a link in the last
 * part of `path`, which is copied.  0, or -1 with `e` (LOG_OPEN); only files
 * can fail.  log_use or log_discard must follow.
 */
int log_prepare(struct log_opened *opened, enum log_sink sink, const char *path,
    struct error *e);
/* Lines go there from now on; the former sink is closed. */
void log_use(struct log_opened *opened);
void log_discard(struct log_opened *opened);
/* One that a process before us had open. */
int log_prepare_fd(struct log_opened *opened, const char *path, int fd);
/* Both at once.  -1: the former sink is kept. */
int log_open_file(const char *path, struct error *e);
/* Where 2 is a pipe, through a non-blocking description of its own. */
void log_open_stderr(void);
/* Connects to the system's log socket, again after each failed write.  Never
 * fails: without a log daemon lines are counted as dropped. */
void log_open_syslog(void);
/* USR1: open the path again, or connect to syslog again; a failure keeps the
 * former descriptor. */
int log_reopen(struct error *e);
/* Descriptor of the sink where it is not 2 itself, or -1: what a child must
 * keep. */
int log_fd(void);
/* Sink, format and facility as a number that is not 0, for log_adopt. */
uint32_t log_kind(void);
/* Take over the sink of another process: its kind (0: as before) and its
 * log_fd, which is ours from now on. */
void log_adopt(uint32_t kind, int fd);

/* Open a file to append lines to, as log_prepare does.  -1 with errno. */
int log_open_path(const char *path);
/* What a process remembers of a file that it writes lines to: nothing, as long
 * as all goes well. */
struct log_trouble {
	bool torn;	    /* it took a part of the last line */
	int64_t refused_ms; /* CLOCK_MONOTONIC of its last error, or 0 */
};

/* How long a file that refused a line, as a full disk does, is left alone:
 * lines are lost at once then, without a system call. */
#define LOG_PAUSE_MS 100

/* One line, which ends with a newline, to such a file; never waits.  False: it
 * was not taken.  Async-signal-safe. */
bool log_write(int fd, const char *line, size_t bytes,
    struct log_trouble *trouble);
/* A line that was to go by log_write was lost: PF0606 tells it as well. */
void log_count_lost(void);

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
/* What lines are held against now. */
enum msg_level log_level(void);
/* Lines lost since the start of this process. */
unsigned long log_dropped(void);

#endif
