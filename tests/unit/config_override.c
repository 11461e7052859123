/*
 * -o: each directive that there is, its limits, and what is said of mistakes.
 */
#include "config.h"

#include "config/directive.h"
#include "rig.h"
#include "tap.h"

static struct settings *s;
static struct error e;

static void
two_services(void)
{
	s = settings_new(2);
	rig_require(s != NULL, "settings_new");
	strcpy(s->services[0].name, "echo");
	strcpy(s->services[1].name, "a.b");
}

static int
set(const char *text)
{
	e.id = PF_NONE;
	e.text[0] = '\0';
	return directive_override(s, text, &e);
}

static const struct {
	const char *text;
	enum msg_id id; /* PF_NONE: it is right */
	const char *part;
} cases[] = {
	{ "workers=1", PF_NONE, "" },
	{ "workers=4096", PF_NONE, "" },
	{ "workers=0", PF_DIRECTIVE_VALUE, "from 1 to 4096, not '0'" },
	{ "workers=4097", PF_DIRECTIVE_VALUE, "not '4097'" },
	{ "workers=+1", PF_DIRECTIVE_VALUE, "not '+1'" },
	{ "workers=1k", PF_DIRECTIVE_VALUE, "not '1k'" },
	{ "workers=99999999999999999999", PF_DIRECTIVE_VALUE, "a number" },
	{ "workers=", PF_DIRECTIVE_VALUE, "workers number" },
	{ "workers=1 2", PF_DIRECTIVE_VALUE, "'2' is too much behind" },
	{ "workers=\"1\"", PF_NONE, "" },
	{ "workers=\"1", PF_SYNTAX, "-o workers: a string is not closed" },
	{ "workers=1;", PF_SYNTAX, "ends before its end" },
	{ "workers=1 {", PF_SYNTAX, "ends before its end" },
	{ "worker=1", PF_DIRECTIVE_UNKNOWN, "did you mean workers?" },
	{ "service.echo.workerz=1", PF_DIRECTIVE_UNKNOWN, "mean workers?" },
	{ "xyzzyxyzzy=1", PF_DIRECTIVE_UNKNOWN, "-o xyzzyxyzzy: there is no" },
	{ "service.echo.workers=7", PF_NONE, "" },
	{ "service.a.b.workers=7", PF_NONE, "" },
	{ "service.ecco.workers=7", PF_SERVICE_UNKNOWN, "did you mean echo?" },
	{ "service.nowhere.workers=7", PF_SERVICE_UNKNOWN, "'nowhere'" },
	{ "service.echo.pidfile=/x", PF_DIRECTIVE_PLACE, "pidfile is not" },
	{ "service.workers=1", PF_USAGE, "-o service.workers: " },
	{ "workers", PF_USAGE, "-o workers: -o needs name=value" },
	{ "=1", PF_USAGE, "name=value" },
	{ "", PF_USAGE, "name=value" },
	{ "pidfile=/x", PF_NONE, "" },
	{ "pidfile=x", PF_DIRECTIVE_VALUE, "begins with /, not 'x'" },
	{ "module_path=\"/x y\"", PF_NONE, "" },
	{ "start_timeout=9ms", PF_DIRECTIVE_VALUE, "from 10ms to 24h" },
	{ "start_timeout=10ms", PF_NONE, "" },
	{ "drain_timeout=0", PF_NONE, "" },
	{ "drain_timeout=8761h", PF_DIRECTIVE_VALUE, "from 0 to 8760h" },
	{ "stop_timeout=1m", PF_NONE, "" },
	{ "drain_delay=3", PF_NONE, "" },
	{ "drain_delay=3x", PF_DIRECTIVE_VALUE, "10ms, 30s, 5m, 2h" },
	{ "log=stderr", PF_NONE, "" },
	{ "log=syslog daemon debug", PF_NONE, "" },
	{ "log=file /x", PF_NONE, "" },
	{ "log=file x", PF_DIRECTIVE_VALUE, "/, not 'x'" },
	{ "umask=077", PF_NONE, "" },
	{ "limit=nofile 4096", PF_NONE, "" },
	{ "limit=nofile 8192", PF_NONE, "" },
	{ "service.echo.limit=core unlimited", PF_NONE, "" },
	{ "env=A b", PF_NONE, "" },
	{ "env=A c", PF_NONE, "" },
	{ "reload_window=1%", PF_NONE, "" },
	{ "reload_window=100%", PF_NONE, "" },
	{ "reload_window=0%", PF_DIRECTIVE_VALUE, "from 1% to 100%" },
	{ "reload_window=25", PF_DIRECTIVE_VALUE, "not '25'" },
	{ "reload_window=%", PF_DIRECTIVE_VALUE, "not '%'" },
	{ "old_generations=64", PF_NONE, "" },
	{ "old_generations=65", PF_DIRECTIVE_VALUE, "from 1 to 64" },
	{ "max_requests=0", PF_NONE, "" },
	{ "max_requests=10 jitter 0%", PF_NONE, "" },
	{ "max_requests=10 jitter", PF_DIRECTIVE_VALUE, "percentage" },
	{ "max_requests=10 jitter 101%", PF_DIRECTIVE_VALUE, "to 100%" },
	{ "max_requests=10 jiter 1%", PF_DIRECTIVE_VALUE, "'jiter'" },
	{ "max_requests=10 jitter 1% x", PF_DIRECTIVE_VALUE, "'x'" },
	{ "max_requests=-1", PF_DIRECTIVE_VALUE, "from 0 on, not '-1'" },
	{ "max_age=0", PF_NONE, "" },
	{ "max_age=1s", PF_NONE, "" },
	{ "max_age=999ms", PF_DIRECTIVE_VALUE, "or 0 for none" },
	{ "max_rss=1m", PF_NONE, "" },
	{ "max_rss=1023k", PF_DIRECTIVE_VALUE, "from 1m on, or 0" },
	{ "timeout=idle 10ms total 0", PF_NONE, "" },
	{ "timeout=idle 9ms", PF_DIRECTIVE_VALUE, "from 10ms" },
	{ "timeout=idle", PF_DIRECTIVE_VALUE, "idle needs a value" },
	{ "timeout=idel 3s", PF_DIRECTIVE_VALUE, "not 'idel'" },
	{ "timeout=min_rate 1k", PF_NONE, "" },
	{ "timeout=header 10ms", PF_NONE, "" },
	{ "proxy=require from 10.0.0.0/8 unix", PF_NONE, "" },
	{ "proxy=require", PF_DIRECTIVE_VALUE, "'from'" },
	{ "user=nobody-is-called-this", PF_IDENTITY_UNKNOWN, "no user" },
	{ "user=a:b", PF_IDENTITY_UNKNOWN, "no user 'a:b'" },
	{ "user=\"\"", PF_IDENTITY_UNKNOWN, "no user ''" },
};

