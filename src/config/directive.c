/*
 * The table of directives and how their values are read.
 * Not the grammar of a file, nor who may say what when.
 * Runs in: starter, master.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/quantity.h"
#include "config/directive.h"

#define WORDS_MAX 16

/* Beside those of enum quantity: what the member's type is. */
enum {
	KIND_UNSIGNED = QUANTITY_DURATION + 1,
	KIND_PERCENT, /* unsigned */
	KIND_OWN,
};

#define HOUR_MS INT64_C(3600000)
#define YEAR_MS (INT64_C(365) * 24 * HOUR_MS)

static int set_max_requests(struct service_settings *, unsigned, char **,
    struct error *);
static int set_timeout(struct service_settings *, unsigned, char **,
    struct error *);

#define DAEMON(member)	offsetof(struct settings, member)
#define SERVICE(member) offsetof(struct service_settings, member)

static const struct directive table[] = {
	{ "start_timeout", DIRECTIVE_DAEMON, "duration", "10s",
	    "a worker that is not ready by then has failed",
	    DAEMON(start_timeout_ms), QUANTITY_DURATION, 1, HOUR_MS, NULL },
	{ "drain_timeout", DIRECTIVE_DAEMON, "duration", "30s",
	    "old generations are ended after it", DAEMON(drain_timeout_ms),
	    QUANTITY_DURATION, 1, YEAR_MS, NULL },
	{ "stop_timeout", DIRECTIVE_DAEMON, "duration", "8s",
	    "TERM kills what is left after it", DAEMON(stop_timeout_ms),
	    QUANTITY_DURATION, 1, YEAR_MS, NULL },
	{ "drain_delay", DIRECTIVE_DAEMON, "duration", "0ms",
	    "connections are accepted so long after TERM",
	    DAEMON(drain_delay_ms), QUANTITY_DURATION, 0, HOUR_MS, NULL },
	{ "reload_window", DIRECTIVE_DAEMON, "percent", "25%",
	    "of the workers that are started at once", DAEMON(window_percent),
	    KIND_PERCENT, 1, 100, NULL },
	{ "old_generations", DIRECTIVE_DAEMON, "number", "8",
	    "so many may finish connections before a reload waits",
	    DAEMON(old_generations), KIND_UNSIGNED, 1, 64, NULL },
	{ "workers", DIRECTIVE_SERVICE, "number", "4",
	    "processes that serve, one connection each", SERVICE(workers),
	    KIND_UNSIGNED, 1, SETTINGS_MAX_WORKERS, NULL },
	{ "max_requests", DIRECTIVE_SERVICE, "number [jitter percent]",
	    "0 jitter 10%", "connections before a worker is recycled", 0,
	    KIND_OWN, 0, 0, set_max_requests },
	{ "max_age", DIRECTIVE_SERVICE, "duration", "0ms",
	    "time before a worker is recycled", SERVICE(max_age_ms),
	    QUANTITY_DURATION, 1000, YEAR_MS, NULL },
	{ "max_rss", DIRECTIVE_SERVICE, "size", "0",
	    "memory of a worker before it is recycled", SERVICE(max_rss_bytes),
	    QUANTITY_SIZE, 1, INT64_MAX, NULL },
	{ "timeout", DIRECTIVE_SERVICE,
	    "[idle duration] [total duration] [write duration] "
	    "[min_rate number]",
	    "idle 0ms total 0ms write 0ms min_rate 0", "limits of a connection",
	    0, KIND_OWN, 0, 0, set_timeout },
};

#define ROWS (sizeof(table) / sizeof(table[0]))

const struct directive *
directive_next(const struct directive *d)
{
	if (d == NULL)
		return table;
	return d + 1 < table + ROWS ? d + 1 : NULL;
}

static const struct directive *
find(const char *name)
{
	const struct directive *d = NULL;

	while ((d = directive_next(d)) != NULL)
		if (strcmp(d->name, name) == 0)
			return d;
	return NULL;
}

static int
refuse_range(const char *word, int kind, int64_t min, int64_t max,
    struct error *e)
{
	char from[QUANTITY_BYTES], to[QUANTITY_BYTES];

	quantity_format((enum quantity)kind, min, from);
	quantity_format((enum quantity)kind, max, to);
	return error_set(e, PF_DIRECTIVE_VALUE,
	    "%s is out of range, which is %s to %s", word, from, to);
}

