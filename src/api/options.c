/*
 * From argv to settings.  Everything relative becomes absolute here, because
 * a daemon leaves the directory it was started in.
 * Runs in: starter.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/options.h"
#include "config/directive.h"

/* A leading '+' makes GNU getopt stop at the first operand, as POSIX says. */
#define OPTION_LETTERS "+:FLTVhitvH:M:S:d:f:l:o:p:u:w:"

void
options_usage(const char *program, bool builtin)
{
	(void)printf("usage: %s [-FhiLtV] [-v] [-d fd] [-H handler] "
		     "[-l address]...\n"
		     "\t[-M dir] [-o name=value]... [-p pidfile] "
		     "[-u user[:group]]\n"
		     "\t[-w workers]\n"
		     "\t%s\n",
	    program,
	    builtin ? "[option=value]..." : "[handler [option=value]...]");
}

static int
usage_error(struct error *e, const char *what, const char *value)
{
	return error_set(e, PF_USAGE, "%s '%s'; -h shows the usage", what,
	    value);
}

/* Decimal, min to max, nothing else; -1 when not. */
static long
parse_number(const char *text, long min, long max)
{
	char *end;
	long value;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return -1;
	return value;
}

static const char *
make_absolute(struct options *options, const char *path, struct error *e)
{
	char here[PATH_MAX], joined[2 * PATH_MAX];
	const char *kept;

	if (path[0] == '/')
		return path;
	if (options->source.directory_gone) {
		(void)error_set(e, PF_USAGE,
		    "%s: the directory it was relative to is gone", path);
		return NULL;
	}
	if (getcwd(here, sizeof(here)) == NULL) {
		(void)error_set(e, PF_SYSCALL, "current directory: %s",
		    strerror(errno));
		return NULL;
	}
	if ((size_t)snprintf(joined, sizeof(joined), "%s/%s", here, path) >=
	    sizeof(joined)) {
		(void)error_set(e, PF_USAGE, "a path is too long: %s", path);
		return NULL;
	}
	kept = settings_copy(options->settings, joined);
	if (kept == NULL)
		(void)error_set(e, PF_SYSCALL, "no memory for %s", path);
	return kept;
}

static int
set_mode(struct options *options, enum run_mode mode)
{
	/* -V and -h answer whatever else is there. */
	if (options->mode < RUN_VERSION)
		options->mode = mode;
	return 0;
}

static int
set_ready_fd(struct options *options, const char *text, struct error *e)
{
	long fd = parse_number(text, 0, INT_MAX);

	/* It was told that we are ready, and closed, by the first image. */
	if (options->source.resumed)
		return 0;
	if (fd < 3 || fcntl((int)fd, F_GETFD) == -1)
		return usage_error(e,
		    "-d needs an open descriptor above 2, not", text);
	options->settings->ready_fd = (int)fd;
	return 0;
}

static int
set_workers(struct options *options, const char *text, struct error *e)
{
	long workers = parse_number(text, 1, SETTINGS_MAX_WORKERS);

	if (workers == -1)
		return error_set(e, PF_USAGE,
		    "-w needs a number from 1 to %d, not '%s'; -h shows the "
		    "usage",
		    SETTINGS_MAX_WORKERS, text);
	options->settings->services[0].workers = (unsigned)workers;
	return 0;
}

static int
set_path(struct options *options, const char **where, const char *path,
    struct error *e)
{
	if (path[0] == '\0')
		return usage_error(e, "a path is empty:", path);
	if (*where != NULL)
		return usage_error(e, "given twice:", path);
	*where = make_absolute(options, path, e);
	return *where == NULL ? -1 : 0;
}

static int
refuse_later(int letter, const char *with, struct error *e)
{
	return error_set(e, PF_USAGE,
	    "-%c comes with %s, which this version does not have", letter,
	    with);
}

static int
set_option(struct options *options, int letter, const char *value,
    struct error *e)
{
	struct settings *settings = options->settings;

	switch (letter) {
	case 'F':
		settings->foreground = true;
		return 0;
	case 'L':
		return set_mode(options, RUN_LIST);
	case 'H':
		options->described = value;
		return set_mode(options, RUN_DESCRIBE);
	case 'i':
		return set_mode(options, RUN_ONE_SHOT);
	case 't':
		return set_mode(options, RUN_CHECK);
	case 'V':
		return set_mode(options, RUN_VERSION);
	case 'h':
		return set_mode(options, RUN_HELP);
	case 'v':
		options->verbose = true;
		return 0;
	case 'd':
		return set_ready_fd(options, value, e);
	case 'l':
		return settings_listen(&settings->services[0], value, e);
	case 'w':
		return set_workers(options, value, e);
	case 'p':
		return set_path(options, &settings->pidfile, value, e);
	case 'M':
		return set_path(options, &settings->module_path.option, value,
		    e);
	case 'o':
		options->overrides[options->override_count++] = value;
		return 0;
	case 'u':
		return settings_identity(&settings->identity, value, e);
	case 'S':
		return refuse_later(letter, "the control socket", e);
	default:
		return refuse_later(letter, "the configuration file", e);
	}
}

