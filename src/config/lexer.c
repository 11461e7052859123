/*
 * Cuts the bytes of a configuration into words and says where each stands.
 * Knows nothing of directives.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "config/lexer.h"

int
lexer_init(struct lexer *lexer, const char *bytes, size_t size)
{
	memset(lexer, 0, sizeof(*lexer));
	/* What a word needs there, it and what ends it take here. */
	lexer->text = lexer->next = malloc(size + 1);
	if (lexer->text == NULL)
		return -1;
	if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		size -= 3;
	}
	lexer->at = lexer->line_start = bytes;
	lexer->end = bytes + size;
	lexer->line = 1;
	lexer->space = true;
	return 0;
}

void
lexer_fini(struct lexer *lexer)
{
	free(lexer->text);
	lexer->text = lexer->next = NULL;
}

/* The byte `ahead` of the next one, or -1. */
static int
peek(const struct lexer *lexer, size_t ahead)
{
	if ((size_t)(lexer->end - lexer->at) <= ahead)
		return -1;
	return (unsigned char)lexer->at[ahead];
}

static bool
is_newline(const struct lexer *lexer)
{
	return peek(lexer, 0) == '\n' ||
	    (peek(lexer, 0) == '\r' && peek(lexer, 1) == '\n');
}

static bool
is_blank(int byte)
{
	return byte == ' ' || byte == '\t';
}

static bool
is_control(int byte)
{
	return (byte >= 0 && byte < ' ') || byte == 0x7f;
}

static bool
ends_word(const struct lexer *lexer)
{
	int byte = peek(lexer, 0);

	return byte == -1 || is_blank(byte) || is_control(byte) ||
	    byte == ';' || byte == '{' || byte == '}';
}

static void
mark(struct lexer *lexer)
{
	lexer->position.line = lexer->line;
	lexer->position.column = (unsigned)(lexer->at - lexer->line_start) + 1;
}

static enum token
bad(struct lexer *lexer, const char *why, const char *go_on)
{
	lexer->at = go_on;
	lexer->space = true;
	(void)error_set(&lexer->error, PF_SYNTAX, "%s", why);
	return TOKEN_BAD;
}

/* To the end of the line, which is not taken. */
static const char *
line_end(const struct lexer *lexer)
{
	const char *end =
	    memchr(lexer->at, '\n', (size_t)(lexer->end - lexer->at));

	return end != NULL ? end : lexer->end;
}

static void
skip_blanks(struct lexer *lexer)
{
	while (is_blank(peek(lexer, 0))) {
		lexer->at++;
		lexer->space = true;
	}
	if (lexer->space && peek(lexer, 0) == '#')
		lexer->at = line_end(lexer);
}

static enum token
take_newline(struct lexer *lexer)
{
	lexer->at += *lexer->at == '\r' ? 2 : 1;
	lexer->line_start = lexer->at;
	lexer->line++;
	lexer->space = true;
	return TOKEN_END;
}

static enum token
take_mark(struct lexer *lexer)
{
	int byte = *lexer->at++;

	lexer->space = true;
	if (byte == ';')
		return TOKEN_END;
	return byte == '{' ? TOKEN_OPEN : TOKEN_CLOSE;
}

static enum token
finish_word(struct lexer *lexer, const char *first)
{
	if (lexer->next - lexer->word > LEXER_WORD_BYTES) {
		lexer->at = first;
		return bad(lexer, "a word has more than 4095 bytes",
		    line_end(lexer));
	}
	*lexer->next++ = '\0';
	return TOKEN_WORD;
}

static enum token
take_word(struct lexer *lexer)
{
	const char *first = lexer->at;

	lexer->word = lexer->next;
	while (!ends_word(lexer)) {
		if (*lexer->at == '"') {
			mark(lexer);
			return bad(lexer,
			    "a string begins in the midst of a word",
			    line_end(lexer));
		}
		*lexer->next++ = *lexer->at++;
	}
	lexer->space = false;
	return finish_word(lexer, first);
}

static int
hex_digit(int byte)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *found =
	    byte > 0 ? memchr(digits, byte, sizeof(digits) - 1) : NULL;
	int value = found != NULL ? (int)(found - digits) : -1;

	return value > 15 ? value - 6 : value;
}

/* Behind a backslash: the byte that is meant, or -1. */
static int
take_escape(struct lexer *lexer)
{
	static const char from[] = "\"\\nt", to[] = "\"\\\n\t";
	int byte = peek(lexer, 1), high, low;
	const char *found =
	    byte > 0 ? memchr(from, byte, sizeof(from) - 1) : NULL;

	if (found != NULL) {
		lexer->at += 2;
		return to[found - from];
	}
	high = hex_digit(peek(lexer, 2));
	low = high >= 0 ? hex_digit(peek(lexer, 3)) : -1;
	if (byte != 'x' || low < 0 || high + low == 0)
		return -1;
	lexer->at += 4;
	return high << 4 | low;
}

/* One byte of a string, undone; -1 with TOKEN_BAD made. */
static int
take_byte(struct lexer *lexer)
{
	int byte = peek(lexer, 0);

	if (byte == -1 || is_newline(lexer)) {
		(void)bad(lexer, "a string is not closed", lexer->at);
		return -1;
	}
	if (is_control(byte) && byte != '\t') {
		mark(lexer);
		(void)bad(lexer, "a control byte; write it as \\xHH",
		    line_end(lexer));
		return -1;
	}
	if (byte != '\\') {
		lexer->at++;
		return byte;
	}
	byte = take_escape(lexer);
	if (byte == -1) {
		mark(lexer);
		(void)bad(lexer,
		    "\\ must be followed by \", \\, n, t or xHH (not x00)",
		    line_end(lexer));
	}
	return byte;
}

static enum token
take_string(struct lexer *lexer)
{
	const char *first = lexer->at;
	int byte;

	lexer->word = lexer->next;
	for (lexer->at++; peek(lexer, 0) != '"';) {
		byte = take_byte(lexer);
		if (byte == -1)
			return TOKEN_BAD;
		*lexer->next++ = (char)byte;
	}
	lexer->at++;
	lexer->space = false;
	if (!ends_word(lexer)) {
		mark(lexer);
		return bad(lexer, "a blank is missing behind a string",
		    line_end(lexer));
	}
	return finish_word(lexer, first);
}

static enum token
take_control(struct lexer *lexer)
{
	const char *why = "a control byte";

	if (*lexer->at == '\0')
		why = "a NUL byte";
	else if (*lexer->at == '\r')
		why = "a carriage return without a newline";
	return bad(lexer, why, line_end(lexer));
}

enum token
lexer_next(struct lexer *lexer)
{
	int byte;

	skip_blanks(lexer);
	mark(lexer);
	byte = peek(lexer, 0);
	if (byte == -1)
		return TOKEN_EOF;
	if (is_newline(lexer))
		return take_newline(lexer);
	if (byte == ';' || byte == '{' || byte == '}')
		return take_mark(lexer);
	if (is_control(byte))
		return take_control(lexer);
	return byte == '"' ? take_string(lexer) : take_word(lexer);
}
