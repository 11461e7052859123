/*
 * -i: serve one connection that somebody else accepted.  Descriptor 0 is the
 * connected socket, as inetd(8) passes it; when it is not a socket (a test
 * with a pipe) the handler gets one end of a socketpair and two copiers stand
 * between it and standard input and output.
 * Runs in: the process that was typed, and its helpers.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "admission/refusal.h"
#include "admission/rules.h"
#include "api/programs.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "conn/conn.h"
#include "master/spawn.h"
#include "worker/worker.h"

struct relay {
	const struct options *options;
	int handler_fd;
	int outer_fd;
};

/* A handler that ends by itself when `timeout total` is over has so long for
 * it. */
#define TOTAL_GRACE_MS 1000

static const struct service_settings *
service_of(const struct options *options)
{
	return &options->settings->services[0];
}

static int
load_handler(const struct options *options, struct module *module,
    void **worker_data, struct error *e)
{
	const struct settings *settings = options->settings;
	struct service service = { .settings = &settings->services[0],
		.snapshot = MODULE_SNAPSHOT_NONE };
	char reason[ERROR_TEXT_BYTES / 2] = "no reason given";

	if (service.settings->handler != NULL &&
	    module_find(service.settings->handler, &settings->module_path,
		service.module_file, e) == -1)
		return -1;
	/* Within, its path means something else. */
	if (service.settings->handler != NULL &&
	    service.settings->chroot != NULL &&
	    module_snapshot_take(&service.snapshot, service.module_file, e) ==
		-1)
		return -1;
	if (worker_enter(settings, &service, e) == -1 ||
	    worker_load(&service, module, e) == -1)
		return -1;
	if (module->descriptor == NULL ||
	    module->descriptor->worker_init == NULL ||
	    module->descriptor->worker_init(module->config, worker_data, reason,
		sizeof(reason)) == 0)
		return 0;
	return error_set(e, PF_MODULE_INIT, "%s: worker_init: %s",
	    service.settings->name, reason);
}

/* One that the handler forked and let return ends here; the connection is its
 * parent's. */
static void
end_copy(void)
{
	if (worker_is_copy)
		_exit(EX_OK);
}

static void
find_peer(struct prefork_conn *conn)
{
	conn->peer_length = sizeof(conn->peer);
	if (getpeername(conn->fd, (struct sockaddr *)&conn->peer,
		&conn->peer_length) == -1)
		conn->peer_length = sizeof(sa_family_t);
}

static void
call_handler(const struct module *module, const struct conn_context *context,
    int fd)
{
	struct prefork_conn conn = { .fd = fd };

	find_peer(&conn);
	conn_begin(&conn, context, 1);
	if (module->descriptor != NULL) {
		(void)module->descriptor->handle(&conn);
		end_copy();
		conn_end(&conn);
		return;
	}
	conn_limit_socket(fd, &context->limits);
	module->handle_client(fd);
	end_copy();
	conn_end_bare(&conn, NULL);
}

static int
serve_one(const struct options *options, int fd)
{
	struct conn_context context = {
		.service = service_of(options)->name,
		.limits = worker_limits(&service_of(options)->timeouts),
	};
	struct module module;
	struct error e;
	int result;

	memset(&module, 0, sizeof(module));
	(void)signal(SIGPIPE, SIG_IGN);
	result = worker_watch_copies();
	if (result == -1)
		(void)error_set(&e, PF_SYSCALL, "no memory for a handler");
	else
		result =
		    load_handler(options, &module, &context.worker_data, &e);
	if (result == -1) {
		log_error(&e);
		module_fini(&module);
		return error_exit_code(&e);
	}
	context.config = module.config;
	call_handler(&module, &context, fd);
	if (module.descriptor != NULL && module.descriptor->worker_exit != NULL)
		module.descriptor->worker_exit(context.worker_data);
	module_fini(&module);
	return 0;
}

