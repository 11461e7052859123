/*
 * Generations: built whole or not at all, and listeners that live as long as
 * the last one that has them.
 */
#include "config.h"

#include <sys/stat.h>

#include "conn_rig.h"
#include "generation/generation.h"

#define SERVICES 2

static const char *folder;

/* A handler that is linked in needs no file. */
static void
handle(int sock)
{
	(void)sock;
}

static void
listen_at(struct settings *s, size_t service, const char *address)
{
	struct error e = { 0 };

	if (settings_listen(&s->services[service], address, &e) == 0)
		return;
	printf("Bail out! %s\n", e.text);
	exit(1);
}

/* The first service has two listeners, one of them a file; the second one. */
static struct settings *
make_settings(const char *name)
{
	struct settings *s = settings_new(SERVICES);
	char address[100];
	size_t i;

	rig_require(s != NULL, "settings");
	for (i = 0; i < SERVICES; i++)
		s->services[i].handle_client = handle;
	(void)snprintf(address, sizeof(address), "unix:%s/%s", folder, name);
	listen_at(s, 0, address);
	listen_at(s, 0, "127.0.0.1:0");
	listen_at(s, 1, "127.0.0.1:0");
	return s;
}

/* Both steps, NULL when one fails. */
static struct generation *
new_and_open(uint32_t number, struct settings *settings, struct generation *old,
    struct error *e)
{
	struct generation *g = generation_new(number, settings, e);

	if (g == NULL || generation_open(g, old, 0, e) == 0)
		return g;
	generation_unref(g);
	return NULL;
}

static struct generation *
build(uint32_t number, struct settings *settings, struct generation *old)
{
	struct error e = { .id = PF_NONE };
	struct generation *g = new_and_open(number, settings, old, &e);

	if (g == NULL)
		printf("# %s\n", e.text);
	rig_require(g != NULL, "generation_new");
	return g;
}

static int
exists(const char *name)
{
	struct stat st;

	return lstat(rig_path(folder, name), &st) == 0;
}

/* Does a connection to the listener succeed? */
static int
is_served(const struct listener *listener)
{
	int fd =
	    fd_socket(conn_address(listener)->sa_family, SOCK_STREAM, false);
	int result =
	    connect(fd, conn_address(listener), listener->endpoint.length);

	fd_close(&fd);
	return result == 0;
}

static void
test_build(void)
{
	struct settings *s = make_settings("one");
	struct generation *g = build(7, s, NULL);
	struct service *services = g->services;
	int fds = rig_count_fds();

	ok(g->number == 7 && g->refs == 1, "number and reference");
	ok(g->settings == s && s->refs == 2, "has its settings");
	is_int(g->service_count, SERVICES, "services");
	is_int(services[0].listeners->count, 2, "two listeners of the first");
	is_int(services[1].listeners->count, 1, "one of the second");
	ok(services[0].settings == &s->services[0] &&
		services[1].settings == &s->services[1],
	    "each has its settings");
	is_text(services[0].module_file, "", "a linked handler has no file");
	ok(is_served(&services[0].listeners->items[0]->listener) &&
		is_served(&services[0].listeners->items[1]->listener) &&
		is_served(&services[1].listeners->items[0]->listener),
	    "all listen");
	settings_unref(s);
	ok(generation_ref(g) == g && g->refs == 2, "a second reference");
	generation_unref(g);
	ok(g->refs == 1 && exists("one"), "is let go: nothing is closed");
	is_int(rig_count_fds(), fds, "not one descriptor");
	generation_unref(g);
	is_int(rig_count_fds(), fds - 3, "the last closes the listeners");
	ok(!exists("one"), "and removes the file");
	generation_unref(NULL);
}

/* The second service has something wrong: nothing of the first is left. */
static void
expect_failure(struct settings *s, enum msg_id id, const char *what)
{
	struct error e = { .id = PF_NONE };
	int fds = rig_count_fds();

	ok(new_and_open(1, s, NULL, &e) == NULL, "%s: not built", what);
	is_int(e.id, id, "%s: reason", what);
	is_int(rig_count_fds(), fds, "%s: no descriptor is left", what);
	ok(!exists("failing"), "%s: no file is left", what);
	is_int(s->refs, 1, "%s: the settings are let go", what);
	settings_unref(s);
}

