/*
 * Runs a program for each connection, which has the socket as its standard
 * input and output, as under inetd and tcpserver.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exec.h"

/* The core hears so often that the connection goes on: the program uses the
 * socket by itself. */
#define SIGN_OF_LIFE_MS 1000

struct run {
	struct prefork_conn *conn;
	struct program program;
	int64_t begun_ms, due_ms; /* 0: never */
	int blow;		  /* the last signal that was to end it */
	int status;
	size_t have;
	char line[512]; /* of its standard error */
};

static struct exec_user user;

static int64_t
now_ms(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ------------------------------------------------------------ its errors */

static void
log_line(struct run *run)
{
	if (run->have > 0)
		prefork_conn_log(run->conn, "pid %ld: %.*s",
		    (long)run->program.pid, (int)run->have, run->line);
	run->have = 0;
}

static void
take_bytes(struct run *run, const char *bytes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (bytes[i] == '\n' || run->have == sizeof(run->line))
			log_line(run);
		if (bytes[i] != '\n')
			run->line[run->have++] = bytes[i];
	}
}

/* What there is now. */
static void
read_errors(struct run *run)
{
	char bytes[1024];
	ssize_t got;

	while (run->program.errors != -1 &&
	    (got = read(run->program.errors, bytes, sizeof(bytes))) != 0) {
		if (got > 0)
			take_bytes(run, bytes, (size_t)got);
		else if (errno != EINTR)
			return;
	}
	/* It has closed it. */
	if (run->program.errors != -1)
		(void)close(run->program.errors);
	run->program.errors = -1;
}

/* ---------------------------------------------------------------- its end */