static int
run_handler(void *arg)
{
	struct relay *relay = arg;

	fd_close(&relay->outer_fd);
	return serve_one(relay->options, relay->handler_fd);
}

/* As fd_write_all, but -1 with ETIMEDOUT when nothing can be written for
 * limit_ms; 0: no limit. */
static int
write_limited(int fd, const char *bytes, size_t count, int64_t limit_ms)
{
	struct pollfd item = { .fd = fd, .events = POLLOUT };
	ssize_t put;
	int ready;

	if (limit_ms == 0)
		return fd_write_all(fd, bytes, count);
	while (count > 0) {
		ready = poll(&item, 1, clock_timeout(limit_ms, 0));
		if (ready == 0)
			errno = ETIMEDOUT;
		if (ready == 0 || (ready == -1 && errno != EINTR))
			return -1;
		/* A pipe has room for so much, without waiting. */
		put = write(fd, bytes, count < PIPE_BUF ? count : PIPE_BUF);
		if (put == -1 && errno != EINTR && errno != EAGAIN)
			return -1;
		if (put > 0) {
			bytes += put;
			count -= (size_t)put;
		}
	}
	return 0;
}

/* Until there is something, or it is end_ms.  poll(2)'s answer. */
static int
await_input(int fd, int64_t end_ms)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	int64_t now_ms;
	int ready;

	do {
		now_ms = clock_ms();
		ready = poll(&item, 1, clock_timeout(end_ms, now_ms));
	} while ((ready == -1 && errno == EINTR) ||
	    (ready == 0 && clock_ms() < end_ms));
	return ready;
}

/* Until one side has ended, or it is end_ms.  NULL, or with errno the side that
 * failed; a reader that is gone, or late, is an end. */
