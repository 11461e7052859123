/*
 * Loading of good and bad shared objects (those of tests/fault, which
 * PREFORK_FAULTS names the directory of) and of bad descriptors.
 * Runs in: a test.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "module/module.h"
#include "tap.h"

static const char *faults;

static void
fault_path(const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s.so", faults, name);
}

static void
test_good(void)
{
	const struct module_argument fail = { "check", "fail" };
	char path[PATH_MAX];
	struct module m;
	struct error e = { .text = "" };

	fault_path("fault", path);
	if (!ok(module_load(path, &m, &e) == 0, "fault.so loads")) {
		printf("# %s\n", e.text);
		return;
	}
	is_text(m.descriptor->name, "fault", "its descriptor is found");
	is_int(module_configure(&m, NULL, 0, &e), 0, "it is configured");
	is_int(module_check(&m, &e), 0, "its check is content");
	is_int(module_configure(&m, &fail, 1, &e), 0, "again, to fail");
	is_int(module_check(&m, &e), -1, "its check fails");
	is_int(e.id, PF_MODULE_CHECK, "... with the right message");
	is_text(e.text, "fault: check was told to fail", "... and text");
	module_fini(&m);
	ok(m.object == NULL && m.descriptor == NULL && m.config == NULL,
	    "nothing is left");
}

static void
test_handle_client(void)
{
	char path[PATH_MAX];
	char line[80];
	struct module m;
	struct error e;

	fault_path("die2004", path);
	if (!ok(module_load(path, &m, &e) == 0, "die2004.so loads"))
		return;
	ok(m.descriptor == NULL && m.handle_client != NULL,
	    "it is a plain HandleClient");
	is_int(module_check(&m, &e), 0, "which has no check");
	module_list_line(&m, "die2004", line, sizeof(line));
	is_text(line, "die2004       -    exports HandleClient",
	    "the line of -L says so");
	module_fini(&m);
}

/* Loading NAME.so fails with `id`; the text is the path, then `after`. */
static void
bad(const char *name, enum msg_id id, const char *before, const char *after)
{
	char path[PATH_MAX];
	char text[2 * PATH_MAX];
	struct module m;
	struct error e = { .text = "" };

	fault_path(name, path);
	snprintf(text, sizeof(text), "%s%s%s", before, path, after);
	is_int(module_load(path, &m, &e), -1, "%s.so is refused", name);
	is_int(e.id, id, "... with the right message");
	is_text(e.text, text, "... and text");
	ok(m.object == NULL && m.descriptor == NULL, "... and nothing loaded");
}

static void
test_bad(void)
{
	char sizes[128];

	snprintf(sizes, sizeof(sizes),
	    " was built with a descriptor of %zu bytes, this is one of %zu",
	    sizeof(struct prefork_module) + 8, sizeof(struct prefork_module));
	bad("abi", PF_MODULE_ABI, "",
	    " was built for prefork ABI 2, this is ABI 1");
	bad("size", PF_MODULE_ABI, "", sizes);
	bad("noentry", PF_MODULE_ENTRY, "",
	    " exports neither prefork_module nor HandleClient");
	bad("noname", PF_MODULE_INVALID, "",
	    " has a bad descriptor: name is missing or has other bytes than "
	    "A-Z a-z 0-9 _ - .");
}

/* The linker's words are its own: the path once, and a reason. */
static void
bad_object(const char *path, const char *reason)
{
	char start[PATH_MAX + 32];
	struct module m;
	struct error e = { .text = "" };
	size_t bytes;

	snprintf(start, sizeof(start), "cannot load %s: ", path);
	bytes = strlen(start);
	is_int(module_load(path, &m, &e), -1, "%s is refused", path);
	is_int(e.id, PF_MODULE_OPEN, "... with the right message");
	ok(strncmp(e.text, start, bytes) == 0 && e.text[bytes] != '\0' &&
		strstr(e.text + bytes, path) == NULL,
	    "... and the path once");
	ok(strstr(e.text, reason) != NULL, "... and a reason");
	printf("# %s\n", e.text);
}

static void
test_bad_objects(void)
{
	char path[PATH_MAX];
	char junk[] = "/tmp/prefork-load.XXXXXX";
	int fd;

	fault_path("undefined", path);
	bad_object(path, "nobody_has_this_function");
	fault_path("not-there", path);
	bad_object(path, "No such file");
	fd = mkstemp(junk);
	bad_object(junk, "");
	if (fd == -1 || write(fd, "#!/bin/sh\n", 10) != 10)
		exit(1);
	bad_object(junk, "");
	close(fd);
	unlink(junk);
}

