/*
 * What the parts of the log share.  Only log*.c include this.
 * Runs in: every process.
 */
#ifndef PREFORK_BASE_LOG_STATE_H
#define PREFORK_BASE_LOG_STATE_H

#include <sys/types.h>

#include "base/log.h"

#define LOG_SCOPE_BYTES 64

struct log_state {
	enum log_sink sink;
	enum log_format format;
	enum msg_level level;
	const _Atomic uint32_t *shared_level; /* or NULL */
	int facility;
	int fd;		/* -1: standard error itself, or no log daemon */
	bool is_socket; /* standard error is one */
	bool prefixed;	/* its reader wants <6> before a line */
	struct log_trouble trouble;
	char *path; /* of LOG_SINK_FILE */
	const char *ident;
	char scope[LOG_SCOPE_BYTES];
	const char *service; /* of a worker, or NULL */
	unsigned slot;
	uint32_t generation;
	pid_t pid; /* whose losses are counted */
	/* Where the counts are: in `own`, or shared. */
	_Atomic uint64_t *lost, *told;
	_Atomic uint64_t own_lost, own_told;
};

extern struct log_state log_state;

/* log_sink.c: one line, whose newline is its last byte but to syslog, where
 * it has none.  Was it taken?  Async-signal-safe. */
bool log_sink_send(const char *line, size_t bytes);

#endif
