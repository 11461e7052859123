/*
 * Files and those that they include: found, sorted, not twice, never waited
 * for.
 */
#include "config.h"

#include <sys/stat.h>

#include "config_text.h"

#define SERVICE(name) \
	"service " name " { listen 127.0.0.1:0; handler ./h.so }\n"

static const char *folder;

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(rig_path(folder, name), "w");

	rig_require(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0,
	    name);
}

/* The names of the services, "" when there are complaints. */
static const char *
services_of(const char *file)
{
	static char names[256];
	struct settings *s = settings_new(0);
	size_t i;

	rig_require(s != NULL, "settings");
	complaints.count = 0;
	names[0] = '\0';
	if (file_read(s, folder, file, &complaints) == 0)
		for (i = 0; i < s->service_count; i++)
			(void)snprintf(names + strlen(names),
			    sizeof(names) - strlen(names), "%s%s",
			    i > 0 ? " " : "", s->services[i].name);
	settings_unref(s);
	return names;
}

static void
test_order(void)
{
	put("conf.d/b.conf", SERVICE("b"));
	put("conf.d/a.conf", SERVICE("a"));
	put("conf.d/B.conf", SERVICE("B") "include ../more/x");
	put("conf.d/.c.conf", SERVICE("hidden"));
	put("conf.d/d.conf~", SERVICE("backup"));
	put("more/x", SERVICE("x"));
	put("main",
	    SERVICE("first") "include \"conf.d/*.conf\"\n"
			     "include none/*; include more/y*\n" SERVICE(
				 "last"));
	is_text(services_of("main"), "first B x a b last",
	    "in place, by name, relative to the file");
	is_text(services_of(rig_path(folder, "main")), "first B x a b last",
	    "by a whole path");
	put("inside", "service i {\n\tlisten *:0\n\tinclude more/h\n}\n");
	put("more/h", "handler ./h.so {\n\tinclude options\n}\nworkers 2");
	put("more/options", "a 1; b 2\n");
	is_text(services_of("inside"), "i", "within blocks");
}

static void
test_paths(void)
{
	struct settings *s = settings_new(0);

	put("paths", "include more/x\n");
	complaints.count = 0;
	is_int(file_read(s, folder, "paths", &complaints), 0, "a handler");
	is_text(s->services[0].handler, rig_path(folder, "more/./h.so"),
	    "is found from its file");
	is_text(s->services[0].place.file, "more/x",
	    "which is shown as it was written");
	settings_unref(s);
}

static void
expect_said(const char *file, const char *said, const char *what)
{
	is_text(services_of(file), "", "%s", what);
	is_text(text_said(0), said, "is said of its place");
}

static void
test_bad(void)
{
	put("self", "include self\n");
	expect_said("self", "self:1:9 507", "a loop");
	put("more/one", "\n include ../more/two");
	put("more/two", "include one\n");
	put("loop", "include more/one\n");
	expect_said("loop", "more/../more/two:1:9 507", "a loop of two");
	put("missing", SERVICE("s") "include nofile\n");
	expect_said("missing", "missing:2:9 507", "a file that is missing");
	ok(strstr(complaints.items[0].error.text, "nofile: ") != NULL,
	    "with its name");
	put("folder", SERVICE("s") "include more\n");
	expect_said("folder", "folder:2:9 507", "a folder");
	put("more/bad", "workers 3\nusr\n}\nservice t {\n");
	put("bad", "include more/bad\n" SERVICE("s"));
	expect_said("bad",
	    "more/bad:1:1 504 more/bad:2:1 502 more/bad:3:1 505 "
	    "more/bad:4:11 505",
	    "mistakes in a file");
	put("twice", "pidfile /x\n" SERVICE("s") "include more/pid");
	put("more/pid", "pidfile /y\n");
	expect_said("twice", "more/pid:1:1 508", "a directive in both");
	ok(strstr(complaints.items[0].error.text, "in twice:1") != NULL,
	    "names the other file");
	expect_said("nosuch", "nosuch 507", "no file at all");
	expect_said(".", ". 507", "a folder alone");
}

static void
test_deep(void)
{
	char name[16], text[32];
	int i;

	for (i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "deep%d", i);
		(void)snprintf(text, sizeof(text), "include deep%d\n", i + 1);
		put(name, text);
	}
	put("deep20", SERVICE("s"));
	expect_said("deep0", "deep15:1:9 507", "too deep");
	is_text(services_of("deep5"), "s", "deep enough");
}

static void
test_fifo(void)
{
	const char *path = rig_path(folder, "fifo");

	rig_require(mkfifo(path, 0600) == 0, "mkfifo");
	expect_said("fifo", "fifo 507", "a FIFO");
	put("main", SERVICE("s") "include fif*\n");
	expect_said("main", "main:2:9 507", "one that is included");
	expect_said("/dev/null", "/dev/null 507", "a device");
}

static int
read_unreadable(void *arg)
{
	if (rig_drop_root() == -1)
		return 1;
	(void)services_of(arg);
	return strcmp(text_said(0), "main:2:9 507") == 0 ? 0 : 2;
}

static void
test_unreadable(void)
{
	char name[] = "main";

	put("main", SERVICE("s") "include locked\n");
	put("locked", SERVICE("t"));
	rig_require(chmod(rig_path(folder, "locked"), 0) == 0 &&
		chmod(folder, 0755) == 0,
	    "chmod");
	is_int(rig_in_child(read_unreadable, name), 0, "one without rights");
	put("main", SERVICE("s") "include closed/*\n");
	rig_require(mkdir(rig_path(folder, "closed"), 0700) == 0, "mkdir");
	rig_require(chmod(rig_path(folder, "closed"), 0) == 0, "chmod");
	is_int(rig_in_child(read_unreadable, name), 0, "a folder without");
}

static void
test_glob_folder(void)
{
	put("[x]*/main", SERVICE("s") "include *.c\n");
	put("[x]*/t.c", SERVICE("t"));
	is_text(services_of("[x]*/main"), "s t", "a folder is no pattern");
}

int
main(void)
{
	char remove[64];
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	folder = rig_folder();
	(void)mkdir(rig_path(folder, "conf.d"), 0755);
	(void)mkdir(rig_path(folder, "more"), 0755);
	(void)mkdir(rig_path(folder, "[x]*"), 0755);
	test_order();
	test_paths();
	test_bad();
	test_deep();
	test_fifo();
	test_unreadable();
	test_glob_folder();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	(void)snprintf(remove, sizeof(remove), "rm -rf %s", folder);
	ok(system(remove) == 0, "no file is left");
	return tap_done();
}