struct settings {
	int64_t size;
	int mode;
};

static int
handle(struct prefork_conn *conn)
{
	(void)conn;
	return 0;
}

static int
datagram(struct prefork_conn *conn, const void *data, size_t bytes)
{
	(void)data;
	(void)bytes;
	return handle(conn);
}

static struct prefork_option options[3];
static struct prefork_module descriptor;

static void
fresh(void)
{
	static const struct prefork_option good_options[3] = {
		{ .name = "size",
		    .type = PREFORK_SIZE,
		    .preset = "1k",
		    .min = 1,
		    .max = 4096 },
		{ .name = "mode",
		    .type = PREFORK_BOOL,
		    .offset = offsetof(struct settings, mode) },
		{ .name = NULL },
	};
	static const struct prefork_module good = {
		PREFORK_MODULE_HEAD,
		.name = "sample",
		.options = options,
		.config_size = sizeof(struct settings),
		.handle = handle,
	};

	memcpy(options, good_options, sizeof(options));
	memcpy(&descriptor, &good, sizeof(descriptor));
}

static void
invalid(const char *text)
{
	char wanted[ERROR_TEXT_BYTES];
	struct module m;
	struct error e = { .text = "" };

	snprintf(wanted, sizeof(wanted), "the built-in handler has a bad %s",
	    text);
	ok(module_builtin(&descriptor, &m, &e) == -1 &&
		e.id == PF_MODULE_INVALID && m.descriptor == NULL,
	    "invalid: %s", text);
	is_text(e.text, wanted, "... and the text tells");
	fresh();
}

static void
test_descriptors(void)
{
	struct module m;
	struct error e;

	fresh();
	is_int(module_builtin(&descriptor, &m, &e), 0, "a good one");
	module_fini(&m);
	descriptor.name = "a b";
	invalid("descriptor: name is missing or has other bytes than "
		"A-Z a-z 0-9 _ - .");
	descriptor.version = "1\n";
	invalid("descriptor: version is not one line");
	descriptor.summary = "a\033[1m";
	invalid("descriptor: summary is not one line");
	descriptor.flags = 0x80000000u;
	invalid("descriptor: flags has bits that this prefork does not know");
	descriptor.handle = NULL;
	invalid("descriptor: handle is missing");
	descriptor.flags = PREFORK_DATAGRAMS;
	invalid("descriptor: flags has PREFORK_DATAGRAMS, "
		"but datagram is missing");
	descriptor.datagram = datagram;
	invalid("descriptor: datagram is there, "
		"but flags lacks PREFORK_DATAGRAMS");
}

static void
test_options(void)
{
	fresh();
	options[0].name = "a=b";
	invalid("descriptor: option a=b: name has other bytes than "
		"A-Z a-z 0-9 _ - .");
	options[0].type = (enum prefork_option_type)99;
	invalid("descriptor: option size: type is unknown");
	options[0].min = 4097;
	invalid("descriptor: option size: min is above max");
	options[1].type = PREFORK_ENUM;
	invalid("descriptor: option mode: choices is missing");
	options[1].help = "two\nlines";
	invalid("descriptor: option mode: help is not one line");
	options[1].offset = sizeof(struct settings) - sizeof(int) + 1;
	invalid("descriptor: option mode: offset is outside of config_size");
	options[1].offset = (size_t)-2;
	invalid("descriptor: option mode: offset is outside of config_size");
	descriptor.config_size = 0;
	invalid("descriptor: option size: offset is outside of config_size");
	options[1].offset++;
	invalid("descriptor: option mode: "
		"offset does not fit the type's alignment");
	options[1].name = "size";
	invalid("descriptor: option size: name is there twice");
	options[1].offset = 4;
	invalid("descriptor: option mode: "
		"fills the same member as an option before it");
	options[0].preset = "8k";
	invalid("preset: option size: 8k is out of range, "
		"it must be 1 to 4k");
}

int
main(void)
{
	faults = getenv("PREFORK_FAULTS");
	if (faults == NULL) {
		puts("1..0 # SKIP PREFORK_FAULTS is not set");
		return 0;
	}
	test_good();
	test_handle_client();
	test_bad();
	test_bad_objects();
	test_descriptors();
	test_options();
	return tap_done();
}
