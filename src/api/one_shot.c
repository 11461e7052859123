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
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/programs.h"
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

static void
serve_module(const struct module *module, const char *service, int fd,
    void *worker_data)
{
	struct conn_context context = {
		.service = service,
		.config = module->config,
		.worker_data = worker_data,
	};
	struct prefork_conn conn = { .fd = fd };

	conn.peer_length = sizeof(conn.peer);
	if (getpeername(fd, (struct sockaddr *)&conn.peer, &conn.peer_length) ==
	    -1)
		conn.peer_length = sizeof(sa_family_t);
	conn_begin(&conn, &context, 1);
	(void)module->descriptor->handle(&conn);
	conn_end(&conn);
	if (module->descriptor->worker_exit != NULL)
		module->descriptor->worker_exit(worker_data);
}

static int
serve_one(const struct options *options, int fd)
{
	static const struct conn_context no_context;
	struct prefork_conn bare = { .fd = fd };
	struct module module;
	struct error e;
	void *worker_data = NULL;

	memset(&module, 0, sizeof(module));
	(void)signal(SIGPIPE, SIG_IGN);
	if (load_handler(options, &module, &worker_data, &e) == -1) {
		log_error(&e);
		module_fini(&module);
		return error_exit_code(&e);
	}
	if (module.descriptor != NULL) {
		serve_module(&module, options->settings->services[0].name, fd,
		    worker_data);
	} else {
		conn_begin(&bare, &no_context, 1);
		module.handle_client(fd);
		conn_end_bare(&bare, NULL);
	}
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

static void
copy(int from, int to)
{
	char bytes[16384];
	ssize_t got;

	for (;;) {
		got = read(from, bytes, sizeof(bytes));
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0 || fd_write_all(to, bytes, (size_t)got) == -1)
			return;
	}
}

static int
run_copier(void *arg)
{
	struct relay *relay = arg;

	fd_close(&relay->handler_fd);
	(void)signal(SIGPIPE, SIG_IGN);
	copy(STDIN_FILENO, relay->outer_fd);
	(void)shutdown(relay->outer_fd, SHUT_WR);
	return 0;
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

static int
serve_between_pipes(const struct options *options)
{
	struct relay relay = { .options = options };
	pid_t handler, copier;
	struct error e;
	int ends[2], status;

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
	copy(relay.outer_fd, STDOUT_FILENO);
	fd_close(&relay.outer_fd);
	if (copier > 0) {
		(void)kill(copier, SIGKILL);
		(void)spawn_wait(copier);
	}
	status = spawn_wait(handler);
	return child_code(options, status);
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
	return serve_one(options, fd);
}
