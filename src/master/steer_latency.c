/*
 * Durations and bytes of ended connections, told in each of the ways.
 * Runs in: master.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "master/steer.h"
#include "master/steer_latency.h"

static const struct side {
	const char *name, *family, *help;
	size_t counts, sum; /* in struct tally */
} sides[] = {
	{ "connection", "prefork_connection_duration_seconds",
	    "From accept to close.", offsetof(struct tally, served),
	    offsetof(struct tally, served_us) },
	{ "first_byte", "prefork_first_byte_seconds",
	    "From accept to the first byte written through the connection "
	    "API.",
	    offsetof(struct tally, first), offsetof(struct tally, first_us) },
};

#define SIDES (sizeof(sides) / sizeof(sides[0]))

static const uint64_t *
counts_of(const struct side *side, const struct tally *tally)
{
	return (const uint64_t *)(const void *)((const char *)tally +
	    side->counts);
}

static uint64_t
sum_of(const struct side *side, const struct tally *tally)
{
	return *(const uint64_t *)(const void *)((const char *)tally +
	    side->sum);
}

/* -------------------------------------------------------------------- JSON */

static void
write_side(struct json *json, const struct side *side,
    const struct tally *tally)
{
	const uint64_t *counts = counts_of(side, tally);

	json_open(json, side->name, '{');
	json_number(json, "count", (int64_t)histogram_count(counts));
	json_number(json, "sum_us", (int64_t)sum_of(side, tally));
	json_number(json, "p50_us",
	    (int64_t)histogram_quantile_us(counts, 500000));
	json_number(json, "p90_us",
	    (int64_t)histogram_quantile_us(counts, 900000));
	json_number(json, "p99_us",
	    (int64_t)histogram_quantile_us(counts, 990000));
	json_number(json, "p999_us",
	    (int64_t)histogram_quantile_us(counts, 999000));
	json_number(json, "max_us",
	    (int64_t)histogram_quantile_us(counts, 1000000));
	json_close(json, '}');
}

void
latency_json(struct json *json, const struct tally *tally)
{
	size_t i;

	json_open(json, "bytes", '{');
	json_number(json, "received", (int64_t)tally->received);
	json_number(json, "sent", (int64_t)tally->sent);
	json_close(json, '}');
	json_open(json, "latency", '{');
	for (i = 0; i < SIDES; i++)
		write_side(json, &sides[i], tally);
	json_close(json, '}');
}

/* ----------------------------------------------------------------- metrics */

/* Each doubling from 64 microseconds to 18 minutes: buckets of ours end
 * there. */
#define FIRST_BOUND_US UINT64_C(64)
#define LAST_BOUND_US  (UINT64_C(1) << 30)

static void
say_buckets(struct control_client *client, const struct side *side,
    const char *service, const struct tally *tally)
{
	const uint64_t *counts = counts_of(side, tally);
	uint64_t bound, sum = sum_of(side, tally);

	for (bound = FIRST_BOUND_US; bound <= LAST_BOUND_US; bound *= 2)
		control_say(client,
		    "%s_bucket{service=\"%s\",le=\"%" PRIu64 ".%06" PRIu64
		    "\"} %" PRIu64,
		    side->family, service, bound / 1000000, bound % 1000000,
		    histogram_below(counts, bound));
	control_say(client, "%s_bucket{service=\"%s\",le=\"+Inf\"} %" PRIu64,
	    side->family, service, histogram_count(counts));
	control_say(client, "%s_sum{service=\"%s\"} %" PRIu64 ".%06" PRIu64,
	    side->family, service, sum / 1000000, sum % 1000000);
	control_say(client, "%s_count{service=\"%s\"} %" PRIu64, side->family,
	    service, histogram_count(counts));
}

static void
say_bytes(struct control_client *client, const struct generation *g,
    const struct tally *all)
{
	const char *family = "prefork_bytes_total";
	size_t i;

	control_say(client,
	    "# HELP %s Bytes of ended connections, through the connection "
	    "API.",
	    family);
	control_say(client, "# TYPE %s counter", family);
	for (i = 0; i < g->service_count; i++) {
		control_say(client,
		    "%s{service=\"%s\",direction=\"received\"} %" PRIu64,
		    family, g->services[i].settings->name, all[i].received);
		control_say(client,
		    "%s{service=\"%s\",direction=\"sent\"} %" PRIu64, family,
		    g->services[i].settings->name, all[i].sent);
	}
}

void
latency_metrics(struct control_client *client, const struct generation *g,
    const struct tally *all)
{
	size_t i, k;

	say_bytes(client, g, all);
	for (k = 0; k < SIDES; k++) {
		control_say(client, "# HELP %s %s", sides[k].family,
		    sides[k].help);
		control_say(client, "# TYPE %s histogram", sides[k].family);
		for (i = 0; i < g->service_count; i++)
			say_buckets(client, &sides[k],
			    g->services[i].settings->name, &all[i]);
	}
}

/* -------------------------------------------------------- text, and for top */

static double
ms_of(const uint64_t *counts, uint32_t parts)
{
	return (double)histogram_quantile_us(counts, parts) / 1000;
}

void
latency_text(struct control_client *client, const struct tally *tally)
{
	const uint64_t *counts = tally->served;

	if (histogram_count(counts) == 0)
		return;
	control_say(client,
	    "  took ms: %.3g half, %.3g p90, %.3g p99, %.3g max",
	    ms_of(counts, 500000), ms_of(counts, 900000), ms_of(counts, 990000),
	    ms_of(counts, 1000000));
}

void
latency_figures(struct control_client *client, const char *service,
    const struct tally *tally)
{
	char line[CONTROL_ANSWER_BYTES];
	size_t length = 0;
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (tally->served[i] == 0)
			continue;
		if (length == 0)
			length = (size_t)snprintf(line, sizeof(line),
			    "served %s", service);
		length += (size_t)snprintf(line + length, sizeof(line) - length,
		    " %u %" PRIu64, i, tally->served[i]);
		/* Room for one more, and for what goes around a line. */
		if (length + 40 < sizeof(line))
			continue;
		control_say(client, "%s", line);
		length = 0;
	}
	if (length > 0)
		control_say(client, "%s", line);
}
