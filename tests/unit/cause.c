/*
 * Causes of death in words, and the system's count of those it killed for want
 * of memory, which is a file of ours here.
 * Runs in: a test.
 */
#include "config.h"

#include <sys/resource.h>

#include <errno.h>

#include "base/clock.h"
#include "base/fd.h"
#include "master/state.h"
#include "rig.h"
#include "tap.h"

static const char *folder, *counts;
static struct master m;

static void
count_is(const char *text)
{
	int fd = fd_open(counts, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	rig_require(fd >= 0 && fd_write_all(fd, text, strlen(text)) == 0,
	    "write");
	fd_close(&fd);
}

/* Of a child that dies of the signal, 0: that ends with exit code 200. */
static int
status_of(int signo)
{
	pid_t child;
	int status = 0;

	(void)fflush(stdout);
	child = fork();
	rig_require(child != -1, "fork");
	if (child == 0) {
		(void)signal(signo == 0 ? SIGUSR1 : signo, SIG_DFL);
		if (signo != 0)
			(void)raise(signo);
		_exit(200);
	}
	rig_require(waitpid(child, &status, 0) == child, "waitpid");
	return status;
}

static void
said(int status, enum kill_reason killed, const char *wanted)
{
	char text[CAUSE_BYTES];

	(void)cause_describe(&m, status, killed, text, sizeof(text));
	is_text(text, wanted, "%s", wanted);
}

/* As one word of each, which a state and metrics have. */
static void
test_labels(void)
{
	unsigned i, k;

	for (i = 0; i < KILL_REASONS; i++)
		for (k = 0; k < i; k++)
			ok(strcmp(kill_reason_label(i), kill_reason_label(k)) !=
				0,
			    "%s is not %s", kill_reason_label(i),
			    kill_reason_label(k));
	for (i = 0; i < CRASHES; i++)
		for (k = 0; k < i; k++)
			ok(strcmp(crash_name(i), crash_name(k)) != 0,
			    "%s is not %s", crash_name(i), crash_name(k));
	is_text(kill_reason_label(KILL_REASONS), "unknown", "no reason");
	is_text(crash_name(CRASHES), "unknown", "no crash");
}

static void
crashed(int signo, enum kill_reason killed, const char *name)
{
	char text[CAUSE_BYTES];
	enum crash crash =
	    cause_describe(&m, status_of(signo), killed, text, sizeof(text));

	is_text(crash_name(crash), name, "%s is %s", text, name);
}

static void
test_crashes(void)
{
	crashed(0, KILL_NONE, "none");
	crashed(SIGSEGV, KILL_NONE, "segv");
	crashed(SIGBUS, KILL_NONE, "bus");
	crashed(SIGABRT, KILL_NONE, "abrt");
	crashed(SIGABRT, KILL_IDLE, "none");
	crashed(SIGSEGV, KILL_IDLE, "segv");
	crashed(SIGFPE, KILL_NONE, "fpe");
	crashed(SIGILL, KILL_NONE, "ill");
	crashed(SIGSYS, KILL_NONE, "sys");
	crashed(SIGTERM, KILL_NONE, "signal");
	crashed(SIGKILL, KILL_NONE, "kill");
	crashed(SIGKILL, KILL_FAST_STOP, "none");
	count_is("oom_kill 5\n");
	is_int(oom_init_file(&m.oom, counts), 0, "there is a count");
	count_is("oom_kill 6\n");
	crashed(SIGKILL, KILL_NONE, "oom");
	crashed(SIGKILL, KILL_NONE, "kill");
}

static void
test_words(void)
{
	int killed = status_of(SIGKILL), code = status_of(0);

	said(code, KILL_NONE, "exit code 200");
	said(code, KILL_IDLE, "exit code 200");
	said(status_of(SIGTERM), KILL_NONE, "signal TERM");
	said(status_of(SIGTERM), KILL_FAST_STOP, "signal TERM");
	said(killed, KILL_NONE, "signal KILL, not by us");
	said(killed, KILL_FAST_STOP, "signal KILL, by us: fast stop");
	said(killed, KILL_DRAIN_TIMEOUT,
	    "signal KILL, by us: its generation did not finish in "
	    "drain_timeout");
}

#define NOT_BY_US "signal KILL, not by us"
#define NO_MEMORY "signal KILL, not by us; the system ran out of memory"

static void
test_memory(void)
{
	int killed = status_of(SIGKILL);

	count_is("low 0\noom 5\noom_kill 5\noom_group_kill 0\n");
	is_int(oom_init_file(&m.oom, counts), 0, "there is a count");
	said(killed, KILL_NONE, NOT_BY_US);
	count_is("low 0\noom 7\noom_kill 7\noom_group_kill 0\n");
	said(killed, KILL_FAST_STOP, "signal KILL, by us: fast stop");
	said(status_of(SIGTERM), KILL_NONE, "signal TERM");
	said(killed, KILL_NONE, NO_MEMORY);
	said(killed, KILL_NONE, NO_MEMORY);
	said(killed, KILL_NONE, NOT_BY_US);
	count_is("oom_kill 8\n");
	said(killed, KILL_NONE, NO_MEMORY);
	(void)unlink(counts);
	said(killed, KILL_NONE, NOT_BY_US);
}

/* A victim that was not ours is forgotten. */
static void
test_stale(void)
{
	int64_t now_ms = clock_ms();

	count_is("oom_kill 0\n");
	is_int(oom_init_file(&m.oom, counts), 0, "a count of nought");
	ok(!oom_take(&m.oom, now_ms), "nobody was killed");
	count_is("oom_kill 3\n");
	ok(oom_take(&m.oom, now_ms), "one of three");
	ok(oom_take(&m.oom, now_ms + OOM_FRESH_MS), "another in time");
	ok(!oom_take(&m.oom, now_ms + OOM_FRESH_MS + 1), "the third too late");
	count_is("oom_kill 2\n");
	ok(!oom_take(&m.oom, now_ms), "a count that falls is none");
}

static void
no_count(const char *text)
{
	struct oom oom;

	count_is(text);
	is_int(oom_init_file(&oom, counts), -1, "no count: %.20s", text);
	ok(!oom_take(&oom, clock_ms()), "... and nobody was killed");
}

static void
test_no_count(void)
{
	struct oom oom;

	no_count("");
	no_count("oom_kill");
	no_count("oom_kill \n");
	no_count("oom_kill -1\n");
	no_count("oom_kill many\n");
	no_count("oom_kill 1x\n");
	no_count("oom_kill 99999999999999999999\n");
	no_count("oom_kill_disable 0\nxoom_kill 1\n");
	(void)unlink(counts);
	is_int(oom_init_file(&oom, counts), -1, "no file");
	is_int(oom_init_file(&oom, folder), -1, "a folder");
	oom_init(&oom);
	printf("# %s\n", oom.path);
	ok(oom.path[0] == '\0' || oom.seen >= 0, "what this system has");
	ok(!oom_take(&oom, clock_ms()), "... and nobody was killed just now");
}

int
main(void)
{
	const struct rlimit no_core = { 0, 0 };
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	folder = rig_folder();
	counts = rig_path(folder, "memory.events");
	test_labels();
	test_words();
	test_crashes();
	test_memory();
	test_stale();
	test_no_count();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	(void)unlink(counts);
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}
