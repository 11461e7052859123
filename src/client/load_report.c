/*
 * What came of a load.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "client/load.h"

#define TERMINAL_MS 500
#define PLAIN_MS    5000

static const struct {
	const char *name;
	uint32_t parts; /* of a million */
} quantiles[] = { { "p50", 500000 }, { "p90", 900000 }, { "p99", 990000 },
	{ "p99.9", 999000 } };

#define QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

const char *
load_error_name(enum load_error error)
{
	static const char *const names[LOAD_ERRORS] = { "refused", "reset",
		"timed out", "eof", "wrong data", "no address", "other" };

	return (unsigned)error < LOAD_ERRORS ? names[error] : "unknown";
}

static double
rate(uint64_t count, int64_t ms)
{
	return ms > 0 ? (double)count * 1000 / (double)ms : 0;
}

/* No quantile is above what was the longest. */
static uint64_t
quantile_us(const struct load *load, size_t index)
{
	uint64_t us = histogram_quantile_us(load->took, quantiles[index].parts);

	return us < load->longest_us ? us : load->longest_us;
}

/* ---------------------------------------------------------------- progress */

static bool in_place;

void
load_progress(const struct load *load, int64_t now_ms)
{
	static int64_t next_ms;
	static uint64_t former;
	static int64_t former_ms;
	int64_t step_ms;

	if (next_ms == 0) {
		in_place = isatty(STDERR_FILENO) == 1;
		former_ms = load->begun_ms;
		next_ms = load->begun_ms + (in_place ? TERMINAL_MS : PLAIN_MS);
	}
	if (now_ms < next_ms)
		return;
	step_ms = in_place ? TERMINAL_MS : PLAIN_MS;
	(void)fprintf(stderr,
	    "%s%.1f s: %" PRIu64 " operations, %.1f/s, %" PRIu64 " failed%s",
	    in_place ? "\r" : "", (double)(now_ms - load->begun_ms) / 1000,
	    load->done, rate(load->done - former, now_ms - former_ms),
	    load->failed, in_place ? "\033[K" : "\n");
	former = load->done;
	former_ms = now_ms;
	next_ms = now_ms + step_ms;
}

void
load_progress_end(void)
{
	if (in_place)
		(void)fprintf(stderr, "\r\033[K");
	in_place = false;
}

/* ------------------------------------------------------------------ report */

static void
print_errors(const struct load *load)
{
	const char *comma = ":";
	unsigned i;

	(void)printf("failed      %" PRIu64, load->failed);
	for (i = 0; i < LOAD_ERRORS; i++) {
		if (load->errors[i] == 0)
			continue;
		(void)printf("%s %s %" PRIu64, comma,
		    load_error_name((enum load_error)i), load->errors[i]);
		comma = ",";
	}
	(void)printf("\n");
}

static void
print_text(const struct load *load, int64_t ms)
{
	size_t i;

	(void)printf("operations  %" PRIu64 " in %.2f s, %.1f/s\n", load->done,
	    (double)ms / 1000, rate(load->done, ms));
	(void)printf("connections %" PRIu64 "\n", load->connected);
	print_errors(load);
	(void)printf("latency ms ");
	for (i = 0; i < QUANTILES; i++)
		(void)printf(" %s %.3f,", quantiles[i].name,
		    (double)quantile_us(load, i) / 1000);
	(void)printf(" max %.3f\n", (double)load->longest_us / 1000);
}

static void
print_json(const struct load *load, int64_t ms)
{
	char text[1024];
	struct json json;
	unsigned i;

	json_begin(&json, text, sizeof(text));
	json_open(&json, NULL, '{');
	json_number(&json, "operations", (int64_t)load->done);
	json_number(&json, "elapsed_ms", ms);
	json_number(&json, "per_second", (int64_t)(rate(load->done, ms) + .5));
	json_number(&json, "connections", (int64_t)load->connected);
	json_number(&json, "failed", (int64_t)load->failed);
	json_open(&json, "errors", '{');
	for (i = 0; i < LOAD_ERRORS; i++)
		json_number(&json, load_error_name((enum load_error)i),
		    (int64_t)load->errors[i]);
	json_close(&json, '}');
	json_open(&json, "latency_us", '{');
	for (i = 0; i < QUANTILES; i++)
		json_number(&json, quantiles[i].name,
		    (int64_t)quantile_us(load, i));
	json_number(&json, "max", (int64_t)load->longest_us);
	json_close(&json, '}');
	json_close(&json, '}');
	(void)printf("%s\n", text);
}

void
load_report(const struct load *load)
{
	int64_t ms = load->ended_ms - load->begun_ms;

	if (load->options->json)
		print_json(load, ms);
	else
		print_text(load, ms);
}
