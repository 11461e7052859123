/*
 * One line of the access log as bytes.
 * Runs in: worker.
 */
#ifndef PREFORK_WORKER_ACCESS_LINE_H
#define PREFORK_WORKER_ACCESS_LINE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "config/access.h"

/* With its newline.  All fields at their longest are shorter. */
#define ACCESS_LINE_BYTES 4096

/* Of a number that nobody knows. */
#define ACCESS_NONE (-1)

/* A connection that has ended. */
struct access_entry {
	struct timespec time;
	const char *service;
	unsigned slot;
	pid_t pid;
	uint32_t generation;
	uint64_t connection;
	const char *client, *peer, *local;
	int64_t received, sent; /* bytes, or ACCESS_NONE */
	int64_t first_us;	/* from the begin, or ACCESS_NONE */
	int64_t duration_us;
	bool timed_out;
	int result;
	const char *note;
};

/*
 * The fields that are wanted, as name=value or as an object (RFC 8259), and a
 * newline, which is the only one.  A value that is more than a word is quoted,
 * with \" \\ and \xHH for bytes that are no visible characters; - is none, null
 * in JSON.  Its length; 0 where it does not fit.
 */
size_t access_line(const struct access_settings *access,
    const struct access_entry *entry, char line[ACCESS_LINE_BYTES]);

#endif
