/*
 * Configurations that are right: what they mean, and that they are written as
 * they are read.
 */
#include "config.h"

#include "config_text.h"

static const char full[] =
    "user 0; group 0\n"
    "pidfile /run/x.pid # a comment\n"
    "module_path \"/a b\"\n"
    "start_timeout 1500ms; drain_timeout 1m; stop_timeout 2h\n"
    "drain_delay 3s; reload_window 50%; old_generations 2;"
    "log syslog local3 notice; umask 027; limit nofile 4096; limit core unlimited\n"
    "\n"
    "service one {\n"
    "\tlisten 127.0.0.1:7 backlog 12\n"
    "\tlisten [::1]:7; listen unix:/x mode 0600 owner 0:0\n"
    "\thandler /h.so {\n"
    "\t\ta 1; b \"x y\"\n"
    "\t\tlist 1 2 \"\"\n"
    "\t}\n"
    "\tworkers 8\n"
    "\tmax_requests 10000 jitter 5%\n"
    "\tmax_age 1h; max_rss 200m\n"
    "\ttimeout idle 30s total 10m\n"
    "\ttimeout write 20s min_rate 50\n"
    "\tproxy require from 10.128.0.0/9 unix 2001:db8::/33\n"
    "\tlimit data 1m; limit nofile 8192; limit core unlimited\n"
    "\tenv LANG C; env EMPTY \"\"\n"
    "}\n"
    "service two { listen *:8; handler echo { c d } workers 2 }\n"
    "service three { listen 127.0.0.1:9; handler echo }";

static void
test_top(const struct settings *s)
{
	ok(s->identity.wanted && s->identity.uid == 0, "user");
	is_text(s->identity.name, "0:0", "and group");
	is_text(s->pidfile, "/run/x.pid", "pidfile");
	is_text(s->module_path.option, "/a b", "module_path");
	ok(s->start_timeout_ms == 1500 && s->drain_timeout_ms == 60000 &&
		s->stop_timeout_ms == 7200000 && s->drain_delay_ms == 3000,
	    "times");
	ok(s->window_percent == 50 && s->old_generations == 2, "numbers");
	is_int(s->service_count, 3, "services");
	is_int(s->umask, 027, "umask");
	ok(s->log.given && s->log.sink == LOG_SINK_SYSLOG &&
		s->log.level == LEVEL_NOTICE &&
		s->log.facility == 19 << 3, /* RFC 3164 4.1.1 */
	    "log");
	is_int(s->limits.count, 2, "limits");
}

/* "nofile 4096 core unlimited": those of a service. */
static const char *
limits_of(const struct service_settings *service)
{
	static char text[256];
	const struct limit *limit;
	size_t used = 0;
	unsigned i;

	for (i = 0; i < service->limits.count; i++) {
		limit = &service->limits.items[i];
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s %lld", i > 0 ? " " : "",
		    settings_resource_name(limit->resource),
		    limit->value == SETTINGS_UNLIMITED ?
			-1LL :
			(long long)limit->value);
	}
	return text;
}

static void
test_process(const struct settings *s)
{
	const struct service_settings *one = &s->services[0];

	is_text(limits_of(one), "data 1048576 nofile 8192 core -1",
	    "limits of its own");
	is_text(limits_of(&s->services[1]), "nofile 4096 core -1",
	    "and those of all");
	is_int(one->variable_count, 2, "variables");
	is_text(one->variables[0].name, "LANG", "name");
	is_text(one->variables[0].value, "C", "value");
	is_text(one->variables[1].value, "", "or none");
	is_int(s->services[1].variable_count, 0, "for one service");
}

static void
test_addresses(const struct service_settings *service)
{
	const struct endpoint *endpoints = service->endpoints;

	is_int(service->endpoint_count, 3, "addresses");
	is_int(endpoints[0].backlog, 12, "backlog");
	is_int(endpoints[1].backlog, 0, "or the default");
	is_int(endpoints[2].mode, 0600, "mode");
	ok(endpoints[2].owned && endpoints[2].uid == 0 && endpoints[2].gid == 0,
	    "owner");
	ok(!endpoints[1].owned, "or none");
}

static void
test_options(const struct service_settings *service)
{
	static const char *const expected[] = { "a", "1", "b", "x y", "list",
		"1", "list", "2", "list", "" };
	size_t i;

	is_text(service->handler, "/h.so", "handler");
	is_int(service->argument_count, 5, "options");
	for (i = 0; i < 5; i++) {
		is_text(service->arguments[i].name, expected[2 * i], "name");
		is_text(service->arguments[i].value, expected[2 * i + 1],
		    "value");
	}
	ok(service->argument_places[1].value.line == 11 &&
		service->argument_places[1].value.column == 10,
	    "place of a value");
	is_int(service->handler_place.position.line, 10, "of the handler");
}

