/*
 * Loading modules from copies of their files, those of tests/fault, which
 * PREFORK_FAULTS names the directory of.
 * Runs in: a test.
 */
#include "config.h"

#include "module_snapshot_rig.h"

static const char *faults;

/* Over `file`, in place. */
static void
install(const char *name)
{
	static char bytes[4 << 20];
	char path[PATH_MAX];
	ssize_t got = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s.so", faults, name);
	fd = fd_open(path, O_RDONLY, 0);
	rig_require(fd >= 0 && (got = read(fd, bytes, sizeof(bytes))) > 0,
	    "a module to copy");
	fd_close(&fd);
	put(file, bytes, (size_t)got);
}

static void
load(const char *path, const char *how)
{
	struct module_snapshot snapshot = take();
	struct module m;
	struct error e = { .text = "" };
	int fds = rig_count_fds();

	put_text("nonsense");
	is_int(module_load_snapshot(&snapshot, path, &m, &e), 0,
	    "%s: the copy is loaded", how);
	printf("# %s\n", e.text);
	ok(m.is_copy && m.handle_client != NULL, "%s: and not the file", how);
	is_int(snapshot.fd, -1, "%s: the snapshot is closed", how);
	is_int(rig_count_fds(), fds - 1, "%s: nothing else is open", how);
	module_fini(&m);
}

static void
test_load(const char *how)
{
	install("die2004");
	load(file, how);
}

/* The copy says nothing, the path all. */
static void
test_bad_load(const char *how)
{
	struct module_snapshot snapshot;
	struct module m;
	struct error e = { .text = "" };
	const char *at;

	install("undefined");
	snapshot = take();
	is_int(module_load_snapshot(&snapshot, file, &m, &e), -1,
	    "%s: one that cannot be loaded", how);
	is_int(e.id, PF_MODULE_OPEN, "... the message");
	at = strstr(e.text, file);
	ok(at != NULL && strstr(at + 1, file) == NULL,
	    "... names the file once");
	ok(strstr(e.text, "/proc") == NULL &&
		strstr(e.text, "prefork.") == NULL,
	    "... and no copy");
	ok(strstr(e.text, "nobody_has_this_function") != NULL,
	    "... and tells the reason");
	is_int(snapshot.fd, -1, "... the snapshot is closed");
	install("noentry");
	snapshot = take();
	is_int(module_load_snapshot(&snapshot, file, &m, &e), -1,
	    "%s: one without a handler", how);
	ok(e.id == PF_MODULE_ENTRY && strncmp(e.text, file, strlen(file)) == 0,
	    "... is told by its name");
}

/* What the copy lacks the file may have. */
static void
test_fallback(void)
{
	struct module_snapshot snapshot;
	struct module m;
	struct error e = { .text = "" };

	put_text("nonsense");
	snapshot = take();
	install("die2004");
	is_int(module_load_snapshot(&snapshot, file, &m, &e), 0,
	    "a file whose copy cannot be loaded is");
	ok(!m.is_copy && m.handle_client != NULL, "... and is no copy");
	ok(m.has_changed, "... but has changed");
	is_int(snapshot.fd, -1, "... and the snapshot is closed");
	module_fini(&m);
	/* Some systems never unmap it; a new file is none that is mapped. */
	(void)unlink(file);
}

static bool
is_of(const struct module_snapshot *snapshot)
{
	return module_snapshot_is_of(snapshot, file);
}

/* A file of `bytes` bytes, whose last is `last`. */
static void
put_long(size_t bytes, char last)
{
	char *text = malloc(bytes + 1);

	rig_require(text != NULL, "memory");
	memset(text, 'x', bytes);
	text[bytes] = '\0';
	if (bytes > 0)
		text[bytes - 1] = last;
	put_text(text);
	free(text);
}

/* Pieces of 64 KiB are compared. */
static void
test_same_bytes(void)
{
	static const size_t sizes[] = { 1, 65535, 65536, 65537, 131072 };
	struct module_snapshot snapshot;
	size_t i, bad = 0;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		put_long(sizes[i], 'a');
		snapshot = take();
		bad += !is_of(&snapshot);
		put_long(sizes[i], 'b');
		bad += is_of(&snapshot);
		put_long(sizes[i] - 1, 'x');
		bad += is_of(&snapshot);
		put_long(sizes[i] + 1, 'a');
		bad += is_of(&snapshot);
		module_snapshot_close(&snapshot);
	}
	is_int((int)bad, 0, "a copy is of the file that has its bytes");
	put_text("");
	snapshot = take();
	ok(is_of(&snapshot), "... and if it has none");
	(void)unlink(file);
	ok(!is_of(&snapshot), "... but not of one that is gone");
	rig_require(mkfifo(file, 0600) == 0, "mkfifo");
	ok(!is_of(&snapshot), "... or is a FIFO");
	(void)unlink(file);
	module_snapshot_close(&snapshot);
}

/* As a worker that has given up root. */
static int
loads(void *arg)
{
	struct module_snapshot *snapshot = arg;
	struct module m;
	struct error e = { .text = "" };

	rig_require(rig_drop_root() == 0, "setuid");
	if (module_load_snapshot(snapshot, file, &m, &e) == 0)
		return m.is_copy ? 0 : 2;
	return 1;
}

static void
test_permission(const char *how)
{
	struct module_snapshot snapshot;

	install("die2004");
	rig_require(chmod(file, 0600) == 0, "chmod");
	snapshot = take();
	is_int(rig_in_child(loads, &snapshot), geteuid() == 0 ? 1 : 0,
	    "%s: who may not read the file does not get the copy", how);
	module_snapshot_close(&snapshot);
	rig_require(chmod(file, 0644) == 0, "chmod");
	snapshot = take();
	is_int(rig_in_child(loads, &snapshot), 0, "%s: who may does", how);
	module_snapshot_close(&snapshot);
	(void)unlink(file);
}

static void
test_all(const char *how)
{
	test_load(how);
	test_bad_load(how);
	test_fallback();
	test_same_bytes();
	test_permission(how);
}

int
main(void)
{
	faults = getenv("PREFORK_FAULTS");
	if (faults == NULL) {
		puts("1..0 # SKIP PREFORK_FAULTS is not set");
		return 0;
	}
	return snapshot_test(test_all);
}
