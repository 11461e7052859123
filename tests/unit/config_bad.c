/*
 * Configurations that are wrong: what is said, and of which place.
 */
#include "config.h"

#include "config_text.h"

/* A service that is right, in one line of 40 bytes. */
#define GOOD "service s { listen *:0; handler echo; }\n"
/* What is wrong stands in line 2 behind a tab. */
#define IN_SERVICE(text) "service s { listen *:0; handler echo\n\t" text "\n}\n"

static const struct bad {
	const char *text;
	const char *said; /* "line:column number", for each */
	const char *part; /* of the first sentence */
} bads[] = {
	/* files without sense */
	{ "", "- 510", "no service" },
	{ "# nothing\n\n", "- 510", "no service" },
	{ "user daemon\n", "- 510", "no service" },
	/* names of directives */
	{ GOOD "nosuchthing 1\n", "2:1 502", "no directive 'nosuchthing'" },
	{ GOOD "usr daemon\n", "2:1 502", "did you mean user?" },
	{ GOOD "User daemon\n", "2:1 502", "did you mean user?" },
	{ GOOD "\"\" x\n", "2:1 502", "no directive ''" },
	{ GOOD "pid_file /x\n", "2:1 502", "did you mean pidfile?" },
	{ "servce s {\n\tlisten *:0\n}\n", "1:1 502", "did you mean service?" },
	{ IN_SERVICE("wrokers 3"), "2:2 502", "did you mean workers?" },
	{ IN_SERVICE("workers 3;; wokers 3"), "2:14 502", "workers?" },
	/* directives in the wrong place */
	{ GOOD "workers 3\n", "2:1 504", "belongs into the block" },
	{ GOOD "listen *:0\n", "2:1 504", "belongs into the block" },
	{ GOOD "handler echo {\n\tx 1\n}\n", "2:1 504", "belongs into" },
	{ IN_SERVICE("pidfile /x"), "2:2 504", "not a directive of a service" },
	{ IN_SERVICE("service t { }"), "2:2 504", "not a directive of a" },
	/* twice */
	{ GOOD "pidfile /x\npidfile /y\n", "3:1 508", "first is in c:2" },
	{ IN_SERVICE("workers 1\n\tworkers 1"), "3:2 508", "first is in c:2" },
	{ IN_SERVICE("handler echo"), "2:2 508", "first is in c:1" },
	{ GOOD GOOD, "2:9 508", "there is a service s already, in c:1" },
	{ IN_SERVICE("listen 127.0.0.1:7; listen 127.0.0.1:7"), "2:29 508",
	    "service s listens at 127.0.0.1:7 already" },
	{ IN_SERVICE("listen *:9; listen 0.0.0.0:9"), "2:21 508", "already" },
	{ IN_SERVICE("listen *:9\n}\nservice t { listen [::]:9;handler echo"),
	    "4:20 508", "service s listens at [::]:9 already" },
	{ IN_SERVICE("listen unix:/x; listen unix:/x"), "2:25 508", "" },
	{ IN_SERVICE("listen *:9 backlog 1 backlog 2"), "2:23 508", "twice" },
	/* values */
	{ IN_SERVICE("workers"), "2:2 503", "workers number" },
	{ IN_SERVICE("workers 0"), "2:10 503", "from 1 to 4096, not '0'" },
	{ IN_SERVICE("workers 4097"), "2:10 503", "not '4097'" },
	{ IN_SERVICE("workers -1"), "2:10 503", "not '-1'" },
	{ IN_SERVICE("workers four"), "2:10 503", "not 'four'" },
	{ IN_SERVICE("workers 4 5"), "2:12 503", "'5' is too much" },
	{ IN_SERVICE("workers 4 {\n}"), "2:2 505", "takes no block" },
	{ GOOD "start_timeout 10\n", "", "" },
	{ GOOD "start_timeout 10x\n", "2:15 503", "a time" },
	{ GOOD "start_timeout 1.5s\n", "2:15 503", "not '1.5s'" },
	{ GOOD "start_timeout 9ms\n", "2:15 503", "from 10ms to 24h" },
	{ GOOD "start_timeout 25h\n", "2:15 503", "not '25h'" },
	{ GOOD "drain_delay 99999999999999999999s\n", "2:13 503", "" },
	{ GOOD "reload_window 25\n", "2:15 503", "a percentage" },
	{ GOOD "reload_window 101%\n", "2:15 503", "1% to 100%" },
	{ GOOD "old_generations 65\n", "2:17 503", "1 to 64" },
	{ GOOD "pidfile run/x\n", "2:9 503", "begins with /" },
	{ GOOD "pidfile \"\"\n", "2:9 503", "begins with /" },
	{ IN_SERVICE("max_rss 1k"), "2:10 503", "from 1m on" },
	{ IN_SERVICE("max_age 5ms"), "2:10 503", "from 1s" },
	{ IN_SERVICE("max_requests 5 jitter"), "2:17 503", "percentage" },
	{ IN_SERVICE("max_requests 5 jitter 5"), "2:24 503", "not '5'" },
	{ IN_SERVICE("max_requests 5 jitters 5%"), "2:17 503", "'jitters'" },
	{ IN_SERVICE("timeout idle 1s idel 1s"), "2:18 503", "not 'idel'" },
	{ IN_SERVICE("timeout total"), "2:10 503", "needs a value" },
	{ IN_SERVICE("timeout min_rate 2g"), "2:19 503", "from 0 to 1g" },
	/* addresses */
	{ IN_SERVICE("listen 127.0.0.1"), "2:9 201", "port is missing" },
	{ IN_SERVICE("listen *:65536"), "2:9 201", "above 65535" },
	{ IN_SERVICE("listen 1.2.3:4"), "2:9 201", "not an IPv4 address" },
	{ IN_SERVICE("listen unix:x"), "2:9 201", "begins with /" },
	{ IN_SERVICE("listen *:1 backlog"), "2:13 503", "needs a value" },
	{ IN_SERVICE("listen *:1 backlog 0"), "2:21 503", "from 1 to" },
	{ IN_SERVICE("listen *:1 backlogs 1"), "2:13 503", "backlog, mode" },
	{ IN_SERVICE("listen *:1 mode 0600"), "2:13 503", "for unix sockets" },
	{ IN_SERVICE("listen *:1 owner root"), "2:13 503", "for unix" },
	{ IN_SERVICE("listen unix:/x mode 888"), "2:22 503", "octal" },
	{ IN_SERVICE("listen unix:/x mode 06600"), "2:22 503", "octal" },
	{ IN_SERVICE("listen unix:/x mode 1777"), "2:22 503", "octal" },
	{ IN_SERVICE("listen unix:/x owner no-one-is-called-so"), "2:23 602",
	    "no user" },
	{ IN_SERVICE("listen unix:/x owner :no-group-is-so"), "2:23 602",
	    "no group" },
	/* users */
	{ GOOD "user no-one-is-called-so\n", "2:6 602", "no user" },
	{ GOOD "user 0:0\n", "2:6 602", "no user '0:0'" },
	{ GOOD "user 0\ngroup no-group-is-so\n", "3:7 602", "no group" },
	{ GOOD "user 0 0\n", "2:8 503", "too much" },
	{ IN_SERVICE("group 0"), "1:9 510", "user, which group needs" },
	/* the log */
	{ GOOD "log\n", "2:1 503", "log needs a value" },
	{ GOOD "log file\n", "2:5 503", "file needs a path" },
	{ GOOD "log file x\n", "2:10 503", "begins with /, not 'x'" },
	{ GOOD "log file /x/\n", "2:10 503", "begins with /, not '/x/'" },
	{ GOOD "log file /x loud\n", "2:13 503", "a level is" },
	{ GOOD "log format\n", "2:5 503", "needs text or json" },
	{ GOOD "log format xml\n", "2:12 503", "text or json, not 'xml'" },
	{ GOOD "log format json x\n", "2:17 503", "'x' is too much" },
	{ GOOD "log format text\nlog format json\n", "3:1 508",
	    "first is in c:2" },
	{ GOOD "log stdout\n", "2:5 503", "file and format, not 'stdout'" },
	{ GOOD "log syslog\n", "2:5 503", "needs a facility" },
	{ GOOD "log syslog info\n", "2:12 503", "no facility 'info'" },
	{ GOOD "log stderr daemon\n", "2:12 503", "a level is" },
	{ GOOD "log stderr info x\n", "2:17 503", "'x' is too much" },
	{ GOOD "log stderr\nlog stderr\n", "3:1 508", "first is in c:2" },
	{ IN_SERVICE("log stderr"), "2:2 504", "not a directive of a service" },
	/* the process of a worker */
	{ GOOD "umask 28\n", "2:7 503", "from 000 to 0777, not '28'" },
	{ GOOD "umask 1000\n", "2:7 503", "octal" },
	{ GOOD "umask 022 022\n", "2:11 503", "too much" },
	{ IN_SERVICE("umask 022"), "2:2 504", "not a directive of a service" },
	{ GOOD "limit nofiles 3\n", "2:7 503", "nofile, stack" },
	{ GOOD "limit nofile\n", "2:7 503", "needs a value, or unlimited" },
	{ GOOD "limit nofile 3 4\n", "2:16 503", "too much" },
	{ GOOD "limit nofile 3k\n", "2:14 503", "nofile needs a number" },
	{ GOOD "limit core -1\n", "2:12 503", "core needs a size" },
	{ GOOD "limit core 1\nlimit cpu 1\nlimit core 2\n", "4:7 508",
	    "limit core is given twice" },
	{ IN_SERVICE("limit core 1; limit core 1"), "2:22 508", "twice" },
	{ GOOD "env A b\n", "2:1 504", "belongs into the block" },
	{ IN_SERVICE("env A"), "2:6 503", "env A needs a value" },
	{ IN_SERVICE("env A b c"), "2:10 503", "too much" },
	{ IN_SERVICE("env A=b c"), "2:6 503", "not 'A=b'" },
	{ IN_SERVICE("env \"\" c"), "2:6 503", "not ''" },
	{ IN_SERVICE("env A b; env B b; env A c"), "2:24 508", "env A is" },
	/* services and handlers */
	{ "service s { handler echo }\n", "1:9 510", "s has no listen" },
	{ "service s { listen *:0 }\n", "1:9 510", "s has no handler" },
	{ "service s {\n}\n", "1:9 510", "s has no handler" },
	{ "service {\n}\n", "1:1 505", "service name" },
	{ "service s\n", "1:1 505", "service name" },
	{ "service s t { }\n", "1:11 505", "service name" },
	{ "service a/b { listen *:0; handler echo }\n", "1:9 503", "'a/b'" },
	{ "service \"\" { }\n", "1:9 503", "not ''" },
	{ "service a23456789012345678901234567890bc { }\n", "1:9 503", "31" },
	{ "service s { listen *:0; handler }\n", "1:25 503", "a name or" },
	{ "service s { listen *:0; handler a b }\n", "1:35 503", "a name or" },
	{ "service s { listen *:0; handler \"\" }\n", "1:25 503", "a name" },
	{ "service s { listen *:0; handler ./x }\n", "1:33 503", "path" },
	{ "service s { listen *:0; handler echo { x } }\n", "1:40 503",
	    "option x needs a value" },
	{ "service s { listen *:0; handler echo { x { y 1 } } }\n", "1:40 505",
	    "x takes no block" },
	/* who is behind a balancer */
	{ IN_SERVICE("proxy"), "2:2 503", "require from network" },
	{ IN_SERVICE("proxy accept"), "2:8 503", "require, not 'accept'" },
	{ IN_SERVICE("proxy require"), "2:8 503", "needs 'from'" },
	{ IN_SERVICE("proxy require form ::1"), "2:16 503", "not 'form'" },
	{ IN_SERVICE("proxy require from"), "2:16 503", "needs networks" },
	{ IN_SERVICE("proxy require from ::1 all"), "2:25 503", "from all" },
	{ IN_SERVICE("proxy require from 10.0.0.0/33"), "2:21 503", "/33'" },
	{ IN_SERVICE("proxy require from ::/129"), "2:21 503", "not '::/129" },
	{ IN_SERVICE("proxy require from 10.0.0.0/"), "2:21 503", "10.0.0.0/" },
	{ IN_SERVICE("proxy require from 10.0.0.0/08"), "2:21 503", "/08'" },
	{ IN_SERVICE("proxy require from 10.0.0.0/-8"), "2:21 503", "/-8'" },
	{ IN_SERVICE("proxy require from 10.0.0.1/8"), "2:21 503",
	    "behind the first 8" },
	{ IN_SERVICE("proxy require from ::8000:0/96"), "2:21 503", "::8000" },
	{ IN_SERVICE("proxy require from ::ffff:10.0.0.1"), "2:21 503",
	    "is IPv4" },
	{ IN_SERVICE("proxy require from host"), "2:21 503", "not 'host'" },
	{ IN_SERVICE("proxy require from ::1; proxy require from ::1"),
	    "2:26 508", "proxy" },
	{ IN_SERVICE("timeout header 0"), "2:17 503", "from 10ms" },
	/* what this version does not do */
	{ IN_SERVICE("allow"), "2:2 503", "allow network ... | unix | all" },
	{ IN_SERVICE("deny 10.0.0.0/33"), "2:7 503", "needs networks" },
	{ IN_SERVICE("deny ::/129"), "2:7 503", "not '::/129'" },
	{ IN_SERVICE("allow all 10.0.0.0/08"), "2:12 503", "not '10.0" },
	{ IN_SERVICE("allow 10.0.0.0/"), "2:8 503", "not '10.0.0.0/'" },
	{ IN_SERVICE("allow 10.0.0"), "2:8 503", "not '10.0.0'" },
	{ IN_SERVICE("allow localhost"), "2:8 503", "not 'localhost'" },
	{ IN_SERVICE("allow 10.0.0.1/8"), "2:8 503", "behind the first 8" },
	{ IN_SERVICE("deny 2001:db8::1/64"), "2:7 503", "the first 64" },
	{ IN_SERVICE("deny ::ffff:10.0.0.1"), "2:7 503", "is IPv4, and" },
	{ IN_SERVICE("per_source -1"), "2:13 503", "from 1 to 1000000, or 0" },
	{ IN_SERVICE("per_source 1 prefx 1/1"), "2:15 503", "too much" },
	{ IN_SERVICE("per_source 1 prefix"), "2:15 503", "needs a value" },
	{ IN_SERVICE("per_source 1 prefix 32"), "2:22 503", "as 32/64, not" },
	{ IN_SERVICE("per_source 1 prefix 33/64"), "2:22 503", "'33/64'" },
	{ IN_SERVICE("per_source 1 prefix 0/64"), "2:22 503", "'0/64'" },
	{ IN_SERVICE("per_source 1 prefix 32/129"), "2:22 503", "'32/129'" },
	{ IN_SERVICE("per_source 1 prefix 1/1 2"), "2:26 503", "too much" },
	{ IN_SERVICE("max_connections x"), "2:18 503", "or 0 for none" },
	{ IN_SERVICE("rate 20"), "2:7 503", "as 20/s, not '20'" },
	{ IN_SERVICE("rate /s"), "2:7 503", "not '/s'" },
	{ IN_SERVICE("rate 20/m"), "2:7 503", "not '20/m'" },
	{ IN_SERVICE("rate x/s"), "2:7 503", "from 0 to 1000000, not 'x'" },
	{ IN_SERVICE("rate 1000001/s"), "2:7 503", "not '1000001'" },
	{ IN_SERVICE("rate 11111111111111111111/s"), "2:7 503", "as 20/s" },
	{ IN_SERVICE("rate 20/s brst 4"), "2:12 503", "too much" },
	{ IN_SERVICE("rate 20/s burst"), "2:12 503", "needs a value" },
	{ IN_SERVICE("rate 20/s burst 0"), "2:18 503", "from 1 to 1000000" },
	{ IN_SERVICE("rate 20/s burst 1 2"), "2:20 503", "too much" },
	{ GOOD "control x mode 0600\n", "2:9 503", "begins with /" },
	{ GOOD "control /x mode 9\n", "2:17 503", "octal" },
	{ GOOD "control /x mode 0600 mode 0660\n", "2:22 508", "twice" },
	{ GOOD "control /x moode 0600\n", "2:12 503", "not 'moode'" },
	/* the language */
	{ GOOD "}\n", "2:1 505", "} without a block" },
	{ "service s {\n\tlisten *:0; handler echo\n", "1:11 505",
	    "not closed" },
	{ "service s {\n\tlisten *:0\n\thandler echo {\n\t\tx 1\n}\n",
	    "1:11 505", "not closed" },
	{ "service s {\n\tlisten *:0\n\thandler echo {\n\t\tx 1\n",
	    "3:15 505 1:11 505", "not closed" },
	{ GOOD "{ user 0 }\n", "2:1 505", "{ without a name" },
	{ GOOD "user { x { y }\n", "2:1 505 2:6 505", "user takes no block" },
	{ GOOD "user \"0\n", "2:6 505", "a string is not closed" },
	{ GOOD "user \"0\\q\"\n", "2:8 505", "\\ must be followed by" },
	{ GOOD "user 0\"0\"\n", "2:7 505", "in the midst of a word" },
	{ GOOD "user \"0\"0\n", "2:9 505", "a blank is missing" },
	{ GOOD "user \r0\n", "2:6 505", "carriage return" },
	{ GOOD "user \x01\n", "2:6 505", "a control byte" },
	{ GOOD "include x\n", "2:1 507", "cannot include" },
	{ GOOD "include\n", "2:1 503", "one file or pattern" },
	{ GOOD "include a b\n", "2:11 503", "one file or pattern" },
	{ "\xef\xbb\xbfuser \xef\xbb\xbf\n" GOOD, "1:6 602", "no user" },
	{ GOOD "usr 0\r\ngruop 0\r\n", "2:1 502 3:1 502", "user?" },
	/* not only the first */
	{ "a 1; b 2\nc 3\n", "1:1 502 1:6 502 2:1 502", "'a'" },
	{ IN_SERVICE("workers 0; max_age 1ms\n\tlisten x"),
	    "2:10 503 2:21 503 3:9 201", "workers" },
};