static void
test_cases(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		two_services();
		is_int(set(cases[i].text), cases[i].id == PF_NONE ? 0 : -1,
		    "-o %s", cases[i].text);
		is_int(e.id, cases[i].id, "id");
		if (!ok(strstr(e.text, cases[i].part) != NULL, "its words"))
			printf("# %s\n", e.text);
		settings_unref(s);
	}
}

static void
test_values(void)
{
	two_services();
	is_int(set("workers=9"), 0, "for all");
	ok(s->services[0].workers == 9 && s->services[1].workers == 9, "are");
	is_int(set("service.a.b.workers=3"), 0, "for one");
	ok(s->services[0].workers == 9 && s->services[1].workers == 3, "is");
	is_int(set("max_requests=100"), 0, "jitter");
	is_int(s->services[0].max_requests_jitter, 10, "is ten percent");
	is_int(set("max_requests=200 jitter 5%"), 0, "or what is said");
	ok(s->services[1].max_requests == 200 &&
		s->services[1].max_requests_jitter == 5,
	    "both");
	is_int(set("max_age=2h"), 0, "age");
	is_int(s->services[0].max_age_ms, 7200000, "in ms");
	is_int(set("max_rss=2g"), 0, "memory");
	is_int(s->services[0].max_rss_bytes, 2147483648, "in bytes");
	settings_unref(s);
}

static void
test_timeouts(void)
{
	struct timeouts *t;

	two_services();
	t = &s->services[1].timeouts;
	is_int(set("timeout=idle 30s write 10"), 0, "two times");
	is_int(set("service.a.b.timeout=min_rate 50 total 10m"), 0, "add up");
	ok(t->idle_ms == 30000 && t->write_ms == 10000 &&
		t->total_ms == 600000 && t->min_rate == 50,
	    "all four");
	ok(s->services[0].timeouts.total_ms == 0, "the other has two");
	settings_unref(s);
}

static void
test_top(void)
{
	char text[] = "pidfile=/run/x";

	two_services();
	is_int(set("drain_delay=1500ms"), 0, "a time");
	is_int(s->drain_delay_ms, 1500, "in ms");
	is_int(set("reload_window=7%"), 0, "a percentage");
	is_int(s->window_percent, 7, "without its sign");
	is_int(set("old_generations=3"), 0, "a number");
	is_int(s->old_generations, 3, "is one");
	is_int(set(text), 0, "a path");
	memset(text, 'x', sizeof(text) - 1);
	is_text(s->pidfile, "/run/x", "is copied");
	settings_unref(s);
}

static void
test_identity(void)
{
	two_services();
	is_int(set("group=54322"), 0, "a group first");
	is_int(settings_complete(s, &e), -1, "is not enough");
	is_int(e.id, PF_DIRECTIVE_PLACE, "id");
	is_int(set("user=54321"), 0, "a user");
	is_int(settings_complete(s, &e), 0, "is what was missing");
	ok(s->identity.uid == 54321 && s->identity.gid == 54322, "both");
	is_text(s->identity.name, "54321:54322", "name");
	is_int(set("group=54323"), 0, "another group");
	ok(s->identity.uid == 54321 && s->identity.gid == 54323, "counts");
	settings_unref(s);
}

int
main(void)
{
	(void)alarm(RIG_DEADLINE_S);
	test_cases();
	test_values();
	test_timeouts();
	test_top();
	if (geteuid() == 0)
		test_identity();
	else
		ok(1, "identities # SKIP only root can have them");
	return tap_done();
}
