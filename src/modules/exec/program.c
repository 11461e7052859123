/*
 * Starting the program: what it has is made here, and nothing else reaches it.
 * Runs in: worker, and the process that becomes the program.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_PDEATHSIG
#include <sys/prctl.h>
#endif

#include "exec.h"

/* What a shell says of a program that cannot be run. */
#define CANNOT_RUN 126

/* The worker learns what failed between fork and exec through a pipe that the
 * exec closes. */
struct failure {
	int error;
	char what[64];
};

struct start {
	const struct exec_config *config;
	const struct exec_user *user;
	char **environment;
	int socket, errors, report;
	pid_t worker;
};

#ifdef HAVE_PDEATHSIG

/* A worker that is killed takes its program along. */
static void
die_with(pid_t worker)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != worker)
		_exit(CANNOT_RUN);
}

#else

static void
die_with(pid_t worker)
{
	(void)worker;
}

#endif

/* For all numbers: what is no signal, or cannot be caught, stays. */
static void
reset_signals(void)
{
	struct sigaction action;
	sigset_t none;
	int signo;

	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	for (signo = 1; signo < 65; signo++)
		(void)sigaction(signo, &action, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* All is close-on-exec but what dup2 makes. */
static int
take_descriptors(const struct start *start)
{
	int errors = start->errors == -1 ? start->socket : start->errors;

	if (dup2(start->socket, STDIN_FILENO) == -1 ||
	    dup2(start->socket, STDOUT_FILENO) == -1 ||
	    dup2(errors, STDERR_FILENO) == -1)
		return -1;
	return 0;
}

static int
take_root(const char *path)
{
	if (path == NULL || path[0] == '\0')
		return 0;
	return chroot(path) == -1 ? -1 : chdir("/");
}

/* -1 with errno and *what; does not return otherwise. */
static int
become(const struct start *start, const char **what)
{
	const struct exec_config *config = start->config;
	char **argv;

	*what = "setsid";
	if (setsid() == -1)
		return -1;
	die_with(start->worker);
	*what = "dup2";
	if (take_descriptors(start) == -1)
		return -1;
	if (limits_set(&config->limit, what) == -1)
		return -1;
	*what = config->chroot;
	if (take_root(config->chroot) == -1)
		return -1;
	if (user_become(start->user, what) == -1)
		return -1;
	/* A change of user has cleared it. */
	die_with(start->worker);
	reset_signals();
	*what = config->program.items[0];
	/* execve(2) changes none of them, whatever its prototype says. */
	memcpy(&argv, &config->program.items, sizeof(argv));
	(void)execve(argv[0], argv, start->environment);
	return -1;
}

static _Noreturn void
run_child(const struct start *start)
{
	struct failure failure;
	const char *what = "";

	memset(&failure, 0, sizeof(failure));
	(void)become(start, &what);
	failure.error = errno;
	(void)snprintf(failure.what, sizeof(failure.what), "%s", what);
	(void)!write(start->report, &failure, sizeof(failure));
	_exit(CANNOT_RUN);
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
}

/* Above 2, so that nothing of it is in the program's way. */
static int
make_pipe(int ends[2])
{
	int i, fd;

	if (pipe(ends) == -1)
		return -1;
	for (i = 0; i < 2; i++) {
		fd = fcntl(ends[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (fd == -1) {
			close_fd(&ends[0]);
			close_fd(&ends[1]);
			return -1;
		}
		(void)close(ends[i]);
		ends[i] = fd;
	}
	return 0;
}

/* 0: it runs, or has run. */
static int
hear_of_failure(int report, char *reason, size_t reason_bytes)
{
	struct failure failure;
	ssize_t got;

	do
		got = read(report, &failure, sizeof(failure));
	while (got == -1 && errno == EINTR);
	if (got != (ssize_t)sizeof(failure))
		return 0;
	failure.what[sizeof(failure.what) - 1] = '\0';
	(void)snprintf(reason, reason_bytes, "%s: %s", failure.what,
	    strerror(failure.error));
	return -1;
}

static int
open_errors(const struct exec_config *config, int ends[2])
{
	ends[0] = ends[1] = -1;
	if (config->errors == ERRORS_TO_SOCKET)
		return 0;
	if (make_pipe(ends) == -1)
		return -1;
	return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int
program_start(struct prefork_conn *conn, const struct exec_user *user,
    struct program *program, char *reason, size_t reason_bytes)
{
	struct start start = { .config = prefork_conn_config(conn),
		.user = user,
		.environment = environment_make(conn),
		.socket = prefork_conn_fd(conn),
		.worker = getpid() };
	int report[2] = { -1, -1 }, errors[2] = { -1, -1 }, result = -1;

	program->pid = -1;
	if (start.environment != NULL &&
	    open_errors(start.config, errors) == 0 && make_pipe(report) == 0) {
		start.errors = errors[1];
		start.report = report[1];
		program->pid = fork();
		if (program->pid == 0)
			run_child(&start);
	}
	if (program->pid == -1)
		(void)snprintf(reason, reason_bytes, "%s", strerror(errno));
	close_fd(&report[1]);
	close_fd(&errors[1]);
	if (program->pid != -1)
		result = hear_of_failure(report[0], reason, reason_bytes);
	close_fd(&report[0]);
	program->errors = errors[0];
	return result;
}