static void
test_failures(void)
{
	struct settings *s;
	struct listener taken;

	s = make_settings("failing");
	s->services[1].handle_client = NULL;
	s->services[1].handler = "no-such-handler";
	s->module_path.builtin = folder;
	expect_failure(s, PF_HANDLER_UNKNOWN, "unknown handler");
	s = make_settings("failing");
	s->services[1].handler = rig_path(folder, "none.so");
	expect_failure(s, PF_MODULE_OPEN, "missing module");
	rig_require(conn_listen("127.0.0.1:0", &taken) == 0, "listen");
	s = make_settings("failing");
	listen_at(s, 1, taken.text);
	expect_failure(s, PF_BIND, "address in use");
	listener_close(&taken);
	s = make_settings("failing");
	listen_at(s, 0, "unix:/none/such/folder");
	expect_failure(s, PF_BIND, "no folder for the socket");
}

static void
test_module_file(void)
{
	const char *file = rig_path(folder, "own.so");
	struct settings *s = make_settings("module");
	struct generation *g;
	int fd = fd_open(file, O_WRONLY | O_CREAT, 0600);

	fd_close(&fd);
	s->services[1].handle_client = NULL;
	s->services[1].handler = "own";
	s->module_path.builtin = folder;
	g = build(1, s, NULL);
	is_text(g->services[1].module_file, file, "a handler is found");
	settings_unref(s);
	generation_unref(g);
	(void)unlink(file);
}

static void
test_shared(void)
{
	struct settings *s = make_settings("shared");
	struct generation *one = build(1, s, NULL), *two, *three;
	struct shared_listener *first = one->services[0].listeners->items[0];
	struct shared_listener *last = one->services[1].listeners->items[0];
	int fds = rig_count_fds();

	two = build(2, s, one);
	is_int(rig_count_fds(), fds, "the next opens none");
	ok(two->services[0].listeners->items[0] == first &&
		two->services[1].listeners->items[0] == last,
	    "but has those of the one before");
	is_int(first->refs, 2, "two have them");
	ok(generation_has(two, last) && generation_has(one, last), "both");
	is_int(two->number, 2, "under its own number");
	generation_unref(one);
	is_int(first->refs, 1, "the first is gone");
	three = build(3, s, two);
	generation_unref(two);
	ok(exists("shared") && is_served(&first->listener) &&
		is_served(&last->listener),
	    "the third still listens");
	settings_unref(s);
	generation_unref(three);
	is_int(rig_count_fds(), fds - 3, "the last closes them");
	ok(!exists("shared"), "and removes the file");
}

static struct settings *
name_services(struct settings *s, const char *first, const char *second)
{
	strcpy(s->services[0].name, first);
	strcpy(s->services[1].name, second);
	return s;
}

/* Other services, other addresses: what is at the same place stays. */
static void
test_changed(void)
{
	struct settings *s = make_settings("a"), *t = make_settings("b");
	struct generation *one, *two;
	struct listener_set *first, *second;
	int fds;

	listen_at(s, 1, "127.0.0.1:0");
	name_services(s, "x", "y");
	one = build(1, s, NULL);
	fds = rig_count_fds();
	first = one->services[0].listeners;
	second = one->services[1].listeners;
	/* Now y comes first, and has what was the other's. */
	name_services(t, "y", "z");
	listen_at(t, 1, first->items[1]->listener.text);
	two = build(2, t, one);
	is_int(rig_count_fds(), fds + 2, "new: a file and a port");
	ok(two->services[0].listeners->items[1] == second->items[0] &&
		second->items[0]->refs == 2,
	    "y keeps its port");
	is_int(second->items[1]->refs, 1, "but of two only one");
	ok(two->services[1].listeners->items[0] != first->items[1],
	    "port 0 is another's in another service");
	ok(two->services[1].listeners->items[1] == first->items[1],
	    "but its number is not");
	ok(exists("a") && exists("b"), "both files are there");
	generation_unref(one);
	is_int(rig_count_fds(), fds, "what was left out is closed");
	ok(!exists("a") && exists("b"), "and removed");
	settings_unref(s);
	settings_unref(t);
	generation_unref(two);
	is_int(rig_count_fds(), fds - 4, "all is closed");
}

