/*
 * prefork_main: all of preforkd, in a function.
 * Runs in: the caller's process, which becomes the master or the starter.
 */
#include "config.h"

#include <sysexits.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <prefork/server.h>

#include "api/invocation.h"
#include "api/programs.h"
#include "base/export.h"
#include "base/fd.h"
#include "base/log.h"
#include "master/master.h"
#include "master/resume.h"

static int
print_version(const struct options *options)
{
	(void)printf("%s " PACKAGE_VERSION " (module ABI %d)\n",
	    options->program, PREFORK_ABI);
	return 0;
}

static int
print_usage(const struct options *options)
{
	options_usage(options->program, options->source.builtin != NULL);
	return 0;
}

static int
serve(const struct options *options)
{
	const struct passed_sockets *passed = options->source.passed;
	int keep[PASSED_MAX + 1] = { options->settings->ready_fd };
	size_t i;

	/* Who serves one connection, or none, may have been passed others. */
	if (options->source.passed_error != NULL)
		return program_fail(options->program,
		    options->source.passed_error);
	for (i = 0; i < passed->count; i++)
		keep[i + 1] = passed->items[i].fd;
	if (options->settings->own_process)
		fd_close_others(keep, passed->count + 1);
	return master_run(options->settings);
}

static int
run(const struct options *options)
{
	static int (*const modes[])(const struct options *) = {
		[RUN_SERVE] = serve,
		[RUN_ONE_SHOT] = program_one_shot,
		[RUN_CHECK] = program_check,
		[RUN_PRINT] = program_print,
		[RUN_LIST] = program_list,
		[RUN_DESCRIBE] = program_describe,
		[RUN_VERSION] = print_version,
		[RUN_HELP] = print_usage,
	};

	log_set_ident(options->program);
	if (options->verbose)
		log_set_level(LEVEL_DEBUG);
	return modes[options->mode](options);
}

/* What is relative is so to where the first image was started. */
static void
enter_directory(struct options_source *source, struct invocation *invocation,
    const struct resume *resume)
{
	if (!resume->active)
		return;
	source->resumed = true;
	source->directory_gone =
	    resume->directory[0] == '\0' || chdir(resume->directory) == -1;
	invocation_move(invocation, resume->directory);
}

static int
resume_or_run(struct options *options, struct resume *resume)
{
	if (!resume->active)
		return run(options);
	if (!options->foreground && chdir("/") == -1)
		return msg_find(PF_SYSCALL)->exit_code;
	log_set_ident(options->program);
	if (options->verbose)
		log_set_level(LEVEL_DEBUG);
	return master_resume(options->settings, resume);
}

/* Who checks asks whether it is right, and not what a start would end with. */
static int
as_checked(const struct options *options, int code)
{
	if (options->mode != RUN_CHECK || code == 0 || code == EX_USAGE)
		return code;
	return EX_CONFIG;
}

static int
parse_and_run(const struct options_source *source, struct resume *resume)
{
	struct options options;
	struct error e;
	int code;

	if (options_parse_source(&options, source, &e) == -1)
		code = program_refuse(&options, &e);
	else
		code = resume_or_run(&options, resume);
	code = as_checked(&options, code);
	options_fini(&options);
	return code;
}

/* What was passed to the image before us is in the state that it left. */
static int
begin(struct options_source *source, struct invocation *invocation,
    struct resume *resume, struct error *e)
{
	if (resume_open(resume, e) == -1)
		return -1;
	enter_directory(source, invocation, resume);
	if (!resume->active && passed_take(source->passed, e) == -1)
		source->passed_error = e;
	return 0;
}

PREFORK_API int
prefork_main(int argc, char **argv, const struct prefork_module *module)
{
	struct invocation invocation;
	struct passed_sockets passed = { .count = 0 };
	struct options_source source = { .argc = argc,
		.argv = argv,
		.builtin = module,
		.invocation = &invocation,
		.passed = &passed };
	struct resume resume;
	struct error e;
	int code;

	if (fd_ensure_stdio() == -1 ||
	    invocation_init(&invocation, argc, argv) == -1)
		return msg_find(PF_SYSCALL)->exit_code;
	if (begin(&source, &invocation, &resume, &e) == -1) {
		code = program_fail("prefork", &e);
	} else {
		code = parse_and_run(&source, &resume);
		resume_close(&resume);
	}
	passed_close(&passed);
	invocation_fini(&invocation);
	return code;
}
