/*
 * From the text of a script to its steps.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/quantity.h"
#include "client/script.h"

static const struct {
	const char *name;
	size_t least, most; /* words behind it */
	const char *words;  /* what they are */
} kinds[STEP_KINDS] = {
	[STEP_CONNECT] = { "connect", 0, 3,
	    "HOST PORT, udp HOST PORT, unix PATH or nothing" },
	[STEP_SEND] = { "send", 1, 2, "bytes, and how often" },
	[STEP_EXPECT] = { "expect", 1, 1, "bytes" },
	[STEP_EOF] = { "eof", 0, 0, "nothing" },
	[STEP_PAUSE] = { "pause", 1, 1, "a time such as 100ms" },
	[STEP_WITHIN] = { "within", 1, 1, "a time such as 2s" },
	[STEP_SHUT] = { "shut", 0, 0, "nothing" },
	[STEP_RESET] = { "reset", 0, 0, "nothing" },
	[STEP_CLOSE] = { "close", 0, 0, "nothing" },
};

struct parser {
	struct script *script;
	char *next, *line_begin;
	unsigned line;
	struct error *e;
};

const char *
step_name(enum step_kind kind)
{
	return (unsigned)kind < STEP_KINDS ? kinds[kind].name : "unknown";
}

static int
refuse(const struct parser *p, const char *at, const char *why,
    const char *word)
{
	return error_set(p->e, PF_CLIENT_SCRIPT, "%s:%u:%ld: %s%s%s%s",
	    p->script->name, p->line, (long)(at - p->line_begin) + 1, why,
	    word != NULL ? " '" : "", word != NULL ? word : "",
	    word != NULL ? "'" : "");
}

/* ------------------------------------------------------------------- words */

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)((found - digits) % 16) : -1;
}

/* Behind a backslash; *from is moved behind it.  -1: it is none. */
static int
escape(const char **from)
{
	static const char names[] = "ntr0\\\"", values[] = "\n\t\r\0\\\"";
	const char *found, *at = *from;
	int high, low;

	if (*at == 'x') {
		high = hex_digit(at[1]);
		low = high != -1 ? hex_digit(at[2]) : -1;
		*from = at + 3;
		return low != -1 ? high * 16 + low : -1;
	}
	found = *at != '\0' ? strchr(names, *at) : NULL;
	*from = at + 1;
	return found != NULL ? (unsigned char)values[found - names] : -1;
}

/* Decoded in place: it never grows. */
static int
take_string(struct parser *p, char **word, size_t *bytes)
{
	const char *from = p->next + 1, *begin = p->next, *at;
	char *to = p->next;
	int byte;

	*word = to;
	while (*from != '"') {
		if (*from == '\0' || *from == '\n')
			return refuse(p, begin, "this string does not end",
			    NULL);
		at = from;
		byte = (unsigned char)*from++;
		if (byte == '\\')
			byte = escape(&from);
		if (byte == -1)
			return refuse(p, at, "no escape that is known", NULL);
		*to++ = (char)byte;
	}
	*bytes = (size_t)(to - *word);
	*to = '\0';
	p->next += from + 1 - p->next;
	if (*p->next != '\0' && strchr(" \t\r\n", *p->next) == NULL)
		return refuse(p, p->next, "a blank belongs behind a string",
		    NULL);
	return 0;
}

static void
skip_blanks(struct parser *p)
{
	p->next += strspn(p->next, " \t\r");
	if (*p->next == '#')
		p->next += strcspn(p->next, "\n");
}

/* 1 a word, 0 the line ends, -1. */
static int
take_word(struct parser *p, char **word, size_t *bytes, char **at)
{
	skip_blanks(p);
	*at = p->next;
	if (*p->next == '\n' || *p->next == '\0')
		return 0;
	if (*p->next == '"')
		return take_string(p, word, bytes) == 0 ? 1 : -1;
	*word = p->next;
	*bytes = strcspn(p->next, " \t\r\n");
	p->next += *bytes;
	return 1;
}

/* ------------------------------------------------------------------- steps */

/* Words are ended when their line is read: a newline is still needed. */
static void
end_words(struct step *step)
{
	size_t i;

	for (i = 0; i < step->count; i++)
		step->words[i].data[step->words[i].bytes] = '\0';
}

static int
take_number(const struct parser *p, struct step *step, const char *at)
{
	size_t index = step->kind == STEP_SEND ? 1 : 0;
	enum quantity kind =
	    step->kind == STEP_SEND ? QUANTITY_NUMBER : QUANTITY_DURATION;
	const char *text;

	step->number = 1;
	if (step->kind != STEP_PAUSE && step->kind != STEP_WITHIN &&
	    (step->kind != STEP_SEND || step->count < 2))
		return 0;
	text = step->words[index].data;
	if (quantity_parse(kind, text, &step->number) == 0 &&
	    step->number >= (step->kind == STEP_SEND))
		return 0;
	return refuse(p, at, "this is no time or number that fits:", text);
}

