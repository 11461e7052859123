/*
 * A load under way: many connections in one thread.
 * Runs in: prefork-client.
 */
#ifndef PREFORK_CLIENT_LOAD_H
#define PREFORK_CLIENT_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"
#include "base/loop.h"
#include "client/options.h"

/* Of an operation that failed. */
enum load_error {
	LOAD_REFUSED,	 /* connection refused */
	LOAD_RESET,	 /* connection reset, or broken pipe */
	LOAD_TIMED_OUT,	 /* -w */
	LOAD_EOF,	 /* the server ended before its answer did */
	LOAD_WRONG,	 /* other bytes, or more, than were sent */
	LOAD_NO_ADDRESS, /* this machine has no port left for a connection */
	LOAD_OTHER,
	LOAD_ERRORS
};

/* "refused" .. */
const char *load_error_name(enum load_error error);

struct load_conn;

struct load {
	const struct options *options;
	struct target target;
	struct loop *loop;
	struct load_conn *conns;
	unsigned active; /* of them */
	bool stopping;	 /* no operation begins any more */
	uint64_t begun, done, failed, connected; /* operations; connections */
	uint64_t errors[LOAD_ERRORS];
	uint64_t took[HISTOGRAM_BUCKETS];
	uint64_t longest_us;
	int64_t begun_ms, until_ms, ended_ms;
	int64_t look_ms;	/* when deadlines are looked at again */
	unsigned char *pattern; /* what is sent, from different places */
};

/* load_conn.c: each begins its first operation.  -1 with `e`. */
int load_begin(struct load *load, struct error *e);
/* Who waits too long fails, who paused goes on. */
void load_look(struct load *load, int64_t now_ms);
/* Close what is open. */
void load_end(struct load *load);

/* load_report.c: a line now and then while it runs, on standard error: in
 * place on a terminal. */
void load_progress(const struct load *load, int64_t now_ms);
/* The line in place gives way. */
void load_progress_end(void);
void load_report(const struct load *load);

#endif
