/*
 * Words of the configuration language: separated by blanks; ; and the end of
 * a line end a directive, { and } a block, # begins a comment where a word
 * could begin, "strings" know \" \\ \n \t \xHH.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_LEXER_H
#define PREFORK_CONFIG_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Longest word, without its terminator. */
#define LEXER_WORD_BYTES 4095

enum token {
	TOKEN_WORD,
	TOKEN_END, /* of a directive: a newline or ; */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_EOF,
	TOKEN_BAD
};

/* Lines and columns begin at 1; a column counts bytes. */
struct position {
	unsigned line, column;
};

struct lexer {
	const char *at, *end;
	const char *line_start;
	unsigned line;
	bool space;	   /* a word may begin here */
	char *text, *next; /* of words; the lexer's own */
	/* Of the last token: */
	struct position position;
	const char *word;   /* TOKEN_WORD: terminated, escapes undone */
	struct error error; /* TOKEN_BAD: why */
};

/* `bytes` stay as they are and where they are.  -1 with errno. */
int lexer_init(struct lexer *lexer, const char *bytes, size_t size);
/* All words are gone then. */
void lexer_fini(struct lexer *lexer);
/* After TOKEN_BAD it goes on behind what was bad. */
enum token lexer_next(struct lexer *lexer);

#endif
