/*
 * The pidfile: one holder at a time, whatever is in its place, and no harm to
 * what is not ours.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>

#include "base/fd.h"
#include "master/state.h"
#include "rig.h"
#include "tap.h"

#define STARTERS 10

static const char *folder, *path;

static void
make_file(const char *name, const char *text)
{
	int fd = fd_open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	rig_require(fd >= 0 && fd_write_all(fd, text, strlen(text)) == 0, name);
	fd_close(&fd);
}

static const char *
contents(const char *name)
{
	static char text[200];
	int fd = fd_open(name, O_RDONLY, 0);
	ssize_t got = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	fd_close(&fd);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

static int
exists(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static const char *
own_line(void)
{
	static char line[32];

	(void)snprintf(line, sizeof(line), "%ld\n", (long)getpid());
	return line;
}

static void
test_create(void)
{
	struct pidfile pidfile;
	struct error e;
	struct stat st;

	is_int(pidfile_open(&pidfile, path, &e), 0, "created");
	is_text(contents(path), own_line(), "the number and a newline");
	rig_require(stat(path, &st) == 0, "stat");
	is_int(st.st_mode & 07777, 0644, "all may read it");
	ok((fcntl(pidfile.fd, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	pidfile_close(&pidfile);
	ok(!exists(path), "removed");
	is_int(pidfile.fd, -1, "closed");
	pidfile_close(&pidfile);
	ok(1, "closing twice is harmless");
}

static void
expect_taken_over(const char *text, const char *what)
{
	struct pidfile pidfile;
	struct error e;

	make_file(path, text);
	is_int(pidfile_open(&pidfile, path, &e), 0, "%s is taken over", what);
	is_text(contents(path), own_line(), "and nothing of it is left");
	pidfile_close(&pidfile);
	ok(!exists(path), "removed");
}

static void
test_taken_over(void)
{
	char longest[65];

	memset(longest, '9', 64);
	longest[64] = '\0';
	expect_taken_over("", "an empty file");
	expect_taken_over("99999999\n", "a stale number");
	expect_taken_over("1\n", "the number of somebody else");
	expect_taken_over(" 17 \n", "a number with blanks");
	expect_taken_over(longest, "one of 64 bytes");
}

static void
expect_refused(const char *where, enum msg_id id, const char *what)
{
	struct pidfile pidfile = { .fd = -7 };
	struct error e = { .id = PF_NONE };

	is_int(pidfile_open(&pidfile, where, &e), -1, "%s is refused", what);
	is_int(e.id, id, "%s: id", what);
	ok(strstr(e.text, where) != NULL, "%s: names the path", what);
	is_int(pidfile.fd, -7, "%s: out-parameter untouched", what);
}

static void
test_kinds(void)
{
	const char *target = rig_path(folder, "target");
	const char *below = rig_path(folder, "none/pid");
	char data[66];

	memset(data, 'd', 65);
	data[65] = '\0';
	make_file(path, data);
	expect_refused(path, PF_PIDFILE, "a file of 65 bytes");
	is_text(contents(path), data, "and left as it is");
	make_file(path, "notes\n");
	expect_refused(path, PF_PIDFILE, "a short file that is no number");
	is_text(contents(path), "notes\n", "and left as it is");
	(void)unlink(path);
	make_file(target, "1\n");
	rig_require(symlink(target, path) == 0, "symlink");
	expect_refused(path, PF_PIDFILE, "a symbolic link");
	is_text(contents(target), "1\n", "its target is left as it is");
	(void)unlink(path);
	rig_require(link(target, path) == 0, "link");
	expect_refused(path, PF_PIDFILE, "another name of a file");
	is_text(contents(target), "1\n", "the file is left as it is");
	(void)unlink(path);
	rig_require(symlink(target, path) == 0, "symlink");
	(void)unlink(target);
	expect_refused(path, PF_PIDFILE, "a link to nothing");
	ok(!exists(target), "nothing is made there");
	(void)unlink(path);
	rig_require(mkdir(path, 0700) == 0, "mkdir");
	expect_refused(path, PF_PIDFILE, "a folder");
	(void)rmdir(path);
	rig_require(mkfifo(path, 0600) == 0, "mkfifo");
	expect_refused(path, PF_PIDFILE, "a FIFO");
	ok(exists(path), "and left there");
	(void)unlink(path);
	expect_refused(below, PF_PIDFILE, "a folder that is not there");
}

static int
open_without_rights(void *arg)
{
	struct pidfile pidfile;
	struct error e = { .id = PF_NONE };

	(void)arg;
	if (rig_drop_root() == -1)
		return 1;
	if (pidfile_open(&pidfile, path, &e) != -1)
		return 2;
	return e.id == PF_PIDFILE && strstr(e.text, strerror(EACCES)) != NULL ?
	    0 :
	    3;
}

static void
test_rights(void)
{
	rig_require(chmod(folder, 0555) == 0, "chmod");
	is_int(rig_in_child(open_without_rights, NULL), 0,
	    "a folder that may not be written gives the reason");
	rig_require(chmod(folder, 0755) == 0, "chmod");
	make_file(path, "1\n");
	rig_require(chmod(path, 0444) == 0, "chmod");
	is_int(rig_in_child(open_without_rights, NULL), 0, "so does a file");
	is_text(contents(path), "1\n", "which is left as it is");
	(void)unlink(path);
}

/* Holds the file, says so, and stays until it is told. */
static int
hold(void *arg)
{
	int *pipes = arg;
	static struct pidfile pidfile; /* or it would be a leak */
	struct error e;
	char byte;

	fd_close(&pipes[3]);
	if (pidfile_open(&pidfile, path, &e) == -1 ||
	    fd_write_all(pipes[1], "x", 1) == -1)
		return 1;
	return read(pipes[2], &byte, 1) == 0 ? 0 : 2;
}

