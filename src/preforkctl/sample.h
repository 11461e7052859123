/*
 * The daemon's figures at one moment, and what became of them since another.
 * Runs in: preforkctl.
 */
#ifndef PREFORK_PREFORKCTL_SAMPLE_H
#define PREFORK_PREFORKCTL_SAMPLE_H

#include <stdint.h>

#include "base/error.h"
#include "base/histogram.h"

#define SAMPLE_SERVICES 256
#define SAMPLE_NAME	32

struct service_sample {
	char name[SAMPLE_NAME];
	unsigned wanted, idle, busy, starting, draining, backoff;
	unsigned long long accepted, active, refused, crashed;
	long long queue, backlog;	    /* -1: the system does not tell */
	uint64_t served[HISTOGRAM_BUCKETS]; /* durations, accept to close */
	/* By sample_compare. */
	uint64_t p50_us, p99_us; /* of those that ended since; 0: none did */
	double accepted_s, refused_s; /* a second */
	double share;		      /* of the workers that are busy */
};

struct sample {
	int64_t taken_ms;
	char version[32], state[16];
	long pid;
	unsigned generation;
	long long uptime_ms;
	unsigned long long reloads, failures;
	unsigned count;
	struct service_sample services[SAMPLE_SERVICES];
};

/* Ask the daemon at `path`.  0, or -1 with `e`. */
int sample_take(const char *path, struct sample *out, struct error *e);
/* Fill in the rates since `before`; a service that is new has none. */
void sample_compare(const struct sample *before, struct sample *now);

#endif
