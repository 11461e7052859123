/*
 * The daemon's figures, as its verb figures prints them.
 * Runs in: preforkctl.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "preforkctl/sample.h"
#include "preforkctl/talk.h"

/* How long a daemon may take that does not even wait for its workers. */
#define PATIENCE_MS 5000
/* No line of an answer is longer. */
#define LINE_BYTES 2048

static void
take_daemon(struct sample *out, const char *text)
{
	(void)sscanf(text, "daemon %31s %ld %15s %u %lld %llu %llu",
	    out->version, &out->pid, out->state, &out->generation,
	    &out->uptime_ms, &out->reloads, &out->failures);
}

static void
take_service(struct sample *out, const char *text)
{
	struct service_sample *s;

	if (out->count == SAMPLE_SERVICES)
		return;
	s = &out->services[out->count];
	memset(s, 0, sizeof(*s));
	if (sscanf(text,
		"service %31s %u %u %u %u %u %u %llu %llu %llu %llu %lld "
		"%lld",
		s->name, &s->wanted, &s->idle, &s->busy, &s->starting,
		&s->draining, &s->backoff, &s->accepted, &s->active,
		&s->refused, &s->crashed, &s->queue, &s->backlog) != 13)
		return;
	if (s->idle + s->busy + s->draining > 0)
		s->share =
		    (double)s->busy / (double)(s->idle + s->busy + s->draining);
	out->count++;
}

/* Pairs: a bucket and its count. */
static void
take_served(struct sample *out, char *text)
{
	char *rest = NULL, *name, *bucket, *count;
	unsigned i = 0;
	unsigned long index;

	(void)strtok_r(text, " ", &rest);
	name = strtok_r(NULL, " ", &rest);
	while (name != NULL && i < out->count &&
	    strcmp(out->services[i].name, name) != 0)
		i++;
	if (name == NULL || i == out->count)
		return;
	while ((bucket = strtok_r(NULL, " ", &rest)) != NULL &&
	    (count = strtok_r(NULL, " ", &rest)) != NULL) {
		index = strtoul(bucket, NULL, 10);
		if (index < HISTOGRAM_BUCKETS)
			out->services[i].served[index] =
			    strtoull(count, NULL, 10);
	}
}

static void
take_line(void *arg, const char *text)
{
	char line[LINE_BYTES];

	if (strncmp(text, "daemon ", 7) == 0) {
		take_daemon(arg, text);
	} else if (strncmp(text, "served ", 7) == 0) {
		(void)snprintf(line, sizeof(line), "%s", text);
		take_served(arg, line);
	} else {
		take_service(arg, text);
	}
}

int
sample_take(const char *path, struct sample *out, struct error *e)
{
	struct answer answer = { .take = take_line, .arg = out };

	out->count = 0;
	if (talk(path, "figures", clock_ms() + PATIENCE_MS, &answer, e) == -1)
		return -1;
	out->taken_ms = clock_ms();
	if (answer.ended)
		return error_set(e, PF_CONTROL_ENDED,
		    "the daemon has ended, or let go of us, without a word");
	return answer.code == 0 ?
	    0 :
	    error_set(e, PF_CONTROL_FAILED, "%s", answer.text);
}

static double
rate(unsigned long long before, unsigned long long now, int64_t ms)
{
	if (now < before || ms <= 0)
		return 0;
	return (double)(now - before) * 1000 / (double)ms;
}

/* What ended between the two. */
static void
compare_served(const struct service_sample *before, struct service_sample *now)
{
	uint64_t since[HISTOGRAM_BUCKETS];
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		since[i] = now->served[i] >= before->served[i] ?
		    now->served[i] - before->served[i] :
		    0;
	now->p50_us = histogram_quantile_us(since, 500000);
	now->p99_us = histogram_quantile_us(since, 990000);
}

void
sample_compare(const struct sample *before, struct sample *now)
{
	int64_t ms = now->taken_ms - before->taken_ms;
	const struct service_sample *old;
	struct service_sample *s;
	unsigned i, k;

	for (i = 0; i < now->count; i++) {
		s = &now->services[i];
		for (k = 0; k < before->count; k++) {
			old = &before->services[k];
			if (strcmp(old->name, s->name) != 0)
				continue;
			s->accepted_s = rate(old->accepted, s->accepted, ms);
			s->refused_s = rate(old->refused, s->refused, ms);
			compare_served(old, s);
		}
	}
}
