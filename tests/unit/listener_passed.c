/*
 * The environment by which sockets are passed: what is taken, what is not for
 * us, what is garbage.
 */
#include "config.h"

#include <sys/stat.h>
#ifdef HAVE_PIDFD
#include <sys/syscall.h>
#endif

#include <inttypes.h>
#include <stdio.h>

#include "listener/passed.h"
#include "listener_rig.h"
#include "tap.h"

#define FIRST_FD 3

static struct error e;
static char self[24];

static void
set(const char *name, const char *value)
{
	if (value == NULL)
		(void)unsetenv(name);
	else
		(void)setenv(name, value, 1);
}

static int
take(struct passed_sockets *passed, const char *pid, const char *count,
    const char *names)
{
	*passed = (struct passed_sockets) { .count = 0 };
	e.text[0] = '\0';
	set("LISTEN_PID", pid);
	set("LISTEN_FDS", count);
	set("LISTEN_FDNAMES", names);
	return passed_take(passed, &e);
}

/* The first descriptors are what they would be in a program just started. */
static void
open_two(struct listener *list)
{
	rig_listen("127.0.0.1:0", &list[0]);
	rig_listen("127.0.0.1:0", &list[1]);
	rig_require(list[0].fd == FIRST_FD && list[1].fd == FIRST_FD + 1,
	    "nothing else is open");
}

static void
test_taken(void)
{
	struct listener list[2];
	struct passed_sockets passed;
	struct endpoint any, one;

	open_two(list);
	is_int(take(&passed, self, "2", "web:"), 0, "two are taken");
	is_int(passed.count, 2, "both");
	is_text(passed.items[0].passed_as, "web", "the first by its name");
	is_text(passed.items[1].passed_as, "", "the other by none");
	is_text(passed.items[1].text, list[1].text, "its address is known");
	ok(getenv("LISTEN_PID") == NULL && getenv("LISTEN_FDS") == NULL &&
		getenv("LISTEN_FDNAMES") == NULL,
	    "nobody else takes them");
	ok((fcntl(FIRST_FD, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	(void)endpoint_parse("fd:*", &any, &e);
	(void)endpoint_parse("fd:web", &one, &e);
	is_int(passed_count(&passed, &any), 2, "any is two");
	is_int(passed_count(&passed, &one), 1, "a name is one");
	is_int(passed_count(&passed, &list[1].endpoint), 1, "an address too");
	is_int(passed_count(NULL, &any), 0, "none of none");
	ok(passed_find(&passed, FIRST_FD + 1) == &passed.items[1] &&
		passed_find(&passed, FIRST_FD + 2) == NULL,
	    "found by number");
	passed_close(&passed);
	is_int(fcntl(FIRST_FD, F_GETFD), -1, "they are closed at the end");
}

static void
test_names(void)
{
	struct listener list[2];
	struct passed_sockets passed;

	open_two(list);
	is_int(take(&passed, self, "2", NULL), 0, "without names");
	is_text(passed.items[1].passed_as, "unknown", "each is unknown");
	passed_close(&passed);
}

static void
test_not_ours(void)
{
	static const char *const others[][3] = {
		{ "1", "1", NULL },
		{ "2147483647", "garbage", "a:b" },
		{ NULL, "1", NULL },
		{ NULL, "garbage", NULL },
		{ NULL, NULL, "a:b" },
	};
	struct passed_sockets passed;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		is_int(take(&passed, others[i][0], others[i][1], others[i][2]),
		    0, "row %zu is not for us", i);
		is_int(passed.count, 0, "and nothing is taken");
		ok(getenv("LISTEN_FDS") == NULL, "nor handed on");
	}
	is_int(take(&passed, self, NULL, NULL), 0, "a number without sockets");
}

#ifdef HAVE_PIDFD

/* As a service manager would tell it; "" where the kernel has none. */
static const char *
own_id(void)
{
	static char text[32];
	struct stat st;
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (fd != -1 && fstat(fd, &st) == 0)
		(void)snprintf(text, sizeof(text), "%ju", (uintmax_t)st.st_ino);
	(void)close(fd);
	return text;
}

#else

static const char *
own_id(void)
{
	return "";
}

#endif

/* Numbers of processes come again; this one does not. */
static void
test_former(void)
{
	struct listener list[2];
	struct passed_sockets passed;

	if (own_id()[0] == '\0') {
		ok(1, "ids of processes # SKIP the system has none");
		return;
	}
	open_two(list);
	(void)setenv("LISTEN_PIDFDID", "4", 1);
	is_int(take(&passed, self, "2", NULL), 0, "the id of another");
	is_int(passed.count, 0, "who had our number");
	(void)setenv("LISTEN_PIDFDID", own_id(), 1);
	is_int(take(&passed, self, "2", NULL), 0, "our own");
	is_int(passed.count, 2, "they are ours");
	ok(getenv("LISTEN_PIDFDID") == NULL, "nobody else sees it");
	passed_close(&passed);
}

static void
test_garbage(void)
{
	static const char *const numbers[] = { "", " 1", "-1", "0", "1x", "0x1",
		"1 ", "+1", "2147483648", "99999999999999999999" };
	static const char *const names[] = { "", "a", "a:b:c", "::" };
	struct passed_sockets passed;
	struct listener list[2];
	size_t i;

	open_two(list);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		is_int(take(&passed, numbers[i], "1", NULL), -1,
		    "LISTEN_PID '%s'", numbers[i]);
		is_int(e.id, PF_PASSED_BAD, "told: %s", e.text);
		is_int(take(&passed, self, numbers[i], NULL), -1,
		    "LISTEN_FDS '%s'", numbers[i]);
		is_int(e.id, PF_PASSED_BAD, "told: %s", e.text);
	}
	is_int(take(&passed, self, "257", NULL), -1, "too many");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		is_int(take(&passed, self, "2", names[i]), -1,
		    "LISTEN_FDNAMES '%s'", names[i]);
		is_int(passed.count, 0, "nothing is taken");
	}
	is_int(take(&passed, self, "3", NULL), -1, "one that is not open");
	ok(strstr(e.text, "descriptor 5") != NULL, "told: %s", e.text);
	is_int(passed.count, 2, "those before it were taken");
	passed_close(&passed);
}