/* A number moves with its address to another service. */
static void
test_moved(void)
{
	struct settings *s = make_settings("c"), *t = make_settings("c");
	struct generation *one = build(1, name_services(s, "x", "y"), NULL);
	struct generation *two;
	struct listener_set *set = one->services[0].listeners;

	two = build(2, name_services(t, "y", "x"), one);
	ok(two->services[0].listeners->items[0] == set->items[0],
	    "a file goes with its name");
	ok(two->services[1].listeners->items[0] == set->items[1],
	    "a port 0 stays with its service");
	settings_unref(s);
	settings_unref(t);
	generation_unref(one);
	ok(exists("c"), "which is not removed");
	generation_unref(two);
}

static void
test_trial(void)
{
	struct settings *s = make_settings("d"), *t = make_settings("e");
	struct generation *one = build(1, name_services(s, "x", "y"), NULL);
	struct generation *two;
	struct error e;
	int fds = rig_count_fds();

	two = generation_new(2, name_services(t, "x", "z"), &e);
	is_int(generation_share(two, one, &e), 0, "a trial");
	is_int(rig_count_fds(), fds, "opens nothing");
	is_int(two->services[0].listeners->count, 1, "has what is there");
	is_int(two->services[1].listeners->count, 0, "or nothing");
	generation_unref(two);
	settings_unref(s);
	settings_unref(t);
	generation_unref(one);
}

/* One address beside all of the same port. */
static void
test_overlap(void)
{
	struct settings *s = make_settings("f"), *t = make_settings("f");
	struct generation *one;
	char address[64];
	struct error e = { .id = PF_NONE };
	int fds;

	listen_at(s, 1, "0.0.0.0:0");
	one = build(1, name_services(s, "x", "y"), NULL);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u",
	    endpoint_port((const void *)&one->services[1]
			      .listeners->items[1]
			      ->listener.endpoint.address));
	listen_at(t, 1, address);
	fds = rig_count_fds();
	ok(new_and_open(2, name_services(t, "x", "y"), one, &e) == NULL,
	    "one address of a port that all have");
	is_int(e.id, PF_BIND, "cannot be had");
	ok(strstr(e.text, "0.0.0.0:") != NULL &&
		strstr(e.text, "in the way") != NULL,
	    "and what is in the way is named");
	is_int(rig_count_fds(), fds, "nothing is left");
	is_int(one->services[0].listeners->items[0]->refs, 1, "nor kept");
	settings_unref(s);
	settings_unref(t);
	generation_unref(one);
}

static void
test_failing_next(void)
{
	struct settings *s = make_settings("old"), *bad;
	struct generation *old = build(1, s, NULL);
	struct error e = { .id = PF_NONE };
	int fds = rig_count_fds();

	bad = make_settings("old");
	bad->services[1].handler = rig_path(folder, "none.so");
	ok(new_and_open(2, bad, old, &e) == NULL, "the next fails");
	is_int(e.id, PF_MODULE_OPEN, "with its reason");
	ok(old->services[0].listeners->items[0]->refs == 1 &&
		old->services[1].listeners->items[0]->refs == 1,
	    "and has let go the listeners");
	is_int(rig_count_fds(), fds, "which are open");
	ok(exists("old") &&
		is_served(&old->services[0].listeners->items[0]->listener),
	    "and serve");
	settings_unref(bad);
	settings_unref(s);
	generation_unref(old);
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	folder = rig_folder();
	test_build();
	test_failures();
	test_module_file();
	test_shared();
	test_changed();
	test_moved();
	test_trial();
	test_overlap();
	test_failing_next();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}
