/*
 * The lexer: what bytes become, and where each word stands.
 */
#include "config.h"

#include <stdlib.h>

#include "config/lexer.h"
#include "rig.h"
#include "tap.h"

/* What is said of one text: "word@1:3 ; { } !reason@2:1" */
static char said[4096];

static void
say(const struct lexer *lexer, enum token token)
{
	static const char *const marks[] = {
		[TOKEN_END] = ";", [TOKEN_OPEN] = "{", [TOKEN_CLOSE] = "}"
	};
	size_t used = strlen(said);

	(void)snprintf(said + used, sizeof(said) - used, "%s%s%s@%u:%u",
	    used > 0 ? " " : "", token == TOKEN_BAD ? "!" : "",
	    token == TOKEN_WORD	   ? lexer->word :
		token == TOKEN_BAD ? lexer->error.text :
				     marks[token],
	    lexer->position.line, lexer->position.column);
}

/* From a copy that ends where it must not be read on. */
static const char *
cut(const char *text, size_t size)
{
	char *bytes = malloc(size > 0 ? size : 1);
	struct lexer lexer;
	enum token token;

	rig_require(bytes != NULL, "malloc");
	memcpy(bytes, text, size);
	rig_require(lexer_init(&lexer, bytes, size) == 0, "lexer_init");
	said[0] = '\0';
	while ((token = lexer_next(&lexer)) != TOKEN_EOF)
		say(&lexer, token);
	lexer_fini(&lexer);
	free(bytes);
	return said;
}

static const struct {
	const char *text, *tokens;
} cases[] = {
	{ "", "" },
	{ " \t ", "" },
	{ "a", "a@1:1" },
	{ "a b\n", "a@1:1 b@1:3 ;@1:4" },
	{ "\n\na", ";@1:1 ;@2:1 a@3:1" },
	{ "a\r\nb\r\n", "a@1:1 ;@1:2 b@2:1 ;@2:2" },
	{ "\xef\xbb\xbf"
	  "a",
	    "a@1:1" },
	{ "a{b}c;d", "a@1:1 {@1:2 b@1:3 }@1:4 c@1:5 ;@1:6 d@1:7" },
	{ "# a\nb", ";@1:4 b@2:1" },
	{ "a # b { ;\nc", "a@1:1 ;@1:10 c@2:1" },
	{ "a#b", "a#b@1:1" },
	{ "a;#b", "a@1:1 ;@1:2" },
	{ "a{#b\n}", "a@1:1 {@1:2 ;@1:5 }@2:1" },
	{ "#", "" },
	{ "\"\"", "@1:1" },
	{ "\"a b\" c", "a b@1:1 c@1:7" },
	{ "\"#;{}\"", "#;{}@1:1" },
	{ "\"\\\"\\\\\\x41\\x7e\\n\\t\"", "\"\\A~\n\t@1:1" },
	{ "\"\\xfF\"", "\xff@1:1" },
	{ "\"a\";\"b\"{", "a@1:1 ;@1:4 b@1:5 {@1:8" },
	{ "[::1]:7 *:8 unix:/x", "[::1]:7@1:1 *:8@1:9 unix:/x@1:13" },
	{ "\tb", "b@1:2" },
	{ "a\\b", "a\\b@1:1" },
	/* What is wrong, and that the next line is looked at again. */
	{ "\"a", "!a string is not closed@1:1" },
	{ "\"a\nb", "!a string is not closed@1:1 ;@1:3 b@2:1" },
	{ "\"a\r\nb", "!a string is not closed@1:1 ;@1:3 b@2:1" },
	{ "\"a\"b\nc", "!a blank is missing behind a string@1:4 ;@1:5 c@2:1" },
	{ "\"a\"#b", "!a blank is missing behind a string@1:4" },
	{ "a\"b\"\nc",
	    "!a string begins in the midst of a word@1:2 ;@1:5 c@2:1" },
	{ "\"\\q\"\nc",
	    "!\\ must be followed by \", \\, n, t or xHH (not x00)@1:2 "
	    ";@1:5 c@2:1" },
	{ "\"\\x0\"",
	    "!\\ must be followed by \", \\, n, t or xHH (not x00)@1:2" },
	{ "\"\\x00\"",
	    "!\\ must be followed by \", \\, n, t or xHH (not x00)@1:2" },
	{ "\"\\", "!\\ must be followed by \", \\, n, t or xHH (not x00)@1:2" },
	{ "\"\\x",
	    "!\\ must be followed by \", \\, n, t or xHH (not x00)@1:2" },
	{ "a\rb\nc",
	    "a@1:1 !a carriage return without a newline@1:2 ;@1:4 c@2:1" },
	{ "a \r", "a@1:1 !a carriage return without a newline@1:3" },
	{ "a \x01\nc", "a@1:1 !a control byte@1:3 ;@1:4 c@2:1" },
	{ "a\x7f", "a@1:1 !a control byte@1:2" },
	{ "\"\x02\"", "!a control byte; write it as \\xHH@1:2" },
};

static void
test_cases(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_text(cut(cases[i].text, strlen(cases[i].text)),
		    cases[i].tokens, "case %d", (int)i);
}

static void
test_nul(void)
{
	is_text(cut("a \0b\nc", 6), "a@1:1 !a NUL byte@1:3 ;@1:5 c@2:1",
	    "a NUL byte");
	is_text(cut("\"\0\"", 3), "!a control byte; write it as \\xHH@1:2",
	    "one in a string");
}

/* One line of `size` bytes. */
static void
test_long(size_t size, const char *first, enum token expected)
{
	char *text = malloc(size);
	struct lexer lexer;

	rig_require(text != NULL, "malloc");
	memset(text, 'a', size);
	memcpy(text, first, 1);
	if (first[0] == '"')
		text[size - 1] = '"';
	rig_require(lexer_init(&lexer, text, size) == 0, "lexer_init");
	is_int(lexer_next(&lexer), expected, "a line of %d bytes", (int)size);
	is_int(lexer.position.column, 1, "from its beginning");
	is_int(lexer_next(&lexer), TOKEN_EOF, "and no more");
	lexer_fini(&lexer);
	free(text);
}

int
main(void)
{
	(void)alarm(RIG_DEADLINE_S);
	test_cases();
	test_nul();
	test_long(LEXER_WORD_BYTES, "a", TOKEN_WORD);
	test_long(LEXER_WORD_BYTES + 1, "a", TOKEN_BAD);
	test_long(LEXER_WORD_BYTES + 2, "\"", TOKEN_WORD);
	test_long(LEXER_WORD_BYTES + 3, "\"", TOKEN_BAD);
	test_long(10 * 1024 * 1024, "a", TOKEN_BAD);
	test_long(10 * 1024 * 1024, "\"", TOKEN_BAD);
	return tap_done();
}