static const char *
copy(int from, int to, int64_t write_ms, int64_t end_ms)
{
	char bytes[16384];
	ssize_t got;

	while (await_input(from, end_ms) > 0) {
		got = read(from, bytes, sizeof(bytes));
		if (got == -1 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return got == -1 ? "input" : NULL;
		if (write_limited(to, bytes, (size_t)got, write_ms) == -1)
			return errno == EPIPE || errno == ETIMEDOUT ? NULL :
								      "output";
	}
	return NULL;
}

static int
fail_at(const struct relay *relay, const char *side)
{
	struct error e;

	(void)error_set(&e, PF_SYSCALL, "one-shot: standard %s: %s", side,
	    strerror(errno));
	return program_fail(relay->options->program, &e);
}

static int
run_copier(void *arg)
{
	struct relay *relay = arg;
	const char *failed;
	int code = 0;

	fd_close(&relay->handler_fd);
	(void)signal(SIGPIPE, SIG_IGN);
	failed = copy(STDIN_FILENO, relay->outer_fd, 0, CLOCK_NEVER);
	if (failed != NULL && strcmp(failed, "input") == 0)
		code = fail_at(relay, failed);
	(void)shutdown(relay->outer_fd, SHUT_WR);
	return code;
}

static int
child_code(const struct options *options, int status)
{
	struct error e;

	if (status != -1 && WIFEXITED(status))
		return WEXITSTATUS(status);
	(void)error_set(&e, PF_MODULE_DIED, "%s was killed by signal %s",
	    options->settings->services[0].name,
	    status == -1 ? "unknown" : sigpipe_name(WTERMSIG(status)));
	return program_fail(options->program, &e);
}

/* What the handler says, for as long as the service gives it.  No master is
 * there to end one that does not come back.  An exit code. */
static int
copy_answer(const struct relay *relay, pid_t handler)
{
	const struct timeouts *timeouts = &service_of(relay->options)->timeouts;
	int64_t end_ms = timeouts->total_ms > 0 ?
	    clock_ms() + timeouts->total_ms + TOTAL_GRACE_MS :
	    CLOCK_NEVER;
	const char *failed =
	    copy(relay->outer_fd, STDOUT_FILENO, timeouts->write_ms, end_ms);

	if (clock_ms() >= end_ms)
		(void)kill(handler, SIGKILL);
	return failed != NULL && strcmp(failed, "output") == 0 ?
	    fail_at(relay, failed) :
	    0;
}

static int
serve_between_pipes(const struct options *options)
{
	struct relay relay = { .options = options };
	pid_t handler, copier;
	struct error e;
	int ends[2], status, code, copied = 0;

	if (fd_socketpair(ends) == -1)
		goto fail;
	relay.handler_fd = ends[0];
	relay.outer_fd = ends[1];
	handler = spawn_helper(run_handler, &relay);
	if (handler == -1)
		goto fail;
	copier = spawn_helper(run_copier, &relay);
	fd_close(&ends[0]);
	/* Whoever goes away first, the other two must hear of it. */
	(void)signal(SIGPIPE, SIG_IGN);
	code = copy_answer(&relay, handler);
	fd_close(&relay.outer_fd);
	if (copier > 0) {
		(void)kill(copier, SIGKILL);
		copied = spawn_wait(copier);
	}
	status = spawn_wait(handler);
	if (code == 0 && copied != -1 && WIFEXITED(copied))
		code = WEXITSTATUS(copied);
	return code != 0 ? code : child_code(options, status);
fail:
	(void)error_set(&e, PF_SYSCALL, "one-shot: %s", strerror(errno));
	return program_fail(options->program, &e);
}

/* inetd(8) makes standard error the client's socket; what is written there
 * is part of the conversation. */
bool
program_stderr_is_client(void)
{
	struct stat in, err;

	return fstat(STDERR_FILENO, &err) == 0 &&
	    fstat(STDIN_FILENO, &in) == 0 && S_ISSOCK(in.st_mode) &&
	    in.st_dev == err.st_dev && in.st_ino == err.st_ino;
}

/* Who accepted the connection has said whom it lets in. */
static int
refuse_proxy(const struct options *options)
{
	struct error e;

	(void)error_set(&e, PF_USAGE,
	    "proxy is not for -i: there the header would be the handler's");
	return program_fail(options->program, &e);
}

/* The limits of numbers compare with connections of which a process alone
 * knows nothing; allow and deny are for this one, too. */
static bool
is_let_in(const struct options *options, int fd)
{
	const struct admission_settings *admission =
	    &service_of(options)->admission;
	struct prefork_conn conn = { .fd = fd };
	struct refusal_log none = { 0 };
	struct slot_client client = { 0 };
	struct rules *rules;
	bool allowed;

	if (admission->rule_count == 0)
		return true;
	find_peer(&conn);
	slot_client_set(&client, (struct sockaddr *)&conn.peer);
	rules = rules_new(admission->rules, admission->rule_count);
	allowed = rules != NULL && rules_allow(rules, &client);
	rules_free(rules);
	if (!allowed)
		refusal_tell(&none, REFUSED_RULE, &client,
		    "the rules of allow and deny", clock_ms());
	return allowed;
}

int
program_one_shot(const struct options *options)
{
	struct stat in;
	int fd;

	if (proxy_is_required(&options->settings->services[0].proxy))
		return refuse_proxy(options);
	if (fstat(STDIN_FILENO, &in) == -1 || !S_ISSOCK(in.st_mode))
		return serve_between_pipes(options);
	if (program_stderr_is_client())
		log_open_syslog();
	fd = fcntl(STDIN_FILENO, F_DUPFD, 3);
	if (fd == -1 || fd_set_cloexec(fd, true) == -1 ||
	    fd_set_nonblocking(fd, false) == -1)
		return msg_find(PF_SYSCALL)->exit_code;
	if (fd_detach_stdio(false) == -1)
		return msg_find(PF_SYSCALL)->exit_code;
	if (!is_let_in(options, fd))
		return EX_NOPERM;
	return serve_one(options, fd);
}
