/*
 * -t, -L and -H: look at handlers without serving.  Their code is loaded in a
 * child that is given limit and deadline, so that a module that crashes or
 * hangs is reported and not suffered.
 * Runs in: the process that was typed, and one child for each module.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/programs.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "master/spawn.h"
#include "worker/worker.h"

struct inspection {
	const struct options *options;
	const struct service_settings *service; /* look_check's */
	const char *name;
	const char *file;
	int (*look)(struct inspection *, struct module *, struct error *);
	bool quiet;   /* the caller prints the reason */
	bool told;    /* look has printed it */
	int alive[2]; /* the child holds the writing end */
	struct error reason;
};

/* In the child. */
static int
inspect(void *arg)
{
	struct inspection *i = arg;
	struct module module;
	struct error e;

	fd_close(&i->alive[0]);
	memset(&module, 0, sizeof(module));
	if (i->look(i, &module, &e) == 0)
		return 0;
	if (i->quiet)
		(void)fd_write_all(i->alive[1], e.text, strlen(e.text));
	else if (!i->told)
		(void)program_fail(i->options->program, &e);
	return error_exit_code(&e);
}

/* Collect what the child says until it is dead or the time is over. */
static void
listen_to_child(struct inspection *i, pid_t pid)
{
	struct pollfd item = { .fd = i->alive[0], .events = POLLIN };
	char *text = i->reason.text;
	size_t have = 0;
	ssize_t got = 1;
	int ready;

	while (got > 0 && have < sizeof(i->reason.text) - 1) {
		ready =
		    poll(&item, 1, (int)i->options->settings->start_timeout_ms);
		if (ready == -1 && errno == EINTR)
			continue;
		if (ready <= 0) {
			(void)kill(pid, SIGKILL);
			break;
		}
		got = read(i->alive[0], text + have,
		    sizeof(i->reason.text) - 1 - have);
		if (got > 0)
			have += (size_t)got;
	}
	text[have] = '\0';
}

/* 0, or the exit code with i->reason; PF_NONE in it when it was printed. */
static int
run_inspection(struct inspection *i)
{
	pid_t pid;
	int status;

	i->reason.id = PF_NONE;
	if (fd_pipe(i->alive, false) == -1)
		goto fail;
	pid = spawn_helper(inspect, i);
	fd_close(&i->alive[1]);
	if (pid == -1)
		goto fail;
	listen_to_child(i, pid);
	fd_close(&i->alive[0]);
	status = spawn_wait(pid);
	if (status == -1)
		goto fail;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	(void)error_set(&i->reason, PF_MODULE_DIED,
	    "%s: the process that loaded it was killed by signal %s", i->name,
	    sigpipe_name(WTERMSIG(status)));
	return error_exit_code(&i->reason);
fail:
	(void)error_set(&i->reason, PF_SYSCALL, "cannot run a child: %s",
	    strerror(errno));
	fd_close(&i->alive[0]);
	return error_exit_code(&i->reason);
}

static int
finish(const struct inspection *i, int code)
{
	if (i->reason.id != PF_NONE)
		return program_fail(i->options->program, &i->reason);
	return code;
}

/* Where it went wrong, if that is in a file. */
static int
complain_at(const struct inspection *i, const struct place *place,
    const struct error *e)
{
	struct complaint complaint;

	complaint_set(&complaint, place, e);
	program_complain(i->options->program, &complaint);
	return -1;
}

/* An option that does not exist is wrong in its name, others in the value. */
static int
complain_of_option(const struct inspection *i, size_t index,
    const struct error *e)
{
	const struct option_place *at = &i->service->argument_places[index];
	const struct place place = { at->file,
		e->id == PF_OPTION_UNKNOWN ? at->name : at->value };

	return complain_at(i, &place, e);
}

/* Each argument that is wrong by itself, or together with those before it. */
static int
check_arguments(const struct inspection *i, struct module *module)
{
	const struct service_settings *service = i->service;
	struct module_argument *good =
	    calloc(service->argument_count + 1, sizeof(*good));
	struct error e;
	size_t k, count = 0;
	int result = 0;

	for (k = 0; good != NULL && k < service->argument_count; k++) {
		good[count] = service->arguments[k];
		if (module_configure(module, good, count + 1, &e) == 0)
			count++;
		else
			result = complain_of_option(i, k, &e);
	}
	free(good);
	return result;
}

