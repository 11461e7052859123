/*
 * Mode and owner of the file of a unix socket, and folders that others can
 * change.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include "listener_rig.h"
#include "tap.h"

static const char *folder;
static struct listener listener;

static const char *
address(const char *name)
{
	static char text[ENDPOINT_TEXT_BYTES];

	(void)snprintf(text, sizeof(text), "unix:%s", rig_path(folder, name));
	return text;
}

static bool
exists(const char *name)
{
	struct stat st;

	return lstat(rig_path(folder, name), &st) == 0;
}

static void
make_file(const char *name)
{
	int fd = fd_open(rig_path(folder, name), O_WRONLY | O_CREAT, 0600);

	rig_require(fd != -1, "open");
	fd_close(&fd);
}

/* A socket that settings describe. */
static void
listen_as(const char *name, mode_t mode, uid_t uid)
{
	struct endpoint endpoint;
	struct error e;
	size_t opened;

	rig_require(endpoint_parse(address(name), &endpoint, &e) == 1, "parse");
	endpoint.mode = mode;
	endpoint.owned = uid != 0;
	endpoint.uid = uid;
	endpoint.gid = (gid_t)-1;
	is_int(listener_open_all(&endpoint, 1, 0, &listener, &opened, &e), 0,
	    "with mode %04o", (unsigned)mode);
}

static void
test_given_mode(void)
{
	struct stat st;

	listen_as("given", 0777, 0);
	rig_require(stat(rig_path(folder, "given"), &st) == 0, "stat");
	is_int(st.st_mode & 0777, 0777, "for all");
	listener_close(&listener);
	listen_as("given", 0600, 0);
	rig_require(stat(rig_path(folder, "given"), &st) == 0, "stat");
	is_int(st.st_mode & 0777, 0600, "for the owner");
	listener_close(&listener);
}

static void
test_owner(void)
{
	struct endpoint endpoint;
	struct error e;
	struct stat st;
	size_t opened;

	if (geteuid() != 0) {
		ok(1, "owner # SKIP only root can give files away");
		return;
	}
	listen_as("owned", 0600, RIG_NOBODY);
	rig_require(stat(rig_path(folder, "owned"), &st) == 0, "stat");
	ok(st.st_uid == RIG_NOBODY && st.st_gid == getegid(), "owner");
	listener_close(&listener);
	ok(!exists("owned"), "closing removes it");
	rig_require(mkdir(rig_path(folder, "shared"), 0755) == 0, "mkdir");
	rig_require(chmod(rig_path(folder, "shared"), 0777) == 0, "chmod");
	(void)endpoint_parse(address("shared/s"), &endpoint, &e);
	endpoint.owned = true;
	endpoint.uid = RIG_NOBODY;
	is_int(listener_open_all(&endpoint, 1, 0, &listener, &opened, &e), -1,
	    "where anybody could put another file");
	is_int(e.id, PF_BIND_DENIED, "nothing is given away");
	ok(!exists("shared/s"), "and nothing left");
	rig_require(rmdir(rig_path(folder, "shared")) == 0, "rmdir");
}

/* In a folder for all who is given a file may rename it, and have another in
 * its place when we come to change its mode. */
static void
test_given_away(void)
{
	struct endpoint wanted;
	struct stat st;

	if (geteuid() != 0) {
		ok(1, "given away # SKIP only root can give files away");
		return;
	}
	rig_require(mkdir(rig_path(folder, "all"), 0755) == 0, "mkdir");
	rig_require(chmod(rig_path(folder, "all"), 01777) == 0, "chmod");
	listen_as("all/s", 0600, RIG_NOBODY);
	wanted = listener.endpoint;
	wanted.mode = 0666;
	is_int(listener_refit(&listener, &wanted), -1, "not ours any more");
	is_int(errno, EPERM, "so its mode is not changed");
	rig_require(stat(rig_path(folder, "all/s"), &st) == 0, "stat");
	is_int(st.st_mode & 0777, 0600, "it is as it was");
	listener_close(&listener);
	ok(!exists("all/s"), "but closing removes it");
	listen_as("all/s", 0600, 0);
	is_int(listener_refit(&listener, &wanted), 0, "one of ours can be");
	listener_close(&listener);
	rig_require(rmdir(rig_path(folder, "all")) == 0, "rmdir");
}