static int
read_text(const char *text, size_t bytes)
{
	struct settings *settings = settings_new(0);
	int result;

	rig_require(settings != NULL, "settings");
	complaints.count = 0;
	result = file_read_text(settings, "c", text, bytes, &complaints);
	settings_unref(settings);
	return result;
}

static void
test_bad(const struct bad *bad)
{
	char name[64];
	unsigned i;

	(void)snprintf(name, sizeof(name), "%s", bad->text);
	for (i = 0; name[i] != '\0'; i++)
		if ((unsigned char)name[i] < ' ')
			name[i] = '~';
	is_int(read_text(bad->text, strlen(bad->text)),
	    bad->said[0] == '\0' ? 0 : -1, "%s", name);
	is_text(text_said(2), bad->said, "place and number");
	for (i = 0; i < complaints.count && i < COMPLAINTS_MAX; i++)
		if (complaint_exit_code(&complaints.items[i]) != 78)
			ok(0, "its exit code");
	if (complaints.count > 0 &&
	    !ok(strstr(complaints.items[0].error.text, bad->part) != NULL,
		"its words"))
		printf("# %s\n", complaints.items[0].error.text);
}

static void
test_many(void)
{
	char text[1024] = GOOD;
	int i;

	for (i = 0; i < 30; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "nosuchthing %d\n", i);
	is_int(read_text(text, strlen(text)), -1, "thirty mistakes");
	is_int(complaints.count, 30, "are counted");
	is_text(complaints.items[COMPLAINTS_MAX - 1].place, "c:21:1",
	    "twenty are kept");
}

