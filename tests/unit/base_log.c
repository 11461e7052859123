/*
 * The log on standard error: one clean line per event, never a wait, and
 * every loss told.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "base/bug.h"
#include "base_log_rig.h"

static int stderr_copy = -1;

/* Standard error becomes a pipe; returns the non-blocking end to read. */
static int
stderr_to_pipe(void)
{
	int ends[2];

	if (fd_pipe(ends, false) == -1 || dup2(ends[1], 2) == -1)
		exit(1);
	fd_close(&ends[1]);
	(void)fd_set_nonblocking(ends[0], true);
	return ends[0];
}

static void
stderr_back(int *reader)
{
	(void)dup2(stderr_copy, 2);
	log_open_stderr();
	fd_close(reader);
}

static void
fill(int fd)
{
	char block[4096];

	memset(block, 'x', sizeof(block));
	(void)fd_set_nonblocking(fd, true);
	while (write(fd, block, sizeof(block)) > 0)
		;
	(void)fd_set_nonblocking(fd, false);
}

static void
test_lines(void)
{
	int reader = stderr_to_pipe();

	log_event(PF_LISTENING, "listening on %s", "127.0.0.1:7007");
	is_text(contents(reader),
	    expected("PF0200 listening on 127.0.0.1:7007\n"), "a plain line");
	log_set_scope("echo/3");
	log_event(PF_HANDLER_LOG, "hello");
	log_set_scope(NULL);
	is_text(contents(reader), expected("echo/3: PF0311 hello\n"),
	    "a line with a scope");
	log_event(PF_WORKER_START, "too much");
	is_text(contents(reader), "", "debug is silent by default");
	log_set_level(LEVEL_DEBUG);
	log_event(PF_WORKER_START, "wanted");
	is_text(contents(reader), expected("PF0400 wanted\n"), "until asked");
	log_set_level(LEVEL_INFO);
	log_set_scope("echo/3");
	errno = ENOTTY;
	log_emergency(PF_WORKER_ABORTED, "help\n");
	is_int(errno, ENOTTY, "an emergency keeps errno");
	log_set_scope(NULL);
	is_text(contents(reader), expected("echo/3: PF0413 help\\x0A\n"),
	    "and is a line like any other");
	errno = ENOTTY;
	log_event(PF_SYSCALL, "%s", strerror(errno));
	is_int(errno, ENOTTY, "errno is kept");
	stderr_back(&reader);
}

static void
test_injection(void)
{
	int reader = stderr_to_pipe();

	log_event(PF_HANDLER_LOG, "a\r\nPF0102 b\033[2J%c\177\t\xc3\xa9", 0);
	is_text(contents(reader),
	    expected("PF0311 a\\x0D\\x0APF0102 b\\x1B[2J\\x00\\x7F\\x09"
		     "\xc3\xa9\n"),
	    "control bytes cannot make a line or move a cursor");
	log_set_scope("e\nf/1");
	log_event(PF_HANDLER_LOG, "x");
	log_set_scope(NULL);
	is_text(contents(reader), expected("e\\x0Af/1: PF0311 x\n"),
	    "nor in the scope");
	stderr_back(&reader);
}

static void
test_long_lines(void)
{
	int reader = stderr_to_pipe();
	char text[4096];
	const char *line;
	size_t shift;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_event(PF_HANDLER_LOG, "%s", text);
	line = contents(reader);
	is_int(strlen(line), LOG_LINE_BYTES, "a long line is cut");
	ok(line[LOG_LINE_BYTES - 1] == '\n', "and still ends");
	memset(text, '\n', sizeof(text) - 1);
	for (shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		log_event(PF_HANDLER_LOG, "%s", text);
		line = contents(reader);
		ok(strcmp(line + strlen(line) - 4, "x0A\n") == 0,
		    "cut between escapes, %zu", shift);
	}
	stderr_back(&reader);
}

static void
test_full_pipe(void)
{
	int reader = stderr_to_pipe();
	unsigned long before = log_dropped();
	const char *text;

	fill(2);
	log_event(PF_HANDLER_LOG, "lost 1");
	log_event(PF_HANDLER_LOG, "lost 2");
	ok(1, "a full pipe does not block");
	is_int(log_dropped() - before, 2, "both lines are counted");
	while (*contents(reader) != '\0')
		;
	log_event(PF_HANDLER_LOG, "first");
	text = contents(reader);
	ok(strncmp(text, expected("PF0606 2 log lines lost\n"),
	       strlen(expected("PF0606 2 log lines lost\n"))) == 0,
	    "the loss is told first");
	text = strchr(text, '\n');
	is_text(text != NULL ? text + 1 : "", expected("PF0311 first\n"),
	    "then the line");
	log_event(PF_HANDLER_LOG, "second");
	is_text(contents(reader), expected("PF0311 second\n"), "told once");
	is_int(log_dropped() - before, 2, "the total stays");
	stderr_back(&reader);
}

static void
test_own_description(void)
{
	int reader = stderr_to_pipe();

	log_open_stderr();
	if (log_fd() == -1) {
		ok(1, "# SKIP no /dev/fd that opens pipes anew");
	} else {
		ok((fcntl(log_fd(), F_GETFL) & O_NONBLOCK) != 0 &&
			(fcntl(2, F_GETFL) & O_NONBLOCK) == 0,
		    "a pipe is non-blocking for us alone");
		ok((fcntl(log_fd(), F_GETFD) & FD_CLOEXEC) != 0,
		    "and closed on exec");
	}
	log_event(PF_HANDLER_LOG, "through");
	is_text(contents(reader), expected("PF0311 through\n"), "it works");
	stderr_back(&reader);
}

static void
test_closed_reader(void)
{
	int reader = stderr_to_pipe();
	unsigned long before = log_dropped();

	fd_close(&reader);
	log_event(PF_HANDLER_LOG, "nobody reads");
	ok(1, "no SIGPIPE for a pipe without a reader");
	is_int(log_dropped() - before, 1, "the line is counted");
	stderr_back(&reader);
}

static void
test_child_counts(void)
{
	int status = 0, reader;
	pid_t child;

	ok(log_dropped() > 0, "this process has losses");
	child = fork();
	if (child == 0)
		_exit(log_dropped() == 0 ? 0 : 1);
	(void)waitpid(child, &status, 0);
	is_int(status, 0, "its child has none yet");
	reader = stderr_to_pipe();
	log_event(PF_HANDLER_LOG, "x");
	ok(strstr(contents(reader), "PF0606 1 log line lost\n") != NULL,
	    "the parent tells its own");
	stderr_back(&reader);
}

static void
test_bug(void)
{
	const struct rlimit none = { 0, 0 };
	int status = 0, reader = stderr_to_pipe();
	const char *text;
	pid_t child = fork();

	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		BUG_ON(none.rlim_cur == 0);
		_exit(0);
	}
	(void)waitpid(child, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "a bug aborts");
	text = contents(reader);
	ok(strstr(text, "PF0900 ") != NULL &&
		strstr(text, "none.rlim_cur == 0\n") != NULL,
	    "and says what is wrong");
	stderr_back(&reader);
}

int
main(void)
{
	/* What blocks in spite of all ends here. */
	(void)alarm(60);
	stderr_copy = fcntl(2, F_DUPFD_CLOEXEC, 10);
	log_set_ident("preforkd");
	test_lines();
	test_injection();
	test_long_lines();
	test_full_pipe();
	test_own_description();
	test_closed_reader();
	test_child_counts();
	test_bug();
	return tap_done();
}