/* 0 stands for none and is always allowed where it is the preset. */
static int
read_quantity(const char *word, const struct directive *d, int64_t *out,
    struct error *e)
{
	int kind = d->kind == KIND_UNSIGNED ? QUANTITY_NUMBER : d->kind;
	int64_t value;

	if (quantity_parse((enum quantity)kind, word, &value) == -1 &&
	    errno == EINVAL)
		return error_set(e, PF_DIRECTIVE_VALUE, "%s is no %s", word,
		    quantity_name((enum quantity)kind));
	if (errno == ERANGE ||
	    ((value < d->min || value > d->max) &&
		!(value == 0 && d->preset[0] == '0')))
		return refuse_range(word, kind, d->min, d->max, e);
	*out = value;
	return 0;
}

/* "25%", and nothing else. */
static int
read_percent(const char *word, int64_t min, unsigned *out, struct error *e)
{
	char number[8];
	size_t length = strlen(word);
	int64_t value = -1;

	if (length >= 2 && length <= sizeof(number) &&
	    word[length - 1] == '%') {
		memcpy(number, word, length - 1);
		number[length - 1] = '\0';
		if (quantity_parse(QUANTITY_NUMBER, number, &value) == -1)
			value = -1;
	}
	if (value < min || value > 100)
		return error_set(e, PF_DIRECTIVE_VALUE,
		    "%s is no percentage from %d%% to 100%%", word, (int)min);
	*out = (unsigned)value;
	return 0;
}

static int
set_member(const struct directive *d, char *base, const char *word,
    struct error *e)
{
	int64_t value = 0;
	unsigned small;

	if (d->kind == KIND_PERCENT) {
		if (read_percent(word, d->min, &small, e) == -1)
			return -1;
		memcpy(base + d->offset, &small, sizeof(small));
		return 0;
	}
	errno = 0;
	if (read_quantity(word, d, &value, e) == -1)
		return -1;
	if (d->kind == KIND_UNSIGNED) {
		small = (unsigned)value;
		memcpy(base + d->offset, &small, sizeof(small));
	} else {
		memcpy(base + d->offset, &value, sizeof(value));
	}
	return 0;
}

static int
set_max_requests(struct service_settings *service, unsigned count, char **words,
    struct error *e)
{
	static const struct directive number = { .preset = "0",
		.kind = QUANTITY_NUMBER,
		.min = 1,
		.max = INT64_MAX };
	unsigned jitter = service->max_requests_jitter;
	int64_t value;

	if (count != 1 && (count != 3 || strcmp(words[1], "jitter") != 0))
		return error_set(e, PF_DIRECTIVE_VALUE,
		    "takes a number and perhaps 'jitter' and a percentage");
	errno = 0;
	if (read_quantity(words[0], &number, &value, e) == -1 ||
	    (count == 3 && read_percent(words[2], 0, &jitter, e) == -1))
		return -1;
	service->max_requests = (uint64_t)value;
	service->max_requests_jitter = jitter;
	return 0;
}

static int
set_one_timeout(struct timeouts *t, const char *name, const char *word,
    struct error *e)
{
	static const struct directive duration = { .preset = "0",
		.kind = QUANTITY_DURATION,
		.min = 1,
		.max = YEAR_MS };
	static const struct directive rate = { .preset = "0",
		.kind = QUANTITY_NUMBER,
		.min = 1,
		.max = INT32_MAX };
	int64_t *member = strcmp(name, "idle") == 0 ? &t->idle_ms :
	    strcmp(name, "total") == 0		    ? &t->total_ms :
	    strcmp(name, "write") == 0		    ? &t->write_ms :
						      NULL;
	int64_t value;

	errno = 0;
	if (member != NULL)
		return read_quantity(word, &duration, member, e);
	if (strcmp(name, "min_rate") != 0)
		return error_set(e, PF_DIRECTIVE_VALUE,
		    "%s is none of idle, total, write, min_rate", name);
	if (read_quantity(word, &rate, &value, e) == -1)
		return -1;
	t->min_rate = (unsigned)value;
	return 0;
}

static int
set_timeout(struct service_settings *service, unsigned count, char **words,
    struct error *e)
{
	struct timeouts timeouts = service->timeouts;
	unsigned i;

