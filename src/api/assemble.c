/*
 * From what the command line says, and the files that it names, to settings.
 * The command line wins.  Everything relative becomes absolute here, because
 * a daemon leaves the directory it was started in.
 * Runs in: starter, master at reload.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/options.h"
#include "config/directive.h"
#include "config/file.h"

/* What is wrong has no place in a file. */
static int
say(struct complaints *complaints, const struct error *e)
{
	const struct place nowhere = { .file = NULL };

	return complain(complaints, &nowhere, e);
}

static const char *
make_absolute(const struct options *options, struct settings *settings,
    const char *path, struct error *e)
{
	char joined[2 * PATH_MAX];
	const char *kept;

	if (path[0] == '/')
		return path;
	if (options->directory == NULL) {
		(void)error_set(e, PF_USAGE,
		    "%s: the directory it is relative to is %s", path,
		    options->source.directory_gone ? "gone" : "not known");
		return NULL;
	}
	if ((size_t)snprintf(joined, sizeof(joined), "%s/%s",
		options->directory, path) >= PATH_MAX) {
		(void)error_set(e, PF_USAGE, "a path is too long: %s", path);
		return NULL;
	}
	kept = settings_copy(settings, joined);
	if (kept == NULL)
		(void)error_set(e, PF_SYSCALL, "no memory for %s", path);
	return kept;
}

static struct settings *
begin(const struct options *options, size_t services)
{
	struct settings *settings = settings_new(services);

	if (settings == NULL)
		return NULL;
	settings->program = options->program;
	settings->foreground = options->foreground;
	settings->verbose = options->verbose;
	settings->own_process = options->source.builtin == NULL;
	settings->ready_fd = options->ready_fd;
	settings->module_path.environment = getenv("PREFORK_MODULE_PATH");
	settings->module_path.builtin = PREFORK_MODULEDIR;
	settings->origin = &options->origin;
	settings->invocation = options->source.invocation;
	settings->passed = options->source.passed;
	return settings;
}

/* NAME=VALUE. */
static int
add_operand(struct settings *settings, const char *operand, struct error *e)
{
	const struct option_place nowhere = { .file = NULL };
	size_t bytes = strcspn(operand, "=");
	struct module_argument argument;
	char *name;

	if (operand[bytes] == '\0' && operand[0] == '-')
		return error_set(e, PF_USAGE,
		    "options stand before the handler and its name=value, not "
		    "'%s'; -h shows the usage",
		    operand);
	if (operand[bytes] == '\0' || bytes == 0)
		return error_set(e, PF_USAGE,
		    "a handler's option is name=value, not '%s'; -h shows the "
		    "usage",
		    operand);
	name = strndup(operand, bytes);
	argument.name = name != NULL ? settings_copy(settings, name) : NULL;
	free(name);
	argument.value = operand + bytes + 1;
	if (argument.name == NULL ||
	    settings_add_argument(&settings->services[0], &argument,
		&nowhere) == -1)
		return error_set(e, PF_SYSCALL, "no memory for options");
	return 0;
}

/* Of exec all operands are the program and its arguments, though they look
 * like options or have a '='. */
static int
add_program(struct settings *settings, const char *operand, struct error *e)
{
	const struct option_place nowhere = { .file = NULL };
	const struct module_argument argument = { "program", operand };

	if (settings_add_argument(&settings->services[0], &argument,
		&nowhere) == -1)
		return error_set(e, PF_SYSCALL, "no memory for options");
	return 0;
}

/* The service that the command line describes. */
static int
make_service(const struct options *options, struct settings *settings,
    struct error *e)
{
	struct service_settings *service = &settings->services[0];
	const char *handler = options->handler;
	int (*add)(struct settings *, const char *, struct error *) =
	    handler != NULL && strcmp(handler, "exec") == 0 ? add_program :
							      add_operand;
	size_t i;

	service->descriptor = options->source.builtin;
	if (service->descriptor != NULL)
		handler = service->descriptor->name;
	if (handler == NULL)
		return 0;
	module_service_name(handler, service->name, sizeof(service->name));
	if (service->descriptor == NULL) {
		service->handler = strchr(handler, '/') == NULL ?
		    handler :
		    make_absolute(options, settings, handler, e);
		if (service->handler == NULL)
			return -1;
	}
	for (i = 0; i < options->operand_count; i++)
		if (add(settings, options->operands[i], e) == -1)
			return -1;
	return 0;
}

/* In a program with a module of its own this is the module's name. */
static void
find_builtin(const struct options *options, struct settings *settings)
{
	const struct prefork_module *builtin = options->source.builtin;
	struct service_settings *service;
	size_t i;

	for (i = 0; builtin != NULL && i < settings->service_count; i++) {
		service = &settings->services[i];
		if (service->handler == NULL ||
		    strcmp(service->handler, builtin->name) != 0)
			continue;
		service->handler = NULL;
		service->descriptor = builtin;
	}
}

static int
set_paths(const struct options *options, struct settings *settings,
    struct error *e)
{
	const char *path;

	if (options->pidfile != NULL) {
		settings->pidfile =
		    make_absolute(options, settings, options->pidfile, e);
		if (settings->pidfile == NULL)
			return -1;
	}
	if (options->control != NULL) {
		path = make_absolute(options, settings, options->control, e);
		if (path == NULL || settings_control(settings, path, e) == -1)
			return -1;
	}
	if (options->module_path != NULL) {
		settings->module_path.option =
		    make_absolute(options, settings, options->module_path, e);
		if (settings->module_path.option == NULL)
			return -1;
	}
	return 0;
}

