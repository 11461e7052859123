/*
 * Settings: defaults, addresses, whom workers run as.
 */
#include "config.h"

#include <sys/un.h>

#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>

#include "config/settings.h"
#include "listener/listener.h"
#include "rig.h"
#include "tap.h"

static void
test_defaults(void)
{
	struct settings *s = settings_new(2);
	size_t i;

	is_int(s->service_count, 2, "two services");
	for (i = 0; i < 2; i++)
		ok(s->services[i].workers == 4 &&
			s->services[i].max_requests_jitter == 10 &&
			s->services[i].endpoint_count == 0 &&
			s->services[i].argument_count == 0,
		    "service %d: workers, jitter", (int)i);
	ok(s->start_timeout_ms == 10000 && s->drain_timeout_ms == 30000 &&
		s->stop_timeout_ms == 8000 && s->quit_timeout_ms == 60000 &&
		s->hurry_timeout_ms == 2000,
	    "times");
	is_int(s->window_percent, 25, "window");
	ok(s->pidfile == NULL && s->ready_fd == -1 && !s->foreground &&
		!s->own_process && !s->identity.wanted,
	    "nothing is asked for");
	is_int(s->refs, 1, "one reference");
	ok(settings_ref(s) == s && s->refs == 2, "two");
	settings_unref(s);
	is_int(s->refs, 1, "one again");
	settings_unref(s);
	settings_unref(NULL);
}

static void
test_listen(void)
{
	struct settings *s = settings_new(1);
	struct service_settings *service = &s->services[0];
	struct error e;

	is_int(settings_listen(service, "127.0.0.1:7007", &e), 0, "one");
	is_int(settings_listen(service, "*:0", &e), 0, "two in one");
	is_int(service->endpoint_count, 3, "are three");
	ok(service->endpoints[0].address.ss_family == AF_INET &&
		service->endpoints[1].address.ss_family == AF_INET6 &&
		service->endpoints[2].address.ss_family == AF_INET,
	    "in order");
	is_int(settings_listen(service, "127.0.0.1", &e), -1, "not an address");
	is_int(e.id, PF_BAD_ADDRESS, "id");
	is_int(service->endpoint_count, 3, "nothing is added");
	settings_unref(s);
}

static void
test_listen_limit(void)
{
	struct settings *s = settings_new(1);
	struct service_settings *service = &s->services[0];
	char address[32];
	struct error e;
	int i;

	for (i = 0; i < SETTINGS_MAX_LISTENERS - 1; i++) {
		(void)snprintf(address, sizeof(address), "127.0.0.1:%d",
		    7000 + i);
		if (settings_listen(service, address, &e) == -1)
			break;
	}
	is_int(i, SETTINGS_MAX_LISTENERS - 1, "up to one below the limit");
	is_int(settings_listen(service, "*:7", &e), -1, "two more");
	is_int(e.id, PF_USAGE, "are refused");
	ok(strstr(e.text, "256") != NULL && strstr(e.text, "*:7") != NULL,
	    "with limit and address");
	is_int(service->endpoint_count, SETTINGS_MAX_LISTENERS - 1,
	    "neither of them is added");
	is_int(settings_listen(service, "127.0.0.1:1", &e), 0, "one fits");
	is_int(settings_listen(service, "127.0.0.1:2", &e), -1, "no more");
	settings_unref(s);
}

static void
expect_unknown(const char *text, const char *part)
{
	struct identity identity = { .uid = 1 };
	struct error e = { .id = PF_NONE };

	is_int(settings_identity(&identity, text, &e), -1, "'%s' is nobody",
	    text);
	is_int(e.id, PF_IDENTITY_UNKNOWN, "id");
	ok(strstr(e.text, part) != NULL, "names %s", part);
	ok(!identity.wanted && identity.name[0] == '\0', "nothing is wanted");
}

static void
test_unknown(void)
{
	char name[100];

	memset(name, 'u', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	expect_unknown("no-such-user", "no user 'no-such-user'");
	expect_unknown("no-such-user:0", "no user 'no-such-user'");
	expect_unknown("0:no-such-group", "no group 'no-such-group'");
	expect_unknown("0:", "no group ''");
	expect_unknown("", "''");
	expect_unknown(":0", "':0'");
	expect_unknown("-1", "'-1'");
	expect_unknown("+1", "'+1'");
	expect_unknown("1x", "'1x'");
	expect_unknown("0x10", "'0x10'");
	expect_unknown("4294967295", "'4294967295'");
	expect_unknown("99999999999999999999", "'99999999999999999999'");
	expect_unknown("0:1:2", "'1:2'");
	expect_unknown(name, "uuu");
	name[63] = '\0';
	expect_unknown(name, "no user 'uuu");
}

static void
test_numbers(void)
{
	struct identity identity = { .wanted = false };
	struct error e;

	is_int(settings_identity(&identity, "54321:54322", &e), 0, "numbers");
	ok(identity.wanted && identity.uid == 54321 && identity.gid == 54322,
	    "of user and group");
	is_text(identity.name, "54321:54322", "and their text");
	ok(identity.group_count == 1 && identity.groups[0] == 54322,
	    "no other group");
	is_int(settings_identity(&identity, "54321", &e), 0, "one number");
	ok(identity.uid == 54321 && identity.gid == 54321, "is both");
}

static void
test_names(void)
{
	const struct passwd *root = getpwuid(0);
	const struct group *group = getgrgid(0);
	struct identity identity = { .wanted = false };
	struct error e;
	char text[64];

	if (root == NULL || group == NULL) {
		ok(1, "names # SKIP this system has none");
		return;
	}
	is_int(settings_identity(&identity, root->pw_name, &e), 0, "a name");
	ok(identity.uid == 0 && identity.gid == root->pw_gid, "is looked up");
	(void)snprintf(text, sizeof(text), "54321:%s", group->gr_name);
	is_int(settings_identity(&identity, text, &e), 0, "a group's name");
	ok(identity.uid == 54321 && identity.gid == 0, "is looked up");
	is_int(settings_identity(&identity, "0", &e), 0, "a known number");
	is_int(identity.gid, root->pw_gid, "has its own group");
}

static int
ask_without_root(void *arg)
{
	struct identity identity = { .wanted = false };
	struct error e = { .id = PF_NONE };

	if (rig_drop_root() == -1)
		return 1;
	if (settings_identity(&identity, arg, &e) != -1)
		return 2;
	if (e.id != PF_IDENTITY_DENIED || error_exit_code(&e) != 77)
		return 3;
	return identity.wanted ? 4 : 0;
}

int
main(void)
{
	char self[] = "65534", other[] = "54321:54322", root[] = "0";

	(void)alarm(RIG_DEADLINE_S);
	test_defaults();
	test_listen();
	test_listen_limit();
	test_unknown();
	is_int(rig_in_child(ask_without_root, root), 0, "not root: no root");
	is_int(rig_in_child(ask_without_root, other), 0, "nor another");
	is_int(rig_in_child(ask_without_root, self), 0, "nor itself");
	if (geteuid() == 0) {
		test_numbers();
		test_names();
	} else {
		ok(1, "identities # SKIP only root can have them");
	}
	return tap_done();
}
