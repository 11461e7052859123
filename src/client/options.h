/*
 * What the command line of prefork-client says.
 * Runs in: prefork-client.
 */
#ifndef PREFORK_CLIENT_OPTIONS_H
#define PREFORK_CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/target.h"

/* A datagram holds no more. */
#define OPTIONS_DATAGRAM_BYTES 65507

struct options {
	bool json, datagrams;
	const char *unix_path; /* or NULL */
	int64_t timeout_ms;    /* of a connection or an answer */
	/* load */
	int64_t connections, count; /* count 0: for duration_ms */
	int64_t duration_ms;
	int64_t bytes; /* of an operation */
	bool keepalive;
	int word_count; /* behind the options */
	char **words;
};

/* The server: -U, or HOST PORT, which are the first two of `words`.  -1 with
 * `e`. */
int options_target(const struct options *options, char *const *words,
    struct target *target, struct error *e);

/* The verbs; each returns an exit code. */
int run_echo(const struct options *options);
int run_lookup(const struct options *options);
int run_load(const struct options *options);
int run_script(const struct options *options);

#endif