static int
load_only(const struct service *service, struct module_snapshot *snapshot,
    struct module *module, struct error *e)
{
	if (service->settings->descriptor != NULL)
		return module_builtin(service->settings->descriptor, module, e);
	return module_load_snapshot(snapshot, service->module_file, module, e);
}

static int
look_check(struct inspection *i, struct module *module, struct error *e)
{
	const struct settings *settings = i->options->settings;
	struct service service = { .settings = i->service,
		.snapshot = MODULE_SNAPSHOT_NONE };
	struct module_snapshot again = MODULE_SNAPSHOT_NONE;
	struct error ignored;

	if (i->service->handler != NULL &&
	    (module_find(i->service->handler, &settings->module_path,
		 service.module_file, e) == -1 ||
		module_snapshot_take(&service.snapshot, service.module_file,
		    e) == -1 ||
		module_snapshot_take(&again, service.module_file, e) == -1))
		return complain_at(i, &i->service->handler_place, e);
	if (i->service->chroot != NULL)
		module_snapshot_before_chroot(&again);
	if (worker_enter(settings, &service, e) == 0 &&
	    worker_load(&service, module, e) == 0)
		return 0;
	if ((e->id == PF_OPTION_UNKNOWN || e->id == PF_OPTION_VALUE ||
		e->id == PF_OPTION_REPEATED) &&
	    load_only(&service, &again, module, &ignored) == 0 &&
	    check_arguments(i, module) == -1)
		return -1;
	return complain_at(i, &i->service->handler_place, e);
}

int
program_check(const struct options *options)
{
	const struct settings *settings = options->settings;
	struct inspection i = {
		.options = options,
		.look = look_check,
		.told = true,
		.alive = { -1, -1 },
	};
	int code, first = 0;
	size_t k;

	for (k = 0; k < settings->service_count; k++) {
		i.service = &settings->services[k];
		i.name = i.service->name;
		code = run_inspection(&i);
		if (i.reason.id != PF_NONE)
			(void)complain_at(&i, &i.service->handler_place,
			    &i.reason);
		if (first == 0)
			first = code;
	}
	return first;
}

static int
look_describe(struct inspection *i, struct module *module, struct error *e)
{
	const struct settings *settings = i->options->settings;
	char file[PATH_MAX];

	if (settings->services[0].descriptor != NULL) {
		if (module_builtin(settings->services[0].descriptor, module,
			e) == -1)
			return -1;
	} else if (module_find(i->name, &settings->module_path, file, e) ==
		-1 ||
	    module_load(file, module, e) == -1) {
		return -1;
	}
	return module_describe(module, i->name, STDOUT_FILENO);
}

int
program_describe(const struct options *options)
{
	struct inspection i = {
		.options = options,
		.name = options->described,
		.look = look_describe,
		.alive = { -1, -1 },
	};

	return finish(&i, run_inspection(&i));
}

static int
look_list(struct inspection *i, struct module *module, struct error *e)
{
	char line[256];

	if (module_load(i->file, module, e) == -1)
		return -1;
	module_list_line(module, i->name, line, sizeof(line));
	(void)puts(line);
	return 0;
}

static void
list_one(void *arg, const char *name, const char *file)
{
	struct inspection i = {
		.options = arg,
		.name = name,
		.file = file,
		.look = look_list,
		.quiet = true,
		.alive = { -1, -1 },
	};

	if (run_inspection(&i) != 0)
		(void)printf("%-15s -     cannot be used: %s\n", name,
		    i.reason.text);
	(void)fflush(stdout);
}

int
program_list(const struct options *options)
{
	union {
		const struct options *seen;
		void *passed;
	} arg = { .seen = options };
	struct error e;

	if (module_each(&options->settings->module_path, list_one,
		arg.passed) == 0)
		return 0;
	(void)error_set(&e, PF_SYSCALL, "cannot list the modules: %s",
	    strerror(errno));
	return program_fail(options->program, &e);
}