static void
set_workers(const struct options *options, struct settings *settings)
{
	size_t i;

	for (i = 0; options->workers > 0 && i < settings->service_count; i++)
		settings->services[i].workers = (unsigned)options->workers;
}

/* In place of what the file says. */
static int
set_addresses(const struct options *options, struct settings *settings,
    struct error *e)
{
	struct service_settings *service = &settings->services[0];
	size_t i;

	if (options->listen_count > 0 && settings->service_count > 1)
		return error_set(e, PF_USAGE,
		    "-l is for one service, and %s has %zu", options->file,
		    settings->service_count);
	if (options->listen_count > 0)
		settings_forget_addresses(service);
	for (i = 0; i < options->listen_count; i++)
		if (settings_listen(service, options->listens[i], e) == -1)
			return -1;
	if (service->endpoint_count > 0 || !options_serve(options))
		return 0;
	return settings_listen(service,
	    settings->passed != NULL && settings->passed->count > 0 ?
		SETTINGS_PASSED :
		SETTINGS_ADDRESS,
	    e);
}

static int
apply_letters(const struct options *options, struct settings *settings,
    struct error *e)
{
	set_workers(options, settings);
	if (options->user != NULL &&
	    settings_find_identity(&settings->identity, options->user, e) == -1)
		return -1;
	if (set_paths(options, settings, e) == -1)
		return -1;
	return set_addresses(options, settings, e);
}

static int
apply_overrides(const struct options *options, struct settings *settings,
    struct complaints *complaints)
{
	struct error e;
	size_t i;

	for (i = 0; i < options->override_count; i++)
		if (directive_override(settings, options->overrides[i], &e) ==
		    -1)
			(void)say(complaints, &e);
	return complaints->count == 0 ? 0 : -1;
}

/* Who reads a log does not know what a name was relative to. */
static int
read_file(const struct options *options, struct settings *settings,
    struct complaints *complaints, bool whole_name)
{
	const char *file = options->file;
	struct error e;

	if (whole_name || options->directory == NULL)
		file = make_absolute(options, settings, file, &e);
	if (file == NULL)
		return say(complaints, &e);
	return file_read(settings,
	    options->directory != NULL ? options->directory : "", file,
	    complaints);
}

static int
fill(const struct options *options, struct settings *settings,
    struct complaints *complaints, bool again)
{
	struct error e;

	if (options->file != NULL &&
	    read_file(options, settings, complaints, again) == -1)
		return -1;
	if (options->file == NULL && make_service(options, settings, &e) == -1)
		return say(complaints, &e);
	find_builtin(options, settings);
	if (apply_letters(options, settings, &e) == -1)
		return say(complaints, &e);
	return apply_overrides(options, settings, complaints);
}

static int
check(const struct options *options, struct settings *settings,
    struct complaints *complaints)
{
	struct error e;

	if (settings_complete(settings, &e) == -1 ||
	    (options->mode <= RUN_CHECK &&
		settings_permitted(settings, &e) == -1))
		return say(complaints, &e);
	if (options->mode != RUN_ONE_SHOT || settings->service_count == 1)
		return 0;
	(void)error_set(&e, PF_USAGE, "-i serves one service, not %zu",
	    settings->service_count);
	return say(complaints, &e);
}

static struct settings *
make(const struct options *options, struct complaints *complaints, bool again)
{
	struct settings *settings = begin(options, options->file == NULL);
	struct error e;

	if (settings == NULL) {
		(void)error_set(&e, PF_SYSCALL, "no memory");
		(void)say(complaints, &e);
		return NULL;
	}
	if (again)
		settings->ready_fd = -1;
	if (fill(options, settings, complaints, again) == 0 &&
	    check(options, settings, complaints) == 0)
		return settings;
	settings_unref(settings);
	return NULL;
}

struct settings *
options_settings(const struct options *options, struct complaints *complaints)
{
	return make(options, complaints, false);
}

struct settings *
options_read_again(const void *arg, struct error *e)
{
	struct complaints *complaints = calloc(1, sizeof(*complaints));
	struct settings *settings;

	if (complaints == NULL) {
		(void)error_set(e, PF_SYSCALL, "no memory for settings");
		return NULL;
	}
	settings = make(arg, complaints, true);
	if (settings == NULL)
		(void)complaints_first(complaints, e);
	free(complaints);
	return settings;
}

static struct settings *
restore(const struct options *options, const char *text,
    struct complaints *complaints)
{
	struct settings *settings = begin(options, 0);
	const struct place nowhere = { .file = NULL };
	struct error e;

	if (settings == NULL)
		return NULL;
	settings->ready_fd = -1;
	if (file_read_text(settings, "the running master's settings", text,
		strlen(text), complaints) == 0) {
		find_builtin(options, settings);
		if (settings_complete(settings, &e) == 0)
			return settings;
		(void)complain(complaints, &nowhere, &e);
	}
	settings_unref(settings);
	return NULL;
}

struct settings *
options_restore(const void *arg, const char *text, struct error *e)
{
	struct complaints *complaints = calloc(1, sizeof(*complaints));
	struct settings *settings = NULL;

	(void)error_set(e, PF_SYSCALL, "no memory for settings");
	if (complaints != NULL)
		settings = restore(arg, text, complaints);
	if (complaints != NULL && complaints->count > 0)
		(void)complaints_first(complaints, e);
	free(complaints);
	return settings;
}

/* What serves already has its settings in the state. */
struct settings *
options_base(const struct options *options)
{
	return begin(options, 0);
}