static int
has_ended(struct run *run)
{
	pid_t pid;

	children_drain();
	do
		pid = waitpid(run->program.pid, &run->status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	/* Somebody else waited for it: it is gone. */
	if (pid == -1)
		run->status = 0;
	return pid != 0;
}

static int
time_left(const struct run *run)
{
	int64_t left = run->due_ms - now_ms();

	if (run->due_ms == 0 || left > SIGN_OF_LIFE_MS)
		return SIGN_OF_LIFE_MS;
	return left > 0 ? (int)left : 0;
}

/* The program and all that it has started. */
static void
strike(struct run *run)
{
	const struct exec_config *config = prefork_conn_config(run->conn);

	run->blow = run->blow == 0 ? SIGTERM : SIGKILL;
	run->due_ms = now_ms() + config->grace_ms;
	if (config->grace_ms == 0)
		run->due_ms++;
	(void)kill(-run->program.pid, run->blow);
}

static void
wait_for_end(struct run *run)
{
	struct pollfd items[2];

	while (!has_ended(run)) {
		items[0] =
		    (struct pollfd) { .fd = children_fd(), .events = POLLIN };
		items[1] = (struct pollfd) { .fd = run->program.errors,
			.events = POLLIN };
		(void)poll(items, 2, time_left(run));
		prefork_conn_note(run->conn, "program runs");
		if (items[1].revents != 0)
			read_errors(run);
		if (run->due_ms != 0 && now_ms() >= run->due_ms)
			strike(run);
	}
}

static int
tell_end(const struct run *run)
{
	long long took_ms = (long long)(now_ms() - run->begun_ms);
	const char *why = run->blow != 0 ? ", by us: time_limit" : "";
	long pid = (long)run->program.pid;

	if (WIFSIGNALED(run->status))
		prefork_conn_log(run->conn,
		    "pid %ld ended: signal %d%s, after %lld ms", pid,
		    WTERMSIG(run->status), why, took_ms);
	else
		prefork_conn_log(run->conn,
		    "pid %ld ended: exit code %d%s, after %lld ms", pid,
		    WEXITSTATUS(run->status), why, took_ms);
	return WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0 ? 0 : -1;
}

static int
serve(struct prefork_conn *conn)
{
	const struct exec_config *config = prefork_conn_config(conn);
	struct run run = { .conn = conn, .begun_ms = now_ms() };
	char reason[256];
	int failed;

	failed =
	    program_start(conn, &user, &run.program, reason, sizeof(reason));
	if (failed)
		prefork_conn_log(conn, "cannot run %s: %s",
		    config->program.items[0], reason);
	if (run.program.pid != -1) {
		if (config->time_limit_ms > 0)
			run.due_ms = run.begun_ms + config->time_limit_ms;
		wait_for_end(&run);
		/* Who ignored TERM of the group ends with it. */
		if (run.blow != 0)
			(void)kill(-run.program.pid, SIGKILL);
	}
	read_errors(&run);
	log_line(&run);
	if (run.program.errors != -1)
		(void)close(run.program.errors);
	return failed ? -1 : tell_end(&run);
}

/* ------------------------------------------------------------------ set-up */

static int
check_env(const struct prefork_list *env, char *reason, size_t reason_bytes)
{
	size_t i;

	for (i = 0; i < env->count; i += 2) {
		if (env->items[i][0] != '\0' &&
		    strchr(env->items[i], '=') == NULL && i + 1 < env->count)
			continue;
		(void)snprintf(reason, reason_bytes,
		    "env needs a name without = and a value, not '%s'",
		    env->items[i]);
		return -1;
	}
	return 0;
}

/* In a root of its own it cannot be seen from here. */
static int
check_program(const struct exec_config *config, char *reason,
    size_t reason_bytes)
{
	const char *path;

	if (config->program.count == 0) {
		(void)snprintf(reason, reason_bytes,
		    "program is missing: the path of what is to be run");
		return -1;
	}
	path = config->program.items[0];
	if (path[0] != '/') {
		(void)snprintf(reason, reason_bytes,
		    "the path of the program must begin with /, not '%s'",
		    path);
		return -1;
	}
	if (config->chroot[0] != '\0' || access(path, X_OK) == 0)
		return 0;
	(void)snprintf(reason, reason_bytes, "program %s: %s", path,
	    strerror(errno));
	return -1;
}

static int
check(const void *arg, char *reason, size_t reason_bytes)
{
	const struct exec_config *config = arg;
	struct exec_user found;

	if (check_program(config, reason, reason_bytes) == -1 ||
	    check_env(&config->env, reason, reason_bytes) == -1 ||
	    limits_check(&config->limit, reason, reason_bytes) == -1)
		return -1;
	if (config->chroot[0] != '\0' && geteuid() != 0) {
		(void)snprintf(reason, reason_bytes, "only root can chroot");
		return -1;
	}
	return user_find(config->user, &found, reason, reason_bytes);
}

static int
init(const void *arg, void **data, char *reason, size_t reason_bytes)
{
	const struct exec_config *config = arg;

	*data = NULL;
	if (children_open() == -1) {
		(void)snprintf(reason, reason_bytes, "%s", strerror(errno));
		return -1;
	}
	return user_find(config->user, &user, reason, reason_bytes);
}

static const char *const outputs[] = { "log", "socket", NULL };

static const struct prefork_option options[] = {
	{
	    .name = "program",
	    .type = PREFORK_LIST,
	    .offset = offsetof(struct exec_config, program),
	    .help = "Path of the program, and its arguments.",
	},
	{
	    .name = "env",
	    .type = PREFORK_LIST,
	    .offset = offsetof(struct exec_config, env),
	    .help = "Name and value of a variable that it has.",
	},
	{
	    .name = "stderr",
	    .type = PREFORK_ENUM,
	    .offset = offsetof(struct exec_config, errors),
	    .preset = "log",
	    .choices = outputs,
	    .help = "Where its standard error goes.",
	},
	{
	    .name = "time_limit",
	    .type = PREFORK_DURATION,
	    .offset = offsetof(struct exec_config, time_limit_ms),
	    .preset = "0",
	    .min = 0,
	    .max = 365LL * 24 * 3600 * 1000,
	    .help = "After this time it gets TERM, with all that it started; "
		    "0: none.",
	},
	{
	    .name = "grace",
	    .type = PREFORK_DURATION,
	    .offset = offsetof(struct exec_config, grace_ms),
	    .preset = "5s",
	    .min = 0,
	    .max = 3600LL * 1000,
	    .help = "Time from TERM to KILL.",
	},
	{
	    .name = "user",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct exec_config, user),
	    .preset = "",
	    .help = "Whom it runs as, user[:group]; needs workers that are "
		    "root.",
	},
	{
	    .name = "chroot",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct exec_config, chroot),
	    .preset = "",
	    .help = "Its root directory; needs workers that are root.",
	},
	{
	    .name = "limit",
	    .type = PREFORK_LIST,
	    .offset = offsetof(struct exec_config, limit),
	    .help = "A resource (as core cpu data fsize nofile nproc stack) "
		    "and a number.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "exec",
	.version = "1.0",
	.summary = "runs a program for each connection",
	.options = options,
	.config_size = sizeof(struct exec_config),
	.check = check,
	.worker_init = init,
	.handle = serve,
};