static int
take_kind(const struct parser *p, struct step *step, const char *word,
    size_t bytes)
{
	char text[64];
	unsigned i;

	for (i = 0; i < STEP_KINDS; i++)
		if (strlen(kinds[i].name) == bytes &&
		    memcmp(kinds[i].name, word, bytes) == 0) {
			step->kind = (enum step_kind)i;
			return 0;
		}
	(void)snprintf(text, sizeof(text), "%.*s", (int)bytes, word);
	return refuse(p, word, "there is no step", text);
}

static int
take_words(struct parser *p, struct step *step)
{
	size_t bytes;
	char *word, *at, *begin = p->next;
	char text[128];
	int got;

	while ((got = take_word(p, &word, &bytes, &at)) == 1 &&
	    step->count < kinds[step->kind].most) {
		begin = at;
		step->words[step->count].data = word;
		step->words[step->count++].bytes = bytes;
	}
	if (got == -1)
		return -1;
	if (got == 1 || step->count < kinds[step->kind].least) {
		(void)snprintf(text, sizeof(text), "%s takes %s",
		    step_name(step->kind), kinds[step->kind].words);
		return refuse(p, at, text, NULL);
	}
	/* The number is read before its line's end is gone. */
	if (*p->next == '\n')
		*p->next++ = '\0';
	end_words(step);
	return take_number(p, step, begin);
}

/* 1 a step, 0 an empty line, -1. */
static int
take_line(struct parser *p, struct step *step)
{
	size_t bytes;
	char *word, *at;
	int got;

	p->line++;
	p->line_begin = p->next;
	memset(step, 0, sizeof(*step));
	step->line = p->line;
	got = take_word(p, &word, &bytes, &at);
	if (got == 0) {
		p->next += *p->next == '\n';
		return 0;
	}
	if (got == -1 || take_kind(p, step, word, bytes) == -1 ||
	    take_words(p, step) == -1)
		return -1;
	return 1;
}

static int
parse(struct parser *p)
{
	struct script *script = p->script;
	int got;

	script->steps = calloc(SCRIPT_STEPS, sizeof(struct step));
	if (script->steps == NULL)
		return error_set(p->e, PF_SYSCALL, "no memory");
	while (*p->next != '\0') {
		if (script->count == SCRIPT_STEPS) {
			p->line++;
			p->line_begin = p->next;
			return refuse(p, p->next, "too many steps", NULL);
		}
		got = take_line(p, &script->steps[script->count]);
		if (got == -1)
			return -1;
		script->count += (size_t)got;
	}
	return 0;
}

/* -------------------------------------------------------------------- file */

static int
read_file(struct script *script, int fd, struct error *e)
{
	size_t have = 0;
	ssize_t got;

	script->text = malloc(SCRIPT_BYTES + 1);
	if (script->text == NULL)
		return error_set(e, PF_SYSCALL, "no memory");
	while (have <= SCRIPT_BYTES &&
	    (got = read(fd, script->text + have, SCRIPT_BYTES + 1 - have)) !=
		0) {
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return error_set(e, PF_CLIENT_SCRIPT, "%s: %s",
			    script->name, strerror(errno));
		have += (size_t)got;
	}
	if (have > SCRIPT_BYTES)
		return error_set(e, PF_CLIENT_SCRIPT,
		    "%s: longer than %u bytes", script->name, SCRIPT_BYTES);
	script->text[have] = '\0';
	if (memchr(script->text, '\0', have) != NULL)
		return error_set(e, PF_CLIENT_SCRIPT,
		    "%s: a zero byte is no text; write \\0", script->name);
	return 0;
}

int
script_open(struct script *script, const char *file, struct error *e)
{
	bool is_stdin = strcmp(file, "-") == 0;
	struct parser p = { .script = script, .e = e };
	int fd, result;

	memset(script, 0, sizeof(*script));
	script->name = is_stdin ? "standard input" : file;
	fd = is_stdin ? STDIN_FILENO : fd_open(file, O_RDONLY, 0);
	if (fd == -1)
		return error_set(e, PF_CLIENT_SCRIPT, "%s: %s", file,
		    strerror(errno));
	result = read_file(script, fd, e);
	if (!is_stdin)
		fd_close(&fd);
	if (result == -1)
		return -1;
	p.next = script->text;
	return parse(&p);
}

void
script_close(struct script *script)
{
	free(script->steps);
	free(script->text);
}
