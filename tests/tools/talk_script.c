/*
 * From the words of talk's command line to an address and a list of steps.
 * Runs in: talk.
 */
#include "config.h"

#include <sys/un.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

struct verb {
	const char *word;
	enum step_kind kind;
	int arguments;
};

static const struct verb verbs[] = {
	{ "connect", STEP_CONNECT, 0 },
	{ "send", STEP_SEND, 1 },
	{ "expect", STEP_EXPECT, 1 },
	{ "line", STEP_SEND, 1 },
	{ "eof", STEP_EOF, 0 },
	{ "reset-expected", STEP_RESET_EXPECTED, 0 },
	{ "gone", STEP_GONE, 0 },
	{ "print", STEP_PRINT, 0 },
	{ "shut", STEP_SHUT, 0 },
	{ "close", STEP_CLOSE, 0 },
	{ "reset", STEP_RESET, 0 },
	{ "port", STEP_PORT, 0 },
	{ "bulk", STEP_BULK, 2 },
	{ "say", STEP_SAY, 1 },
	{ "wait", STEP_WAIT, 0 },
};

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

/* The byte that the escape at *text (behind its backslash) stands for. */
static char
unescape_one(const char **text)
{
	const char *names = "nrt0\\", *bytes = "\n\r\t\0\\", *at;
	char c = *(*text)++;
	int high, low;

	at = c == '\0' ? NULL : strchr(names, c);
	if (at != NULL)
		return bytes[at - names];
	high = c == 'x' ? hex_digit((*text)[0]) : -1;
	low = high < 0 ? -1 : hex_digit((*text)[1]);
	if (low < 0)
		talk_fail(TALK_USAGE,
		    "an escape is \\n \\r \\t \\0 \\\\ or "
		    "\\xhh");
	*text += 2;
	return (char)(high * 16 + low);
}

/* Room for one byte more than the text has, for the newline of "line". */
static void
unescape(struct step *step, const char *text)
{
	step->data = malloc(strlen(text) + 2);
	if (step->data == NULL)
		talk_fail(TALK_FAILED, "no memory");
	step->bytes = 0;
	while (*text != '\0') {
		if (*text++ == '\\')
			step->data[step->bytes++] = unescape_one(&text);
		else
			step->data[step->bytes++] = text[-1];
	}
}

static uint64_t
parse_number(const char *text)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
		talk_fail(TALK_USAGE, "'%s' is not a number", text);
	return value;
}

static const struct verb *
find_verb(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].word, word) == 0)
			return &verbs[i];
	talk_fail(TALK_USAGE, "'%s' is not something to do", word);
}

static struct step *
add_step(struct script *script, enum step_kind kind, const char *word)
{
	struct step *step = &script->steps[script->count++];

	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->word = word;
	step->argument = "";
	return step;
}

static void
add_echo(struct script *script, const char *text)
{
	struct step *send = &script->steps[script->count - 1], *expect;

	send->data[send->bytes++] = '\n';
	expect = add_step(script, STEP_EXPECT, send->word);
	expect->argument = text;
	unescape(expect, text);
	expect->data[expect->bytes++] = '\n';
}

static void
add_verb(struct script *script, const struct verb *verb, char **arguments)
{
	struct step *step = add_step(script, verb->kind, verb->word);

	if (verb->arguments > 0)
		step->argument = arguments[0];
	if (verb->arguments == 1)
		unescape(step, arguments[0]);
	if (verb->kind == STEP_BULK) {
		step->bytes = (size_t)parse_number(arguments[0]);
		step->seed = parse_number(arguments[1]);
	}
	if (strcmp(verb->word, "line") == 0)
		add_echo(script, arguments[0]);
}

void
script_parse(struct script *script, char **words, int count)
{
	const struct verb *verb;
	int i;

	/* A word becomes two steps at most; the first and the last are ours. */
	script->count = 0;
	script->steps = calloc((size_t)count * 2 + 2, sizeof(struct step));
	if (script->steps == NULL)
		talk_fail(TALK_FAILED, "no memory");
	(void)add_step(script, STEP_CONNECT, "connect");
	for (i = 0; i < count; i += 1 + verb->arguments) {
		verb = find_verb(words[i]);
		if (i + verb->arguments >= count)
			talk_fail(TALK_USAGE, "%s what?", words[i]);
		add_verb(script, verb, words + i + 1);
	}
	(void)add_step(script, STEP_END, "end");
}

void
script_free(struct script *script)
{
	size_t i;

	for (i = 0; i < script->count; i++)
		free(script->steps[i].data);
	free(script->steps);
}

static void
parse_unix(struct address *address, const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(name.sun_path))
		talk_fail(TALK_USAGE, "'%s' is too long for a socket", path);
	memcpy(name.sun_path, path, strlen(path) + 1);
	address->bytes = (socklen_t)sizeof(name);
	/* A name in no file system begins with a zero byte and just ends. */
	if (path[0] == '@') {
		name.sun_path[0] = '\0';
		address->bytes =
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			strlen(path));
	}
	memcpy(&address->socket, &name, sizeof(name));
}

void
address_parse(struct address *address, const char *text)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	const char *colon = strrchr(text, ':');
	char host[256];
	int error;

	memset(address, 0, sizeof(*address));
	if (strncmp(text, "unix:", 5) == 0) {
		parse_unix(address, text + 5);
		return;
	}
	if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
		talk_fail(TALK_USAGE, "'%s' is not an address", text);
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	if (host[0] == '[' && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	error = getaddrinfo(host, colon + 1, &hints, &found);
	if (error != 0)
		talk_fail(TALK_USAGE, "%s: %s", text, gai_strerror(error));
	memcpy(&address->socket, found->ai_addr, found->ai_addrlen);
	address->bytes = found->ai_addrlen;
	freeaddrinfo(found);
}
