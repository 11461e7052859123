/*
 * The system's log as a sink.  Only log.c and its test include this.
 * Runs in: every process.
 */
#ifndef PREFORK_BASE_LOG_SYSLOG_H
#define PREFORK_BASE_LOG_SYSLOG_H

#include <stdbool.h>
#include <stddef.h>

/* Path of the log daemon's socket; not copied.  For tests. */
void log_syslog_set_path(const char *path);
/* A connected, non-blocking socket, or -1 with errno. */
int log_syslog_connect(void);
/* Send one datagram; where the daemon is gone, connect *fd again and retry
 * once.  *fd may be -1 before and after.  Did the daemon take it? */
bool log_syslog_send(int *fd, const char *line, size_t bytes);

#endif