static void
test_bytes(void)
{
	static char line[10 * 1024 * 1024];
	const char nul[] = GOOD "user \0\nusr\n";

	is_int(read_text(nul, sizeof(nul) - 1), -1, "a NUL byte");
	is_text(text_said(2), "2:6 505 3:1 502", "where it is");
	memset(line, 'a', sizeof(line));
	is_int(read_text(line, sizeof(line)), -1, "a word of 10 MB");
	is_text(text_said(2), "1:1 505", "where it is");
	memset(line, ' ', sizeof(line));
	is_int(read_text(line, sizeof(line)), -1, "blanks of 10 MB");
	is_text(text_said(2), "- 510", "are nothing");
	for (size_t i = 0; i < sizeof(line); i += 2)
		line[i] = 'a';
	is_int(read_text(line, sizeof(line)), -1, "words of 10 MB");
	is_text(text_said(2), "1:2049 505", "are too many");
	memset(line, '{', sizeof(line));
	is_int(read_text(line, sizeof(line)), -1, "braces of 10 MB");
	is_text(text_said(2), "1:1 505 1:1 505", "are not closed");
}

int
main(void)
{
	size_t i;

	(void)alarm(RIG_DEADLINE_S);
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		test_bad(&bads[i]);
	test_many();
	test_bytes();
	return tap_done();
}