static void
refuse_to_give(const char *name, const char *what)
{
	struct endpoint endpoint;
	struct error e;
	size_t opened;

	(void)endpoint_parse(address(name), &endpoint, &e);
	endpoint.owned = true;
	endpoint.uid = RIG_NOBODY;
	is_int(listener_open_all(&endpoint, 1, 0, &listener, &opened, &e), -1,
	    "%s", what);
	is_int(e.id, PF_BIND_DENIED, "... nothing is given away");
	ok(!exists(name), "... and nothing left");
}

/* The folder is root's, but who has the one above can put another there. */
static void
test_way(void)
{
	if (geteuid() != 0) {
		ok(1, "the way # SKIP only root can give files away");
		return;
	}
	rig_require(mkdir(rig_path(folder, "home"), 0755) == 0 &&
		mkdir(rig_path(folder, "home/run"), 0755) == 0 &&
		mkdir(rig_path(folder, "ours"), 0755) == 0 &&
		symlink("../ours", rig_path(folder, "home/link")) == 0 &&
		symlink("ours", rig_path(folder, "link")) == 0 &&
		symlink("home/run", rig_path(folder, "in")) == 0,
	    "folders");
	listen_as("home/run/s", 0600, RIG_NOBODY);
	listener_close(&listener);
	rig_require(chown(rig_path(folder, "home"), RIG_NOBODY, -1) == 0,
	    "chown");
	refuse_to_give("home/run/s", "below a folder of somebody's");
	refuse_to_give("home/link/s", "by a link in it");
	refuse_to_give("in/s", "by a link that leads there");
	listen_as("link/s", 0600, RIG_NOBODY);
	listener_close(&listener);
	rig_require(chown(rig_path(folder, "home"), 0, -1) == 0 &&
		chmod(rig_path(folder, "home"), 0775) == 0,
	    "chmod");
	refuse_to_give("home/run/s", "below one of a group's");
	(void)unlink(rig_path(folder, "in"));
	(void)unlink(rig_path(folder, "link"));
	(void)unlink(rig_path(folder, "home/link"));
	(void)rmdir(rig_path(folder, "ours"));
	(void)rmdir(rig_path(folder, "home/run"));
	(void)rmdir(rig_path(folder, "home"));
}

/* Somebody moved our folder away and put a link there. */
static void
test_moved(void)
{
	rig_require(mkdir(rig_path(folder, "old"), 0755) == 0, "mkdir");
	rig_require(mkdir(rig_path(folder, "other"), 0755) == 0, "mkdir");
	rig_listen(address("old/s"), &listener);
	make_file("other/s");
	rig_require(rename(rig_path(folder, "old"),
			rig_path(folder, "moved")) == 0,
	    "rename");
	rig_require(symlink("other", rig_path(folder, "old")) == 0, "symlink");
	listener_close(&listener);
	ok(exists("other/s"), "what is in the other folder stays");
	ok(exists("moved/s"), "and so does what we cannot find");
	(void)unlink(rig_path(folder, "other/s"));
	(void)unlink(rig_path(folder, "moved/s"));
	(void)unlink(rig_path(folder, "old"));
	(void)rmdir(rig_path(folder, "other"));
	(void)rmdir(rig_path(folder, "moved"));
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	folder = rig_folder();
	test_given_mode();
	test_owner();
	test_given_away();
	test_way();
	test_moved();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	is_int(rmdir(folder), 0, "no file is left");
	return tap_done();
}
