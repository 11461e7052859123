/*
 * preforkctl(8): asks the daemon through its control socket, waits for the
 * outcome and ends with it.
 * Runs in: preforkctl.
 */
#include "config.h"

#include <sysexits.h>

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/command.h"
#include "base/quantity.h"
#include "preforkctl/answer_json.h"
#include "preforkctl/top.h"
#include "wire/control.h"

#define OPTION_LETTERS "+:S:Vhjw:"
#define DEFAULT_SOCKET PREFORK_RUNSTATEDIR "/preforkd.sock"

struct call {
	const char *socket;
	int64_t deadline_ms;
	bool json;
	int count; /* of words behind the verb */
	char **words;
};

static int ask(const struct call *call, const char *verb);
static int ask_text(const struct call *call, const char *verb);
static int ask_figures(const struct call *call, const char *verb);
static int ask_upgrade(const struct call *call, const char *verb);
static int ask_events(const struct call *call, const char *verb);
static int ask_top(const struct call *call, const char *verb);
static int explain(const struct call *call, const char *verb);

static const struct verb {
	const char *name, *usage, *help;
	int least, most; /* words behind it */
	int (*run)(const struct call *call, const char *verb);
} verbs[] = {
	{ "status", "status", "the daemon and its services", 0, 0,
	    ask_figures },
	{ "top", "top [SAMPLES]", "figures and rates, live", 0, 1, ask_top },
	{ "listeners", "listeners", "its addresses and their queues", 0, 0,
	    ask_figures },
	{ "reload", "reload", "reload, and tell how it went", 0, 0, ask },
	{ "reopen", "reopen", "open the log again", 0, 0, ask },
	{ "upgrade", "upgrade", "run the new binary in place", 0, 0,
	    ask_upgrade },
	{ "stop", "stop [-fast]", "stop; -fast: end connections now", 0, 1,
	    ask },
	{ "metrics", "metrics", "figures in Prometheus' text format", 0, 0,
	    ask_text },
	{ "scale", "scale SERVICE N", "so many workers, until the next reload",
	    2, 2, ask },
	{ "drain", "drain [-maint] [SERVICE]",
	    "workers finish and go; sockets stay", 0, 2, ask },
	{ "resume", "resume [SERVICE]", "workers of what was drained come back",
	    0, 1, ask },
	{ "kill", "kill [SERVICE/]SLOT",
	    "end a worker; another takes its place", 1, 1, ask },
	{ "wait", "wait CONDITION", "ready, idle, drained or generation N", 1,
	    2, ask },
	{ "log", "log LEVEL",
	    "error, warning, notice, info or debug from now on", 1, 1, ask },
	{ "events", "events [NUMBER]", "what happens, as JSON, until the end",
	    0, 1, ask_events },
	{ "explain", "explain PFnnnn", "what a message means, and what to do",
	    1, 1, explain },
	{ "ping", "ping", "is it there?", 0, 0, ask },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void
usage(FILE *out)
{
	size_t i;

	(void)fprintf(out,
	    "usage: preforkctl [-S socket] [-j] [-w timeout] verb [word ...]\n"
	    "       preforkctl -h | -V\n");
	for (i = 0; i < VERBS; i++)
		(void)fprintf(out, "  %-24s %s\n", verbs[i].usage,
		    verbs[i].help);
}

static int
tell(const struct call *call, const struct answer *answer)
{
	if (answer->ended)
		return command_fail(PF_CONTROL_ENDED,
		    "the daemon has ended, or let go of us, without a word");
	if (call->json && answer->text[0] != '\0')
		return answer_json(answer);
	if (answer->code == EX_USAGE)
		return command_fail(PF_USAGE, answer->text);
	if (answer->code != 0) {
		(void)command_fail(PF_CONTROL_FAILED, answer->text);
		return answer->code;
	}
	if (answer->text[0] != '\0')
		(void)printf("%s\n", answer->text);
	return 0;
}

/* The verb and its words; -1: they are too long, or a word is none. */
static int
make_request(const struct call *call, const char *verb, char *text,
    size_t bytes)
{
	size_t have;
	int i, more;

	(void)snprintf(text, bytes, "%s", verb);
	for (i = 0; i < call->count; i++) {
		if (call->words[i][strcspn(call->words[i], " \t\r\n")] != '\0')
			return -1;
		have = strlen(text);
		more =
		    snprintf(text + have, bytes - have, " %s", call->words[i]);
		if (more < 0 || (size_t)more >= bytes - have)
			return -1;
	}
	return 0;
}

static int
ask_for(const struct call *call, const char *verb, struct answer *answer)
{
	char request[CONTROL_REQUEST_BYTES / 2];
	struct error e;

	if (make_request(call, verb, request, sizeof(request)) == -1)
		return command_misuse(
		    "words are too long or have blanks behind", verb);
	if (talk(call->socket, request, call->deadline_ms, answer, &e) == 0)
		return 0;
	return command_fail_with(&e);
}

static int
ask(const struct call *call, const char *verb)
{
	struct answer answer = { .joined = false };
	int code = ask_for(call, verb, &answer);

	return code != 0 ? code : tell(call, &answer);
}

static int
ask_text(const struct call *call, const char *verb)
{
	bool begun = false;
	struct answer answer = { .take = call->json ? answer_json_line : NULL,
		.arg = &begun };
	int code = ask_for(call, verb, &answer);

	if (begun)
		(void)printf("\"}\n");
	return code != 0 ? code : tell(call, &answer);
}

/* It is the daemon that writes these as JSON. */
static int
ask_figures(const struct call *call, const char *verb)
{
	struct answer answer = { .joined = call->json };
	struct call other = *call;
	char word[] = "-j", *words[] = { word };
	int code;

	if (call->json) {
		other.count = 1;
		other.words = words;
	}
	code = ask_for(&other, verb, &answer);
	return code != 0 ? code : tell(&other, &answer);
}

/* The new binary knows nothing of us: it is asked again. */
static int
ask_upgrade(const struct call *call, const char *verb)
{
	struct answer answer = { .joined = false };
	int code = ask_for(call, verb, &answer);

	if (code == 0 && answer.ended && answer.replaced)
		code = ask_for(call, "settled", &answer);
	return code != 0 ? code : tell(call, &answer);
}

/* Through upgrades: the new binary is asked for what comes next. */
static int
ask_events(const struct call *call, const char *verb)
{
	struct answer answer = { .last_event = 0 };
	struct call next = *call;
	char number[24], *words[] = { number };
	int code = ask_for(call, verb, &answer);

	while (code == 0 && answer.ended && answer.replaced) {
		(void)snprintf(number, sizeof(number), "%lld",
		    answer.last_event + 1);
		next.count = 1;
		next.words = words;
		code = ask_for(&next, verb, &answer);
	}
	return code != 0 ? code : tell(call, &answer);
}

static int
ask_top(const struct call *call, const char *verb)
{
	int64_t samples = 0;
	struct error e;

	if (call->count > 0 &&
	    (quantity_parse(QUANTITY_NUMBER, call->words[0], &samples) == -1 ||
		samples < 1 || samples > INT_MAX))
		return command_misuse("top needs a number of samples, not",
		    call->words[0]);
	(void)verb;
	if (top(call->socket, (unsigned)samples, &e) == 0)
		return 0;
	return command_fail_with(&e);
}

static int
explain_text(const struct msg_info *info)
{
	(void)printf("PF%04d (%s): %s\n", (int)info->id,
	    msg_level_name(info->level), info->meaning);
	if (info->remedy[0] != '\0')
		(void)printf("%s\n", info->remedy);
	if (info->exit_code != 0)
		(void)printf("A process that ends because of it exits with "
			     "%d.\n",
		    info->exit_code);
	return 0;
}

static int
explain_json(const struct msg_info *info)
{
	struct answer answer = { .code = 0 };

	(void)snprintf(answer.text, sizeof(answer.text), "PF%04d (%s): %s%s%s",
	    (int)info->id, msg_level_name(info->level), info->meaning,
	    info->remedy[0] != '\0' ? " " : "", info->remedy);
	return answer_json(&answer);
}

static int
explain(const struct call *call, const char *verb)
{
	const char *digits = call->words[0];
	const struct msg_info *info;
	char *end;
	long id;

	(void)verb;
	if (strncmp(digits, "PF", 2) == 0)
		digits += 2;
	id = strtol(digits, &end, 10);
	info =
	    id > 0 && id < INT_MAX && *end == '\0' ? msg_find((int)id) : NULL;
	if (info == NULL || (long)info->id != id)
		return command_misuse("there is no message", call->words[0]);
	return call->json ? explain_json(info) : explain_text(info);
}

/* Behind the verb, too: "status -j".  How many words are left. */
static int
take_json(struct call *call, int argc, char **argv)
{
	int i, left = 0;

	for (i = 0; i < argc; i++) {
		if (left > 0 && strcmp(argv[i], "-j") == 0)
			call->json = true;
		else
			argv[left++] = argv[i];
	}
	return left;
}

static int
run_verb(struct call *call, int argc, char **argv)
{
	const struct verb *verb;

	argc = take_json(call, argc, argv);
	if (argc == 0)
		return command_fail(PF_USAGE,
		    "a verb is missing; -h shows all");
	for (verb = verbs; verb < verbs + VERBS; verb++)
		if (strcmp(verb->name, argv[0]) == 0)
			break;
	if (verb == verbs + VERBS)
		return command_misuse("there is no verb", argv[0]);
	if (argc - 1 < verb->least)
		return command_misuse("a word is missing behind", argv[0]);
	if (argc - 1 > verb->most)
		return command_misuse("this does not belong here:",
		    argv[1 + verb->most]);
	call->count = argc - 1;
	call->words = argv + 1;
	return verb->run(call, verb->name);
}

static int
set_timeout(struct call *call, const char *text)
{
	int64_t ms;

	if (quantity_parse(QUANTITY_DURATION, text, &ms) != 0 || ms < 0)
		return command_misuse("-w needs a time such as 30s, not", text);
	call->deadline_ms = clock_ms() + ms;
	return 0;
}

int
main(int argc, char **argv)
{
	const char *named = getenv("PREFORK_CONTROL");
	struct call call = { .socket = DEFAULT_SOCKET,
		.deadline_ms = CLOCK_NEVER };
	char letter[3] = "-";
	int got, code;

	if (named != NULL && named[0] != '\0')
		call.socket = named;
	command_begin("preforkctl");
	opterr = 0;
	while ((got = getopt(argc, argv, OPTION_LETTERS)) != -1) {
		letter[1] = (char)optopt;
		switch (got) {
		case 'S':
			call.socket = optarg;
			break;
		case 'j':
			call.json = true;
			break;
		case 'w':
			code = set_timeout(&call, optarg);
			if (code != 0)
				return code;
			break;
		case 'V':
			(void)printf("preforkctl " PACKAGE_VERSION "\n");
			return command_finish(0);
		case 'h':
			usage(stdout);
			return command_finish(0);
		case ':':
			return command_misuse("missing value of option",
			    letter);
		default:
			return command_misuse("unknown option", letter);
		}
	}
	return command_finish(run_verb(&call, argc - optind, argv + optind));
}
