/*
 * prefork-client(1): talks to servers.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/command.h"
#include "base/fd.h"
#include "base/quantity.h"
#include "client/options.h"

/* They may stand before and behind the verb. */
#define OPTION_LETTERS "+:U:Vc:d:hjm:n:s:uw:"

static const struct verb {
	const char *name, *usage, *help, *letters;
	int words; /* behind the options; HOST PORT are among them */
	bool server;
	int (*run)(const struct options *options);
} verbs[] = {
	{ "echo", "echo HOST PORT WORD", "send WORD, print what comes back",
	    "juUw", 3, true, run_echo },
	{ "lookup", "lookup NAME", "the addresses of a name", "j", 1, false,
	    run_lookup },
	{ "load", "load [-c N] [-d TIME | -n N] [-m MODE] [-s SIZE] HOST PORT",
	    "measure an echo server", "cdjmnsuUw", 2, true, run_load },
	{ "script", "script FILE [HOST PORT]", "play the steps of a file",
	    "juUw", 3, true, run_script },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void
usage(FILE *out)
{
	size_t i;

	(void)fprintf(out,
	    "usage: prefork-client [-j] [-u] [-U path] [-w timeout] verb "
	    "[word ...]\n"
	    "       prefork-client -h | -V\n");
	for (i = 0; i < VERBS; i++)
		(void)fprintf(out, "  %s\n      %s\n", verbs[i].usage,
		    verbs[i].help);
}

int
options_target(const struct options *options, char *const *words,
    struct target *target, struct error *e)
{
	if (options->unix_path != NULL)
		return target_unix(target, options->unix_path, e);
	return target_find(target, words[0], words[1], options->datagrams, e);
}

/* ----------------------------------------------------------------- options */

static const struct quantity_option {
	char letter;
	enum quantity kind;
	int64_t min, max;
	const char *what;
	size_t offset;
} quantities[] = {
	{ 'c', QUANTITY_NUMBER, 1, 100000,
	    "-c needs a number of connections from 1 to 100000, not",
	    offsetof(struct options, connections) },
	{ 'd', QUANTITY_DURATION, 1, INT64_C(1) << 40,
	    "-d needs a time such as 30s, not",
	    offsetof(struct options, duration_ms) },
	{ 'n', QUANTITY_NUMBER, 1, INT64_MAX,
	    "-n needs a number of operations, not",
	    offsetof(struct options, count) },
	{ 's', QUANTITY_SIZE, 1, 64 << 20, "-s needs a size from 1 to 64m, not",
	    offsetof(struct options, bytes) },
	{ 'w', QUANTITY_DURATION, 1, INT64_C(1) << 40,
	    "-w needs a time such as 10s, not",
	    offsetof(struct options, timeout_ms) },
};

static int
set_quantity(struct options *options, const struct quantity_option *option,
    const char *text)
{
	int64_t value;

	if (quantity_parse(option->kind, text, &value) != 0 ||
	    value < option->min || value > option->max)
		return command_misuse(option->what, text);
	memcpy((char *)options + option->offset, &value, sizeof(value));
	return 0;
}

static int
set_mode(struct options *options, const char *text)
{
	options->keepalive = strcmp(text, "keepalive") == 0;
	if (options->keepalive || strcmp(text, "connect") == 0)
		return 0;
	return command_misuse("-m needs connect or keepalive, not", text);
}

static int
set_option(struct options *options, int letter, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(quantities) / sizeof(quantities[0]); i++)
		if (quantities[i].letter == letter)
			return set_quantity(options, &quantities[i], value);
	switch (letter) {
	case 'U':
		options->unix_path = value;
		return 0;
	case 'u':
		options->datagrams = true;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	default: /* m */
		return set_mode(options, value);
	}
}

struct command_line {
	int argc;
	char **argv;
	char given[32]; /* letters, for the verb to be asked */
	bool done;	/* -h, -V */
};

/* Up to the next word.  0, or an exit code. */
static int
take_options(struct command_line *line, struct options *options)
{
	char letter[3] = "-";
	int got, code = 0;
	size_t count = strlen(line->given);

	while (code == 0 &&
	    (got = getopt(line->argc, line->argv, OPTION_LETTERS)) != -1) {
		letter[1] = (char)optopt;
		if (got == ':')
			return command_misuse("missing value of option",
			    letter);
		if (got == '?')
			return command_misuse("unknown option", letter);
		line->done = got == 'h' || got == 'V';
		if (got == 'h')
			usage(stdout);
		if (got == 'V')
			(void)printf("prefork-client " PACKAGE_VERSION "\n");
		if (line->done)
			return 0;
		if (strchr(line->given, got) == NULL)
			line->given[count++] = (char)got;
		line->given[count] = '\0';
		code = set_option(options, got, optarg);
	}
	return code;
}

/* -------------------------------------------------------------------- verb */

static const struct verb *
find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* -U stands for HOST PORT; script can do without. */
static bool
has_words(const struct verb *verb, const struct options *options)
{
	int words = verb->words;

	if (verb->server && options->unix_path != NULL)
		words -= 2;
	return options->word_count == words ||
	    (verb->run == run_script && options->word_count == 1);
}

static int
run_verb(const struct verb *verb, const struct command_line *line,
    const struct options *options)
{
	char letter[3] = "-";
	const char *given;

	for (given = line->given; *given != '\0'; given++) {
		letter[1] = *given;
		if (strchr(verb->letters, *given) == NULL)
			return command_misuse("this verb does not take",
			    letter);
	}
	if (options->datagrams && options->unix_path != NULL)
		return command_fail(PF_USAGE, "-u and -U exclude each other");
	if (options->count > 0 && strchr(line->given, 'd') != NULL)
		return command_fail(PF_USAGE, "-d and -n exclude each other");
	if (!has_words(verb, options))
		return command_misuse("its words are those of", verb->usage);
	return verb->run(options);
}

int
main(int argc, char **argv)
{
	struct options options = { .connections = 8,
		.duration_ms = 10000,
		.timeout_ms = 10000,
		.bytes = 32 };
	struct command_line line = { .argc = argc, .argv = argv };
	const struct verb *verb;
	int code;

	command_begin("prefork-client");
	opterr = 0;
	if (fd_ensure_stdio() == -1)
		return command_fail(PF_SYSCALL, "cannot open /dev/null");
	code = take_options(&line, &options);
	if (code != 0 || line.done)
		return command_finish(code);
	if (optind == argc)
		return command_fail(PF_USAGE,
		    "a verb is missing; -h shows all");
	verb = find_verb(argv[optind]);
	if (verb == NULL)
		return command_misuse("there is no verb", argv[optind]);
	optind++;
	code = take_options(&line, &options);
	if (code != 0 || line.done)
		return command_finish(code);
	options.word_count = argc - optind;
	options.words = argv + optind;
	return command_finish(run_verb(verb, &line, &options));
}