static void
test_endpoint(void)
{
	static const char *const bad[] = { "fd:", "fd:a:b", "fd:a\nb" };
	struct endpoint endpoint;
	char text[ENDPOINT_TEXT_BYTES], name[120];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		is_int(endpoint_parse(bad[i], &endpoint, &e), -1, "bad %zu", i);
		is_int(e.id, PF_BAD_ADDRESS, "told: %s", e.text);
	}
	memset(name, 'x', sizeof(name));
	memcpy(name, "fd:", 3);
	name[3 + 107] = '\0';
	is_int(endpoint_parse(name, &endpoint, &e), 1, "as long as can be");
	endpoint_format((struct sockaddr *)&endpoint.address, endpoint.length,
	    text, sizeof(text));
	is_text(text, name, "written as it was read");
	name[3 + 107] = 'x';
	name[3 + 108] = '\0';
	is_int(endpoint_parse(name, &endpoint, &e), -1, "longer");
}

/* Names that are in no file system, where there are such. */
static void
test_abstract(void)
{
	struct endpoint one, other;
	struct sockaddr *address = (struct sockaddr *)&one.address;
	char text[ENDPOINT_TEXT_BYTES], name[130];

	if (endpoint_parse("unix:@one", &one, &e) == -1) {
		ok(1, "abstract # SKIP %s", e.text);
		return;
	}
	endpoint_format(address, one.length, text, sizeof(text));
	is_text(text, "unix:@one", "written as it was read");
	ok(!endpoint_has_file(&one), "it has no file");
	is_int(endpoint_parse("unix:@other", &other, &e), 1, "another");
	ok(!endpoint_equal(address, (struct sockaddr *)&other.address),
	    "which is not the same");
	is_int(endpoint_parse("unix:@one", &other, &e), 1, "the same again");
	ok(endpoint_equal(address, (struct sockaddr *)&other.address),
	    "is the same");
	is_int(endpoint_parse("unix:@", &other, &e), -1, "none");
	memset(name, 'x', sizeof(name));
	memcpy(name, "unix:@", 6);
	name[6 + 107] = '\0';
	is_int(endpoint_parse(name, &other, &e), 1, "as long as can be");
	name[6 + 107] = 'x';
	name[6 + 108] = '\0';
	is_int(endpoint_parse(name, &other, &e), -1, "longer");
}

int
main(void)
{
	int fd;

	(void)alarm(RIG_DEADLINE_S);
	for (fd = FIRST_FD; fd < 64; fd++)
		(void)close(fd);
	(void)snprintf(self, sizeof(self), "%ld", (long)getpid());
	test_taken();
	test_names();
	test_not_ours();
	test_former();
	test_garbage();
	test_endpoint();
	test_abstract();
	is_int(fcntl(FIRST_FD, F_GETFD), -1, "no descriptor is left");
	return tap_done();
}
