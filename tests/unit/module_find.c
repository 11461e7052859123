/*
 * From a handler's name or path to a file; the order of directories; the
 * service name; the list of all.
 * Runs in: a test.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "module/module.h"
#include "tap.h"

static char top[PATH_MAX];

static void
make_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0644);

	if (fd == -1)
		exit(1);
	close(fd);
}

/* a/echo.so a/two.so b/echo.so b/three.so b/four.so/ b/.so b/readme */
static void
make_tree(void)
{
	char name[] = "/tmp/prefork-find.XXXXXX";

	if (mkdtemp(name) == NULL || chdir(name) == -1 ||
	    getcwd(top, sizeof(top)) == NULL || mkdir("a", 0755) == -1 ||
	    mkdir("b", 0755) == -1 || mkdir("b/four.so", 0755) == -1 ||
	    mkfifo("fifo.so", 0644) == -1)
		exit(1);
	make_file("a/echo.so");
	make_file("a/two.so");
	make_file("b/echo.so");
	make_file("b/three.so");
	make_file("b/.so");
	make_file("b/readme");
	make_file("echo.so");
}

static void
remove_tree(void)
{
	static const char *const names[] = { "a/echo.so", "a/two.so", "a",
		"b/echo.so", "b/three.so", "b/four.so", "b/.so", "b/readme",
		"b", "echo.so", "fifo.so" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(names[i]);
	if (chdir("/") == 0)
		rmdir(top);
}

/* module_find gives `expected` below the top directory. */
static void
finds(const char *handler, const struct module_path *path, const char *expected)
{
	char wanted[PATH_MAX * 2];
	char found[PATH_MAX] = "";
	struct error e = { .text = "" };

	snprintf(wanted, sizeof(wanted), "%s/%s", top, expected);
	ok(module_find(handler, path, found, &e) == 0, "%s is found", handler);
	is_text(found, wanted, "... as %s", expected);
}

/* module_find refuses with `id`; `text` has a %s for the top directory. */
static void
refuses(const char *handler, const struct module_path *path, enum msg_id id,
    const char *text)
{
	char found[PATH_MAX] = "untouched";
	struct error e = { .text = "" };

	is_int(module_find(handler, path, found, &e), -1, "\"%s\" fails",
	    handler);
	is_int(e.id, id, "... with the right message");
	is_text(e.text, text, "... and text");
	is_text(found, "untouched", "... and nothing else");
}

static void
test_names(void)
{
	const struct module_path ab = { "a", NULL, "b" };
	const struct module_path colons = { NULL, ":missing::b:a", "a" };
	char none[PATH_MAX * 3];
	char near[PATH_MAX * 3];

	finds("echo", &ab, "a/echo.so");
	finds("three", &ab, "b/three.so");
	finds("echo", &colons, "b/echo.so");
	finds("two", &colons, "a/two.so");
	snprintf(none, sizeof(none), "no module four.so in %s/a, %s/b", top,
	    top);
	refuses("four", &ab, PF_HANDLER_UNKNOWN, none);
	snprintf(near, sizeof(near),
	    "no module ehco.so in %s/a, %s/b; did you mean echo?", top, top);
	refuses("ehco", &ab, PF_HANDLER_UNKNOWN, near);
	snprintf(near, sizeof(near),
	    "no module echo.so.so in %s/a, %s/b; for a file write ./echo.so",
	    top, top);
	refuses("echo.so", &ab, PF_HANDLER_UNKNOWN, near);
}

static void
test_odd_names(void)
{
	const struct module_path nowhere = { NULL, "", NULL };
	const struct module_path b = { "b", NULL, NULL };
	char text[PATH_MAX * 2];
	char name[PATH_MAX * 2];
	char found[PATH_MAX];
	struct error e;

	refuses("echo", &nowhere, PF_HANDLER_UNKNOWN,
	    "no module echo.so in any directory");
	snprintf(text, sizeof(text), "no module .so in %s/b", top);
	refuses("", &b, PF_HANDLER_UNKNOWN, text);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	is_int(module_find(name, &b, found, &e), -1, "an endless name");
	is_int(e.id, PF_HANDLER_UNKNOWN, "... is unknown");
	name[0] = '/';
	is_int(module_find(name, &b, found, &e), -1, "an endless path");
	is_int(e.id, PF_MODULE_OPEN, "... cannot be loaded");
}

static void
test_paths(void)
{
	const struct module_path path = { "a", NULL, "b" };
	char text[PATH_MAX * 2];

	finds("./echo.so", &path, "echo.so");
	finds("././b/echo.so", &path, "b/echo.so");
	finds("b/echo.so", &path, "b/echo.so");
	snprintf(text, sizeof(text), "%s/a/two.so", top);
	finds(text, &path, "a/two.so");
	snprintf(text, sizeof(text),
	    "cannot load %s/gone.so: No such file or directory", top);
	refuses("./gone.so", &path, PF_MODULE_OPEN, text);
	snprintf(text, sizeof(text),
	    "cannot load %s/fifo.so: not a regular file", top);
	refuses("./fifo.so", &path, PF_MODULE_OPEN, text);
}

static void
test_service_names(void)
{
	static const char *const cases[][2] = {
		{ "echo", "echo" },
		{ "./echo.so", "echo" },
		{ "/usr/lib/a b\xc3\xa4.so", "a_b__" },
		{ "x.y-z_1", "x.y-z_1" },
		{ "/.so", ".so" },
		{ "a23456789b23456789c23456789d23456789",
		    "a23456789b23456789c23456789d234" },
	};
	char name[64];
	char small[4];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		module_service_name(cases[i][0], name, sizeof(name));
		is_text(name, cases[i][1], "service name %zu", i);
	}
	module_service_name("echo", small, sizeof(small));
	is_text(small, "ech", "cut at the room there is");
}

static void
collect(void *arg, const char *name, const char *file)
{
	char *all = arg;
	size_t used = strlen(all);

	snprintf(all + used, 512 - used, "%s=%s ", name,
	    file + strlen(top) + 1);
}

static void
test_each(void)
{
	const struct module_path path = { "a", "missing:a/echo.so:b", "b" };
	char all[512] = "";

	is_int(module_each(&path, collect, all), 0, "each");
	is_text(all, "echo=a/echo.so three=b/three.so two=a/two.so ",
	    "sorted, the first of a name, files only");
}

int
main(void)
{
	make_tree();
	test_names();
	test_odd_names();
	test_paths();
	test_service_names();
	test_each();
	remove_tree();
	return tap_done();
}