/* getopt(3) stays at a word that it has not read to its end. */
static int
unknown_option(int argc, char **argv, struct error *e)
{
	char letter[3] = { '-', (char)optopt, '\0' };

	if (optopt == '-' && optind < argc &&
	    strncmp(argv[optind], "--", 2) == 0)
		return usage_error(e, "unknown option", argv[optind]);
	return usage_error(e, "unknown option", letter);
}

/* Behind everything else, because it names services. */
static int
apply_overrides(struct options *options, struct error *e)
{
	size_t i;

	for (i = 0; i < options->override_count; i++)
		if (directive_override(options->settings, options->overrides[i],
			e) == -1)
			return -1;
	return settings_complete(options->settings, e);
}

static int
parse_letters(struct options *options, int argc, char **argv, struct error *e)
{
	char letter[3] = "-";
	int got;

	opterr = 0;
	optind = 1;
	while ((got = getopt(argc, argv, OPTION_LETTERS)) != -1) {
		letter[1] = (char)optopt;
		if (got == '?')
			return unknown_option(argc, argv, e);
		if (got == ':')
			return usage_error(e, "missing value of option",
			    letter);
		if (set_option(options, got, optarg, e) == -1)
			return -1;
	}
	return 0;
}

/* NAME=VALUE operands; the strings stay in argv, cut at the '='. */
static int
parse_arguments(struct service_settings *service, char **operands, int count,
    struct error *e)
{
	struct module_argument *argument;
	char *equals;
	int i;

	/* -1 where argc was 0 */
	if (count <= 0)
		return 0;
	service->arguments = calloc((size_t)count, sizeof(*service->arguments));
	if (service->arguments == NULL)
		return error_set(e, PF_SYSCALL, "no memory for options");
	for (i = 0; i < count; i++) {
		equals = strchr(operands[i], '=');
		if (equals == NULL && operands[i][0] == '-')
			return usage_error(e,
			    "options stand before the handler and its "
			    "name=value, not",
			    operands[i]);
		if (equals == NULL || equals == operands[i])
			return usage_error(e,
			    "a handler's option is name=value, not",
			    operands[i]);
		*equals = '\0';
		argument = &service->arguments[service->argument_count++];
		argument->name = operands[i];
		argument->value = equals + 1;
	}
	return 0;
}

static int
parse_handler(struct options *options, const char *handler, struct error *e)
{
	struct service_settings *service = &options->settings->services[0];

	module_service_name(handler, service->name, sizeof(service->name));
	service->handler = handler;
	if (strchr(handler, '/') == NULL)
		return 0;
	service->handler = make_absolute(options, handler, e);
	return service->handler == NULL ? -1 : 0;
}

static int
parse_operands(struct options *options, int argc, char **argv, struct error *e)
{
	struct service_settings *service = &options->settings->services[0];

	if (service->descriptor != NULL)
		return parse_arguments(service, argv, argc, e);
	if (argc <= 0)
		return error_set(e, PF_NO_CONFIGURATION,
		    "no handler is named; try: %s -F echo",
		    options->settings->program);
	if (argv[0][0] == '\0')
		return usage_error(e, "the handler's name is empty:", "");
	if (parse_handler(options, argv[0], e) == -1)
		return -1;
	return parse_arguments(service, argv + 1, argc - 1, e);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static int
set_defaults(struct options *options, const struct options_source *source)
{
	struct settings *settings = settings_new(1);
	const struct prefork_module *builtin = source->builtin;
	const char *program = source->argc > 0 ? source->argv[0] : "prefork";

	memset(options, 0, sizeof(*options));
	options->source = *source;
	options->settings = settings;
	options->overrides =
	    calloc((size_t)source->argc + 1, sizeof(*options->overrides));
	if (settings == NULL || options->overrides == NULL)
		return -1;
	settings->program = builtin == NULL ? "preforkd" : base_name(program);
	settings->own_process = builtin == NULL;
	settings->module_path.environment = getenv("PREFORK_MODULE_PATH");
	settings->module_path.builtin = PREFORK_MODULEDIR;
	settings->services[0].descriptor = builtin;
	if (builtin != NULL)
		module_service_name(builtin->name, settings->services[0].name,
		    sizeof(settings->services[0].name));
	return 0;
}

static bool
needs_handler(const struct options *options)
{
	return options->mode == RUN_SERVE || options->mode == RUN_ONE_SHOT ||
	    options->mode == RUN_CHECK;
}

int
options_parse_source(struct options *options,
    const struct options_source *source, struct error *e)
{
	struct service_settings *service;
	int argc = source->argc;

	if (set_defaults(options, source) == -1)
		return error_set(e, PF_SYSCALL, "no memory");
	if (parse_letters(options, argc, source->argv, e) == -1)
		return -1;
	if (needs_handler(options) &&
	    parse_operands(options, argc - optind, source->argv + optind, e) ==
		-1)
		return -1;
	if (apply_overrides(options, e) == -1)
		return -1;
	service = &options->settings->services[0];
	if (!needs_handler(options) || service->endpoint_count > 0)
		return 0;
	return settings_listen(service, SETTINGS_ADDRESS, e);
}

int
options_parse(struct options *options, int argc, char **argv,
    const struct prefork_module *builtin, struct error *e)
{
	struct options_source source = {
		.argc = argc, .argv = argv, .builtin = builtin
	};

	return options_parse_source(options, &source, e);
}

void
options_fini(struct options *options)
{
	settings_unref(options->settings);
	free(options->overrides);
}