	if (count == 0 || count % 2 != 0)
		return error_set(e, PF_DIRECTIVE_VALUE,
		    "takes pairs of a name (idle, total, write, min_rate) and "
		    "a value");
	for (i = 0; i < count; i += 2)
		if (set_one_timeout(&timeouts, words[i], words[i + 1], e) == -1)
			return -1;
	service->timeouts = timeouts;
	return 0;
}

static int
set_service(const struct directive *d, struct service_settings *service,
    unsigned count, char **words, struct error *e)
{
	if (d->set != NULL)
		return d->set(service, count, words, e);
	if (count != 1)
		return error_set(e, PF_DIRECTIVE_VALUE, "takes one %s",
		    d->syntax);
	return set_member(d, (char *)service, words[0], e);
}

/* `only`: NULL for every service. */
static int
apply(const struct directive *d, struct settings *settings, const char *only,
    char **words, struct error *e)
{
	unsigned count = 0;
	size_t i, found = 0;

	while (words[count] != NULL)
		count++;
	if (d->scope == DIRECTIVE_DAEMON) {
		if (only != NULL)
			return error_set(e, PF_DIRECTIVE,
			    "is not a service's directive");
		if (count != 1)
			return error_set(e, PF_DIRECTIVE_VALUE, "takes one %s",
			    d->syntax);
		return set_member(d, (char *)settings, words[0], e);
	}
	for (i = 0; i < settings->service_count; i++) {
		if (only != NULL && strcmp(settings->services[i].name, only))
			continue;
		found++;
		if (set_service(d, &settings->services[i], count, words, e) ==
		    -1)
			return -1;
	}
	if (found > 0)
		return 0;
	return error_set(e, PF_DIRECTIVE, "there is no service %s", only);
}

static int
refuse_name(const char *name, struct error *e)
{
	struct nearest nearest;
	const struct directive *d = NULL;

	nearest_init(&nearest, name);
	while ((d = directive_next(d)) != NULL)
		nearest_offer(&nearest, d->name);
	if (nearest.best != NULL)
		return error_set(e, PF_DIRECTIVE,
		    "is not known; did you mean %s?", nearest.best);
	return error_set(e, PF_DIRECTIVE, "is not known");
}

/* NULL-terminated words of `text`, which is cut.  False: too many. */
static bool
split(char *text, char **words)
{
	unsigned count = 0;
	char *rest = NULL, *word;

	for (word = strtok_r(text, " \t", &rest); word != NULL;
	     word = strtok_r(NULL, " \t", &rest)) {
		if (count == WORDS_MAX)
			return false;
		words[count++] = word;
	}
	words[count] = NULL;
	return true;
}

/* "service.NAME." in front of a directive's name. */
static char *
take_service(char *name, const char **only)
{
	char *dot;

	*only = NULL;
	if (strncmp(name, "service.", 8) != 0 ||
	    (dot = strrchr(name, '.')) == name + 7)
		return name;
	*dot = '\0';
	*only = name + 8;
	return dot + 1;
}

static int
override(struct settings *settings, char *name, char *value, struct error *e)
{
	char *words[WORDS_MAX + 1];
	const struct directive *d;
	const char *only;

	name = take_service(name, &only);
	d = find(name);
	if (d == NULL)
		return refuse_name(name, e);
	if (!split(value, words))
		return error_set(e, PF_DIRECTIVE_VALUE, "has too many words");
	return apply(d, settings, only, words, e);
}

int
directive_override(struct settings *settings, const char *text, struct error *e)
{
	char copy[256];
	size_t length = strlen(text), name = strcspn(text, "=");
	struct error reason;

	if (text[name] == '\0' || name == 0)
		return error_set(e, PF_DIRECTIVE,
		    "-o takes name=value, not '%s'", text);
	if (length >= sizeof(copy))
		return error_set(e, PF_DIRECTIVE_VALUE, "-o %.*s: too long",
		    (int)(name < 64 ? name : 64), text);
	memcpy(copy, text, length + 1);
	copy[name] = '\0';
	if (override(settings, copy, copy + name + 1, &reason) == 0)
		return 0;
	return error_set(e, reason.id, "-o %.*s: %s", (int)name, text,
	    reason.text);
}
