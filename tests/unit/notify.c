/*
 * The word between the daemon and who started it, at both ends.
 */
#include "config.h"

#include <sys/time.h>

#include <signal.h>

#include "base/fd.h"
#include "master/state.h"
#include "rig.h"
#include "tap.h"

static char said[4096]; /* what notify_wait wrote to stderr */

/* notify_wait with 2 redirected; `fd` is closed. */
static int
wait_on(int fd)
{
	int stderr_copy = dup(2), ends[2], code;
	ssize_t got;

	rig_require(stderr_copy >= 0 && fd_pipe(ends, true) == 0, "pipe");
	(void)dup2(ends[1], 2);
	fd_close(&ends[1]);
	code = notify_wait(fd, "preforkd");
	(void)fflush(stderr);
	(void)dup2(stderr_copy, 2);
	(void)close(stderr_copy);
	got = read(ends[0], said, sizeof(said) - 1);
	said[got > 0 ? got : 0] = '\0';
	fd_close(&ends[0]);
	fd_close(&fd);
	return code;
}

static int
wait_for(const char *word, size_t bytes)
{
	int ends[2];

	rig_require(fd_pipe(ends, false) == 0 &&
		fd_write_all(ends[1], word, bytes) == 0,
	    "pipe");
	fd_close(&ends[1]);
	return wait_on(ends[0]);
}

/* A word may have a byte 0 in it. */
#define WAIT_FOR(word) wait_for((word), sizeof(word) - 1)

static void
test_words(void)
{
	is_int(WAIT_FOR("R"), 0, "R is ready");
	is_text(said, "", "without a word");
	is_int(WAIT_FOR("F\x4ePF0301 no"), 78, "F gives its code");
	is_text(said, "preforkd: PF0301 no\n", "and reason");
	is_int(WAIT_FOR("F\xc8PF0001 x"), 200, "a code above 127");
}

static void
test_no_word(void)
{
	static const char *const lost =
	    "preforkd: PF0116 the daemon ended before it was ready\n";

	is_int(WAIT_FOR(""), 70, "an end without a word is a failure");
	is_text(said, lost, "which is told");
	is_int(WAIT_FOR("F"), 70, "a word that is cut is");
	is_text(said, lost, "which is told");
	is_int(WAIT_FOR("F\x4e"), 70, "one without a reason is");
	is_text(said, lost, "which is told");
	is_int(WAIT_FOR("x"), 70, "one that is unknown is");
	is_int(wait_on(-1), 70, "so is a pipe that cannot be read");
	is_int(WAIT_FOR("F\0PF0400 odd"), 70, "a failure is never 0");
	is_text(said, "preforkd: PF0400 odd\n", "and its reason is told");
}

static void
test_long_word(void)
{
	char word[5000];

	memset(word, 'l', sizeof(word));
	word[0] = 'F';
	word[1] = 64;
	is_int(wait_for(word, sizeof(word)), 64, "a word without end");
	ok(strlen(said) > 500 && strlen(said) < 600, "is cut");
}

static void
setup(struct master *m, struct settings *settings, int *starter, int *ready)
{
	int ends[2];

	memset(m, 0, sizeof(*m));
	m->settings = settings;
	rig_require(fd_pipe(ends, false) == 0, "pipe");
	*starter = ends[0];
	m->starter_fd = ends[1];
	rig_require(fd_pipe(ends, false) == 0, "pipe");
	*ready = ends[0];
	settings->ready_fd = ends[1];
}

static void
test_ready(void)
{
	struct settings *settings = settings_new(1);
	struct master m;
	int starter, ready;
	char bytes[8];

	setup(&m, settings, &starter, &ready);
	notify_ready(&m);
	ok(m.starter_fd == -1 && settings->ready_fd == -1, "both are closed");
	is_int(wait_on(starter), 0, "the starter hears of it");
	is_int(read(ready, bytes, sizeof(bytes)), 1, "the supervisor gets");
	is_int(bytes[0], '\n', "a newline");
	is_int(read(ready, bytes, sizeof(bytes)), 0, "and the end");
	notify_ready(&m);
	ok(1, "a second time is harmless");
	fd_close(&ready);
	settings_unref(settings);
}

static void
test_failed(void)
{
	struct settings *settings = settings_new(1);
	struct master m;
	struct error e;
	int starter, ready;
	char text[1000], byte;

	setup(&m, settings, &starter, &ready);
	memset(text, 'e', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)error_set(&e, PF_BIND, "%s", text);
	notify_failed(&m, &e);
	is_int(m.starter_fd, -1, "closed");
	is_int(wait_on(starter), 69, "the starter gets the code");
	ok(strncmp(said, "preforkd: PF0203 eee", 20) == 0 &&
		strlen(said) == 17 + ERROR_TEXT_BYTES - 1 + 1,
	    "and all of the reason");
	notify_failed(&m, &e);
	ok(settings->ready_fd >= 0, "the supervisor hears nothing");
	fd_close(&settings->ready_fd);
	is_int(read(ready, &byte, 1), 0, "but the end");
	fd_close(&ready);
	settings_unref(settings);
}

static volatile sig_atomic_t interrupts;
static int writer_fd;

static void
on_alarm(int signo)
{
	(void)signo;
	if (++interrupts == 3) {
		(void)fd_write_all(writer_fd, "R", 1);
		(void)close(writer_fd);
	}
}

static void
test_interrupted(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	int ends[2], code;

	rig_require(fd_pipe(ends, false) == 0, "pipe");
	writer_fd = ends[1];
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	(void)setitimer(ITIMER_REAL, &often, NULL);
	code = wait_on(ends[0]);
	(void)setitimer(ITIMER_REAL, &never, NULL);
	(void)signal(SIGALRM, SIG_DFL);
	is_int(code, 0, "signals do not end the wait");
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	test_words();
	test_no_word();
	test_long_word();
	test_ready();
	test_failed();
	test_interrupted();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
