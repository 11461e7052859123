/*
 * One log line as bytes.  Only log*.c and the access log include this.  Runs
 * in: every process.
 */
#ifndef PREFORK_BASE_LOG_LINE_H
#define PREFORK_BASE_LOG_LINE_H

#include <stddef.h>
#include <time.h>

#include "base/msg.h"

/* Room for a stamp of either kind, terminator included. */
#define LOG_STAMP_BYTES 64

/* "2026-11-22T22:00:00.123Z ": UTC, so that lines sort and never repeat.
 * Async-signal-safe. */
void log_stamp_file(char stamp[LOG_STAMP_BYTES], const struct timespec *now);
/* "<30>", and the log daemon adds the time: for signal handlers, which may not
 * ask for the local one.  RFC 3164 4.3.2.  Async-signal-safe. */
void log_stamp_bare(char stamp[LOG_STAMP_BYTES], int priority);
/* "<30>Nov 22 22:00:00 ": local time and English months, RFC 3164 4.1. */
void log_stamp_syslog(char stamp[LOG_STAMP_BYTES], const struct timespec *now,
    int priority);
/* Of a priority, beside the facility. */
int log_severity(enum msg_level level);
/*
 * Append `bytes` of `from` to line[*used..room-1], control bytes as \xHH; what
 * does not fit is cut, never inside an escape.
 */
void log_line_append(char *line, size_t room, size_t *used, const char *from,
    size_t bytes);

#endif
