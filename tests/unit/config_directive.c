/*
 * Directives: the table agrees with the presets, values are read strictly,
 * and what is refused says why and changes nothing.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config/directive.h"
#include "rig.h"
#include "tap.h"

static struct settings *
make_settings(void)
{
	struct settings *s = settings_new(2);

	rig_require(s != NULL, "settings_new");
	(void)snprintf(s->services[0].name, SETTINGS_NAME_BYTES, "one");
	(void)snprintf(s->services[1].name, SETTINGS_NAME_BYTES, "two");
	return s;
}

static void
is_taken(struct settings *s, const char *text)
{
	struct error e = { .id = PF_NONE };

	ok(directive_override(s, text, &e) == 0, "%s: %s", text, e.text);
}

static void
is_refused(const char *text, enum msg_id id, const char *reason)
{
	struct settings *s = make_settings(), *same = make_settings();
	struct error e = { .id = PF_NONE };

	ok(directive_override(s, text, &e) == -1, "%s: refused", text);
	is_int(e.id, id, "%s: its id", text);
	is_text(e.text, reason, "%s: its reason", text);
	ok(memcmp(s->services, same->services, 2 * sizeof(*s->services)) == 0 &&
		s->start_timeout_ms == same->start_timeout_ms,
	    "%s: nothing changed", text);
	settings_unref(s);
	settings_unref(same);
}

/* Each preset, said aloud, changes nothing. */
static void
test_presets(void)
{
	const struct directive *d = NULL;
	struct settings *s = make_settings(), *same = make_settings();
	char text[128];

	while ((d = directive_next(d)) != NULL) {
		(void)snprintf(text, sizeof(text), "%s=%s", d->name, d->preset);
		is_taken(s, text);
	}
	ok(memcmp(s->services, same->services, 2 * sizeof(*s->services)) == 0,
	    "the services' are those of settings_new");
	s->services = same->services;
	ok(memcmp(s, same, sizeof(*s)) == 0, "the daemon's too");
}

static void
test_values(void)
{
	struct settings *s = make_settings();
	struct service_settings *one = &s->services[0], *two = &s->services[1];

	is_taken(s, "start_timeout=250ms");
	is_taken(s, "drain_timeout=2m");
	is_taken(s, "reload_window=100%");
	is_taken(s, "old_generations=64");
	ok(s->start_timeout_ms == 250 && s->drain_timeout_ms == 120000 &&
		s->window_percent == 100 && s->old_generations == 64,
	    "the daemon's are set");
	is_taken(s, "workers=9");
	is_taken(s, "service.two.workers=7");
	ok(one->workers == 9 && two->workers == 7, "all, then one of them");
	is_taken(s, "max_requests=100 jitter 0%");
	ok(two->max_requests == 100 && two->max_requests_jitter == 0,
	    "two words more");
	is_taken(s, "service.one.max_requests=\t5 ");
	ok(one->max_requests == 5 && one->max_requests_jitter == 0,
	    "jitter stays as it is");
	is_taken(s, "max_age=1h");
	is_taken(s, "max_rss=200m");
	ok(one->max_age_ms == 3600000 && two->max_rss_bytes == 200 << 20,
	    "age and memory");
	is_taken(s, "timeout=idle 30s total 10m");
	is_taken(s, "timeout=write 1s min_rate 50 idle 0");
	ok(one->timeouts.idle_ms == 0 && one->timeouts.total_ms == 600000 &&
		one->timeouts.write_ms == 1000 && one->timeouts.min_rate == 50,
	    "timeouts add up");
	settings_unref(s);
}

static void
test_refusals(void)
{
	is_refused("workers", PF_DIRECTIVE,
	    "-o takes name=value, not 'workers'");
	is_refused("=7", PF_DIRECTIVE, "-o takes name=value, not '=7'");
	is_refused("", PF_DIRECTIVE, "-o takes name=value, not ''");
	is_refused("worker=7", PF_DIRECTIVE,
	    "-o worker: is not known; did you mean workers?");
	is_refused("xyzzy=7", PF_DIRECTIVE, "-o xyzzy: is not known");
	is_refused("service.three.workers=7", PF_DIRECTIVE,
	    "-o service.three.workers: there is no service three");
	is_refused("service.one.start_timeout=7", PF_DIRECTIVE,
	    "-o service.one.start_timeout: is not a service's directive");
	is_refused("service.workers=7", PF_DIRECTIVE,
	    "-o service.workers: is not known");
	is_refused("workers=0", PF_DIRECTIVE_VALUE,
	    "-o workers: 0 is out of range, which is 1 to 4096");
	is_refused("workers=4097", PF_DIRECTIVE_VALUE,
	    "-o workers: 4097 is out of range, which is 1 to 4096");
	is_refused("workers=99999999999999999999", PF_DIRECTIVE_VALUE,
	    "-o workers: 99999999999999999999 is out of range, which is 1 to "
	    "4096");
	is_refused("workers=-1", PF_DIRECTIVE_VALUE,
	    "-o workers: -1 is out of range, which is 1 to 4096");
	is_refused("workers=x", PF_DIRECTIVE_VALUE,
	    "-o workers: x is no number");
	is_refused("workers=", PF_DIRECTIVE_VALUE,
	    "-o workers: takes one number");
	is_refused("workers=1 2", PF_DIRECTIVE_VALUE,
	    "-o workers: takes one number");
	is_refused("start_timeout=0", PF_DIRECTIVE_VALUE,
	    "-o start_timeout: 0 is out of range, which is 1ms to 1h");
	is_refused("start_timeout=2h", PF_DIRECTIVE_VALUE,
	    "-o start_timeout: 2h is out of range, which is 1ms to 1h");
	is_refused("start_timeout=", PF_DIRECTIVE_VALUE,
	    "-o start_timeout: takes one duration");
	is_refused("max_age=999ms", PF_DIRECTIVE_VALUE,
	    "-o max_age: 999ms is out of range, which is 1s to 8760h");
	is_refused("reload_window=25", PF_DIRECTIVE_VALUE,
	    "-o reload_window: 25 is no percentage from 1% to 100%");
	is_refused("reload_window=0%", PF_DIRECTIVE_VALUE,
	    "-o reload_window: 0% is no percentage from 1% to 100%");
	is_refused("reload_window=101%", PF_DIRECTIVE_VALUE,
	    "-o reload_window: 101% is no percentage from 1% to 100%");
	is_refused("max_requests=5 jitter", PF_DIRECTIVE_VALUE,
	    "-o max_requests: takes a number and perhaps 'jitter' and a "
	    "percentage");
	is_refused("max_requests=5 giggle 5%", PF_DIRECTIVE_VALUE,
	    "-o max_requests: takes a number and perhaps 'jitter' and a "
	    "percentage");
	is_refused("max_requests=5 jitter 5", PF_DIRECTIVE_VALUE,
	    "-o max_requests: 5 is no percentage from 0% to 100%");
	is_refused("timeout=idle", PF_DIRECTIVE_VALUE,
	    "-o timeout: takes pairs of a name (idle, total, write, min_rate) "
	    "and a value");
	is_refused("timeout=idle 5s totl 7s", PF_DIRECTIVE_VALUE,
	    "-o timeout: totl is none of idle, total, write, min_rate");
	is_refused("timeout=idle -5", PF_DIRECTIVE_VALUE,
	    "-o timeout: -5 is no duration");
	is_refused("timeout=1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
	    PF_DIRECTIVE_VALUE, "-o timeout: has too many words");
}

int
main(void)
{
	test_presets();
	test_values();
	test_refusals();
	return tap_done();
}