static void
test_held(void)
{
	struct pidfile pidfile;
	struct error e;
	int pipes[4];
	char byte, number[32];
	pid_t holder;

	rig_require(fd_pipe(pipes, false) == 0 &&
		fd_pipe(pipes + 2, false) == 0,
	    "pipe");
	holder = rig_start(hold, pipes);
	fd_close(&pipes[1]);
	fd_close(&pipes[2]);
	rig_require(read(pipes[0], &byte, 1) == 1, "holder");
	(void)snprintf(number, sizeof(number), "pid %ld)", (long)holder);
	is_int(pidfile_open(&pidfile, path, &e), -1, "one that is held");
	is_int(e.id, PF_PIDFILE_HELD, "has an id of its own");
	is_int(error_exit_code(&e), 75, "and exit code");
	ok(strstr(e.text, number) != NULL, "the holder is named");
	ok(atol(contents(path)) == holder, "its number is still there");
	/* It ends without removing the file, as one that is killed. */
	fd_close(&pipes[3]);
	fd_close(&pipes[0]);
	is_int(rig_reap(holder), 0, "the holder is gone");
	is_int(pidfile_open(&pidfile, path, &e), 0, "it can be had at once");
	is_text(contents(path), own_line(), "with our number");
	pidfile_close(&pidfile);
}

static int
close_in_child(void *arg)
{
	pidfile_close(arg);
	return exists(path) ? 0 : 1;
}

static int
open_in_child(void *arg)
{
	struct pidfile pidfile;
	struct error e;

	(void)arg;
	return pidfile_open(&pidfile, path, &e) == -1 &&
		e.id == PF_PIDFILE_HELD ?
	    0 :
	    1;
}

static void
test_ownership(void)
{
	struct pidfile pidfile;
	struct error e;

	rig_require(pidfile_open(&pidfile, path, &e) == 0, "open");
	is_int(rig_in_child(close_in_child, &pidfile), 0,
	    "a child does not remove its parent's");
	is_int(rig_in_child(open_in_child, NULL), 0, "nor free it");
	(void)unlink(path);
	make_file(path, "7\n");
	pidfile_close(&pidfile);
	is_text(contents(path), "7\n", "another's in its place stays");
	(void)unlink(path);
	rig_require(pidfile_open(&pidfile, path, &e) == 0, "open");
	(void)unlink(path);
	pidfile_close(&pidfile);
	ok(!exists(path), "removed by somebody else: no harm");
}

struct race {
	int go[2];
	int told[2];
	int stay[2];
};

/* 'w' to the parent from the one that wins, 'h' from others. */
static int
race_once(void *arg)
{
	struct race *race = arg;
	struct pidfile pidfile;
	struct error e;
	char byte;
	int won;

	fd_close(&race->go[1]);
	fd_close(&race->stay[1]);
	if (read(race->go[0], &byte, 1) != 0)
		return 1;
	won = pidfile_open(&pidfile, path, &e) == 0;
	if (!won && e.id != PF_PIDFILE_HELD)
		return 2;
	if (fd_write_all(race->told[1], won ? "w" : "h", 1) == -1)
		return 3;
	if (read(race->stay[0], &byte, 1) != 0)
		return 4;
	if (won)
		pidfile_close(&pidfile);
	return 0;
}

static void
test_race(void)
{
	struct race race;
	pid_t starters[STARTERS];
	int i, good = 0, winners = 0;
	char byte;

	rig_require(fd_pipe(race.go, false) == 0 &&
		fd_pipe(race.told, false) == 0 &&
		fd_pipe(race.stay, false) == 0,
	    "pipe");
	make_file(path, "99999999\n");
	for (i = 0; i < STARTERS; i++)
		starters[i] = rig_start(race_once, &race);
	fd_close(&race.go[1]);
	fd_close(&race.told[1]);
	for (i = 0; i < STARTERS && read(race.told[0], &byte, 1) == 1; i++)
		winners += byte == 'w';
	is_int(i, STARTERS, "%d at once know the outcome", STARTERS);
	is_int(winners, 1, "exactly one wins");
	fd_close(&race.stay[1]);
	for (i = 0; i < STARTERS; i++)
		good += rig_reap(starters[i]) == 0;
	is_int(good, STARTERS, "the others are told that it is held");
	ok(!exists(path), "the winner removes it");
	fd_close(&race.go[0]);
	fd_close(&race.told[0]);
	fd_close(&race.stay[0]);
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	(void)umask(022);
	folder = rig_folder();
	path = rig_path(folder, "pid");
	test_create();
	test_taken_over();
	test_kinds();
	test_rights();
	test_held();
	test_ownership();
	test_race();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}
