/*
 * Copies of module files: what they hold, what is refused, and that each call
 * can fail without leaving anything.
 * Runs in: a test.
 */
#include "config.h"

#include "module_snapshot_rig.h"

static bool
holds(const struct module_snapshot *snapshot, const char *text)
{
	char bytes[64] = "";

	return pread(snapshot->fd, bytes, sizeof(bytes), 0) ==
	    (ssize_t)strlen(text) &&
	    strcmp(bytes, text) == 0;
}

static void
test_bytes(void)
{
	struct module_snapshot snapshot;

	put_text("first");
	snapshot = take();
	put_text("second one");
	ok(holds(&snapshot, "first"), "what is written later is not in it");
	is_int(fcntl(snapshot.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC,
	    "it is close-on-exec");
	is_int(write(snapshot.fd, "x", 1), -1, "nobody can write to it");
	is_int(ftruncate(snapshot.fd, 0), -1, "or cut it");
	(void)unlink(file);
	ok(holds(&snapshot, "first"), "it does not need the file");
	module_snapshot_close(&snapshot);
	is_int(snapshot.fd, -1, "it is closed");
	put_text("");
	snapshot = take();
	ok(holds(&snapshot, ""), "a file may be empty");
	module_snapshot_close(&snapshot);
}

static void
refused(enum msg_id id, const char *reason, const char *what)
{
	struct module_snapshot snapshot = MODULE_SNAPSHOT_NONE;
	struct error e = { .id = PF_NONE };
	int fds = rig_count_fds();

	is_int(module_snapshot_take(&snapshot, file, &e), -1, "%s", what);
	is_int(e.id, id, "... the message");
	ok(strstr(e.text, file) != NULL && strstr(e.text, reason) != NULL,
	    "... names it and says: %s", reason);
	printf("# %s\n", e.text);
	is_int(snapshot.fd, -1, "... no copy");
	is_int(rig_count_fds(), fds, "... no descriptor");
}

static int
refused_to_strangers(void *arg)
{
	struct module_snapshot snapshot = MODULE_SNAPSHOT_NONE;
	struct error e;

	(void)arg;
	rig_require(rig_drop_root() == 0, "setuid");
	return module_snapshot_take(&snapshot, file, &e) == -1 &&
		e.id == PF_MODULE_OPEN ?
	    0 :
	    1;
}

static void
test_refused(void)
{
	(void)unlink(file);
	refused(PF_MODULE_OPEN, "No such file", "nothing is there");
	rig_require(mkdir(file, 0700) == 0, "mkdir");
	refused(PF_MODULE_OPEN, "not a regular file", "a folder");
	(void)rmdir(file);
	rig_require(mkfifo(file, 0600) == 0, "mkfifo");
	refused(PF_MODULE_OPEN, "not a regular file", "a FIFO");
	(void)unlink(file);
	rig_require(symlink("/dev/zero", file) == 0, "symlink");
	refused(PF_MODULE_OPEN, "not a regular file", "a device");
	(void)unlink(file);
	put_text("");
	rig_require(truncate(file, SNAPSHOT_BYTES_MAX + 1) == 0, "truncate");
	refused(PF_MODULE_FILE, "256 MiB", "too big");
	put_text("mine");
	rig_require(chmod(file, 0) == 0, "chmod");
	is_int(rig_in_child(refused_to_strangers, NULL), 0, "not to be read");
	(void)unlink(file);
}

static unsigned changes;

static void
grow(void)
{
	int fd = fd_open(file, O_WRONLY | O_APPEND, 0);

	if (changes == 0 || write(fd, "+", 1) != 1)
		abort();
	fd_close(&fd);
	if (--changes == 0)
		meanwhile = NULL;
}

static void
cut(void)
{
	rig_require(truncate(file, 0) == 0, "truncate");
	meanwhile = NULL;
}

static char big[PIECE_BYTES + 1];

static void
put_big(char byte)
{
	memset(big, byte, sizeof(big));
	put(file, big, sizeof(big));
}

/* Of the two pieces, one was read before. */
static void
swap_bytes(void)
{
	if (--changes > 0)
		return;
	put_big('b');
	meanwhile = NULL;
}

/* The time of the last change is a coarse one on some systems. */
static void
test_same_size(void)
{
	const struct timespec past[2] = { { .tv_sec = 1000 },
		{ .tv_sec = 1000 } };
	struct module_snapshot snapshot;
	char ends[2] = "";

	put_big('a');
	rig_require(utimensat(AT_FDCWD, file, past, 0) == 0, "utimensat");
	meanwhile = swap_bytes;
	changes = 2;
	snapshot = take();
	ok(pread(snapshot.fd, ends, 1, 0) == 1 &&
		pread(snapshot.fd, ends + 1, 1, PIECE_BYTES) == 1 &&
		ends[0] == 'b' && ends[1] == 'b',
	    "one that kept its size is copied again");
	module_snapshot_close(&snapshot);
}

static void
test_changes(void)
{
	struct module_snapshot snapshot;

	put_text("old");
	meanwhile = grow;
	changes = 1;
	snapshot = take();
	ok(holds(&snapshot, "old+"), "one that grew is copied again");
	module_snapshot_close(&snapshot);
	meanwhile = cut;
	snapshot = take();
	ok(holds(&snapshot, ""), "and one that was cut");
	module_snapshot_close(&snapshot);
	put_text("old");
	meanwhile = grow;
	changes = 1000;
	refused(PF_MODULE_FILE, "changes while it is read",
	    "one that never rests");
	meanwhile = NULL;
}

/* Each call fails once: an error and nothing left; then none does. */
static void
test_failures(const char *how)
{
	struct module_snapshot snapshot = MODULE_SNAPSHOT_NONE;
	struct error e;
	int fds = rig_count_fds(), told = 0, bad = 0;

	put_text("anything");
	fail_at = 0;
	do {
		fail_at++;
		calls = 0;
		e.id = PF_NONE;
		if (module_snapshot_take(&snapshot, file, &e) == -1) {
			told += e.id == PF_MODULE_OPEN ||
			    e.id == PF_MODULE_FILE || e.id == PF_MODULE_COPY;
			bad += snapshot.fd != -1;
		} else {
			/* Another way was found, or nothing failed. */
			told++;
			bad += !holds(&snapshot, "anything");
			module_snapshot_close(&snapshot);
		}
		bad += rig_count_fds() != fds;
	} while (calls >= fail_at);
	is_int(bad, 0, "%s: no failure leaves anything", how);
	ok(fail_at > 6 && told == fail_at, "%s: %d failures are told", how,
	    told);
	fail_at = 0;
}

static void
test_adopt(void)
{
	struct module_snapshot one, two = MODULE_SNAPSHOT_NONE;

	put_text("handed on");
	one = take();
	is_int(fd_set_cloexec(one.fd, false), 0, "it survives an exec");
	is_int(module_snapshot_adopt(&two, one.fd), 0, "it is adopted");
	ok(holds(&two, "handed on"), "... as it was");
	is_int(fcntl(two.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC,
	    "... close-on-exec again");
	module_snapshot_close(&two);
	is_int(module_snapshot_adopt(&two, one.fd), -1, "a closed one is not");
	is_int(two.fd, -1, "... and there is none");
}

static void
test_all(const char *how)
{
	test_bytes();
	test_refused();
	test_changes();
	test_same_size();
	test_failures(how);
	test_adopt();
}

int
main(void)
{
	return snapshot_test(test_all);
}