static void
test_limits(const struct service_settings *service)
{
	const struct timeouts *t = &service->timeouts;

	ok(service->workers == 8 && service->max_requests == 10000 &&
		service->max_requests_jitter == 5,
	    "numbers");
	ok(service->max_age_ms == 3600000 &&
		service->max_rss_bytes == 200 * 1024 * 1024,
	    "age and memory");
	ok(t->idle_ms == 30000 && t->total_ms == 600000 &&
		t->write_ms == 20000 && t->min_rate == 50,
	    "timeouts add up");
}

static void
test_proxy(const struct service_settings *service)
{
	const struct proxy_settings *proxy = &service->proxy;

	is_int(proxy->network_count, 3, "networks");
	ok(proxy->networks[0].family == AF_INET &&
		proxy->networks[0].bits == 9 &&
		proxy->networks[1].family == AF_UNIX &&
		proxy->networks[2].family == AF_INET6 &&
		proxy->networks[2].bits == 33,
	    "of all families");
	is_int(service->timeouts.header_ms, SETTINGS_HEADER_MS,
	    "time for the header");
}

static void
test_meaning(void)
{
	struct settings *s = text_read(full);
	struct error e;

	rig_require(s != NULL, "the text");
	test_top(s);
	is_text(s->services[0].name, "one", "the first");
	test_addresses(&s->services[0]);
	test_options(&s->services[0]);
	test_limits(&s->services[0]);
	test_proxy(&s->services[0]);
	ok(!proxy_is_required(&s->services[1].proxy), "none is required");
	is_text(s->services[1].name, "two", "a block on one line");
	is_int(s->services[1].workers, 2, "behind a block");
	is_int(s->services[1].endpoint_count, 2, "two addresses in one");
	is_text(s->services[2].handler, "echo", "no last newline");
	is_int(s->services[2].workers, 4, "the default");
	ok(!s->services[2].identity.wanted, "no identity of its own");
	is_int(settings_complete(s, &e), 0, "complete");
	test_process(s);
	ok(s->services[2].identity.wanted, "but that of all");
	settings_unref(s);
}

/* `text` means what `full` does, written by ourselves. */
static void
expect_same(const char *text, const char *what)
{
	struct settings *one = text_read(full), *other = text_read(text);
	char *left, *right;

	rig_require(one != NULL, "the text");
	if (!ok(other != NULL, "%s", what)) {
		printf("# %s\n", text_said(0));
		settings_unref(one);
		return;
	}
	left = text_of(one);
	right = text_of(other);
	is_text(right, left, "means the same");
	free(left);
	free(right);
	settings_unref(one);
	settings_unref(other);
}

/* Each \n of the text as `newline`. */
static char *
with_newlines(const char *text, const char *newline)
{
	size_t bytes = strlen(newline), room = strlen(text) * (bytes + 1) + 4;
	char *out = malloc(room), *end = out;

	rig_require(out != NULL, "malloc");
	for (; *text != '\0'; text++) {
		if (*text != '\n') {
			*end++ = *text;
			continue;
		}
		memcpy(end, newline, bytes);
		end += bytes;
	}
	*end = '\0';
	return out;
}

static void
test_forms(void)
{
	static const char *const newlines[] = { "\r\n", "\n\n", " # x\n", ";\n",
		"\n\t \t" };
	struct settings *s = text_read(full);
	char *text = text_of(s), marked[sizeof(full) + 3];
	size_t i;

	expect_same(text, "what we write");
	free(text);
	settings_unref(s);
	for (i = 0; i < sizeof(newlines) / sizeof(newlines[0]); i++) {
		text = with_newlines(full, newlines[i]);
		expect_same(text, "other newlines");
		free(text);
	}
	(void)snprintf(marked, sizeof(marked), "\xef\xbb\xbf%s", full);
	expect_same(marked, "a byte order mark");
}

/* Any string as a value, and as a name. */
static void
test_strings(void)
{
	char text[256], *written;
	struct settings *s, *again;
	int byte;

	for (byte = 1; byte < 256; byte++) {
		(void)snprintf(text, sizeof(text),
		    "service s { listen *:0; handler h {\n\t\"a\\x%02x\" "
		    "\"\\x%02x b\" } }",
		    byte, byte);
		s = text_read(text);
		rig_require(s != NULL, "string");
		written = text_of(s);
		again = text_read(written);
		if (again == NULL ||
		    strcmp(again->services[0].arguments[0].name,
			s->services[0].arguments[0].name) != 0 ||
		    strcmp(again->services[0].arguments[0].value,
			s->services[0].arguments[0].value) != 0)
			ok(0, "byte %02x", byte);
		free(written);
		settings_unref(s);
		settings_unref(again);
	}
	ok(byte == 256, "every byte is written as it is read");
}

int
main(void)
{
	(void)alarm(RIG_DEADLINE_S);
	test_meaning();
	test_forms();
	test_strings();
	return tap_done();
}
