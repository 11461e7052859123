/*
 * From argv to what it says.  What that means is assemble.c's.
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

/* A leading '+' makes GNU getopt stop at the first operand, as POSIX says. */
#define OPTION_LETTERS "+:FLTVhitvH:M:S:d:f:l:o:p:u:w:"
#define DEFAULT_FILE   PREFORK_SYSCONFDIR "/preforkd.conf"

void
options_usage(const char *program, bool builtin)
{
	(void)printf("usage: %s [-FhiLtTVv] [-d fd] [-f file] [-H handler] "
		     "[-l address]...\n"
		     "\t[-M dir] [-o name=value]... [-p pidfile] "
		     "[-S socket]\n"
		     "\t[-u user[:group]] [-w workers]\n"
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
	options->ready_fd = (int)fd;
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
	options->workers = workers;
	return 0;
}

static int
set_path(const char **where, const char *path, struct error *e)
{
	if (path[0] == '\0')
		return usage_error(e, "a path is empty:", path);
	if (*where != NULL)
		return usage_error(e, "given twice:", path);
	*where = path;
	return 0;
}

/* Letters that take no value. */
static int
set_flag(struct options *options, int letter, struct error *e)
{
	static const struct {
		char letter;
		enum run_mode mode;
	} modes[] = {
		{ 'L', RUN_LIST },
		{ 'i', RUN_ONE_SHOT },
		{ 't', RUN_CHECK },
		{ 'T', RUN_PRINT },
		{ 'V', RUN_VERSION },
		{ 'h', RUN_HELP },
	};
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (modes[i].letter == letter)
			return set_mode(options, modes[i].mode);
	if (letter == 'F')
		options->foreground = true;
	else if (letter == 'v')
		options->verbose = true;
	else
		return error_set(e, PF_BUG, "option -%c is forgotten", letter);
	return 0;
}

static int
set_option(struct options *options, int letter, const char *value,
    struct error *e)
{
	switch (letter) {
	case 'H':
		options->described = value;
		return set_mode(options, RUN_DESCRIBE);
	case 'd':
		return set_ready_fd(options, value, e);
	case 'f':
		return set_path(&options->file, value, e);
	case 'l':
		options->listens[options->listen_count++] = value;
		return 0;
	case 'o':
		options->overrides[options->override_count++] = value;
		return 0;
	case 'p':
		return set_path(&options->pidfile, value, e);
	case 'S':
		return set_path(&options->control, value, e);
	case 'M':
		return set_path(&options->module_path, value, e);
	case 'u':
		options->user = value;
		return 0;
	case 'w':
		return set_workers(options, value, e);
	default:
		return set_flag(options, letter, e);
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

bool
options_serve(const struct options *options)
{
	return options->mode <= RUN_PRINT;
}

static int
find_file(struct options *options, struct error *e)
{
	options->file = DEFAULT_FILE;
	/* What serves is not stopped because it is gone. */
	if (options->source.resumed)
		return 0;
	if (access(DEFAULT_FILE, F_OK) == 0 || errno != ENOENT)
		return 0;
	return error_set(e, PF_NO_CONFIGURATION,
	    "no handler is named and there is no %s; try: %s -F echo",
	    DEFAULT_FILE, options->program);
}

/* argc is -1 where it was 0. */
static int
parse_operands(struct options *options, int argc, char **argv, struct error *e)
{
	bool builtin = options->source.builtin != NULL;

	if (argc > 0 && options->file != NULL)
		return usage_error(e, "with -f there is no handler:", argv[0]);
	if (argc > 0 && !builtin) {
		options->handler = argv[0];
		if (argv[0][0] == '\0')
			return usage_error(e,
			    "the handler's name is empty:", "");
		argc--;
		argv++;
	}
	options->operands = argv;
	options->operand_count = argc > 0 ? (size_t)argc : 0;
	if (options->handler != NULL || options->file != NULL || builtin)
		return 0;
	return find_file(options, e);
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
	size_t room = (size_t)source->argc + 1;
	const char *program = source->argc > 0 ? source->argv[0] : "prefork";
	char here[PATH_MAX];

	memset(options, 0, sizeof(*options));
	options->source = *source;
	options->program =
	    source->builtin == NULL ? "preforkd" : base_name(program);
	options->ready_fd = -1;
	options->origin = (struct settings_origin) {
		.read = options_read_again,
		.restore = options_restore,
		.arg = options,
	};
	options->listens = calloc(room, sizeof(*options->listens));
	options->overrides = calloc(room, sizeof(*options->overrides));
	options->complaints = calloc(1, sizeof(*options->complaints));
	if (options->listens == NULL || options->overrides == NULL ||
	    options->complaints == NULL)
		return -1;
	if (!source->directory_gone && getcwd(here, sizeof(here)) != NULL &&
	    (options->directory = strdup(here)) == NULL)
		return -1;
	return 0;
}

/* What serves has its settings in the state; files are read when it is there,
 * in the reload that follows. */
static int
resume(struct options *options, struct error *e)
{
	if (options->mode != RUN_SERVE)
		return error_set(e, PF_USAGE,
		    "the new binary was not called to serve");
	options->settings = options_base(options);
	return options->settings != NULL ?
	    0 :
	    error_set(e, PF_SYSCALL, "no memory");
}

int
options_parse_source(struct options *options,
    const struct options_source *source, struct error *e)
{
	int argc = source->argc;

	if (set_defaults(options, source) == -1)
		return error_set(e, PF_SYSCALL, "no memory");
	if (parse_letters(options, argc, source->argv, e) == -1)
		return -1;
	if (!options_serve(options))
		options->file = NULL;
	else if (parse_operands(options, argc - optind, source->argv + optind,
		     e) == -1)
		return -1;
	if (source->resumed)
		return resume(options, e);
	options->settings = options_settings(options, options->complaints);
	if (options->settings == NULL)
		return complaints_first(options->complaints, e);
	return 0;
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
	free(options->listens);
	free(options->overrides);
	free(options->complaints);
	free(options->directory);
}
