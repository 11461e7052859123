/*
 * From the words of files to directives in their blocks.  Goes on after what
 * is wrong with the next directive.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "config/file.h"
#include "config/parser.h"

static const enum scope scopes[] = {
	[BLOCK_TOP] = SCOPE_TOP,
	[BLOCK_SERVICE] = SCOPE_SERVICE,
	[BLOCK_OPTIONS] = SCOPE_OPTIONS,
};

struct use
parser_use(struct parser *parser, const struct block *block)
{
	return (struct use) {
		.settings = parser->settings,
		.service = block->service,
		.file = parser->input->name,
		.words = parser->words,
		.count = parser->count,
		.complaints = parser->complaints,
	};
}

static void
syntax(struct parser *parser, const struct position *position, const char *why)
{
	const struct place place = { parser->input->name, *position };
	struct error e;

	(void)error_set(&e, PF_SYNTAX, "%s", why);
	(void)complain(parser->complaints, &place, &e);
}

/* Up to what ends them.  False when they are not to be obeyed. */
static bool
read_words(struct parser *parser, enum token *end)
{
	struct lexer *lexer = &parser->input->lexer;
	bool good = true;

	parser->count = 0;
	for (;;) {
		*end = lexer_next(lexer);
		if (*end == TOKEN_BAD) {
			syntax(parser, &lexer->position, lexer->error.text);
			good = false;
		} else if (*end != TOKEN_WORD) {
			return good;
		} else if (parser->count < PARSER_WORDS) {
			parser->words[parser->count++] =
			    (struct word) { lexer->word, lexer->position };
		} else if (good) {
			syntax(parser, &lexer->position,
			    "a directive has more than 1024 words");
			good = false;
		}
	}
}

static void
not_closed(struct parser *parser, const struct position *opened)
{
	syntax(parser, opened, "the block that begins here is not closed");
}

/* Behind its {: a block that means nothing. */
static void
skip_block(struct parser *parser)
{
	const struct position opened = parser->input->lexer.position;
	unsigned depth = 1;
	enum token end;

	while (depth > 0) {
		(void)read_words(parser, &end);
		if (end == TOKEN_EOF) {
			not_closed(parser, &opened);
			return;
		}
		if (end == TOKEN_OPEN)
			depth++;
		if (end == TOKEN_CLOSE)
			depth--;
	}
}

/* Once in its block, unless it is one that adds up. */
static bool
is_first(const struct use *use, struct block *block,
    const struct directive *directive)
{
	struct place *seen = &block->seen[directive - directives];

	if (seen->file == NULL) {
		*seen = (struct place) { use->file, use->words[0].position };
		return true;
	}
	if (directive->many)
		return true;
	(void)use_fail(use, 0, PF_DIRECTIVE_REPEATED,
	    "%s is given twice; the first is in %s:%u", directive->name,
	    seen->file, seen->position.line);
	return false;
}

static bool
makes_block(const struct directive *directive)
{
	return directive->form == FORM_SERVICE ||
	    directive->form == FORM_HANDLER;
}

static const struct directive *
look_up(const struct use *use, struct block *block, bool open)
{
	const struct directive *directive = directive_find(use->words[0].text);
	enum scope scope = scopes[block->kind];

	if (directive == NULL || (directive->scope & scope) == 0) {
		(void)use_unknown(use, scope);
		return NULL;
	}
	if (open && !makes_block(directive)) {
		(void)use_fail(use, 0, PF_SYNTAX, "%s takes no block",
		    directive->name);
		return NULL;
	}
	return is_first(use, block, directive) ? directive : NULL;
}

static void obey(struct parser *parser, struct block *block, bool open);

/* True when it ends with its }. */
static bool
read_block(struct parser *parser, struct block *block, bool braces)
{
	enum token end;
	bool good;

	for (;;) {
		good = read_words(parser, &end);
		if (good && parser->count > 0) {
			obey(parser, block, end == TOKEN_OPEN);
		} else if (end == TOKEN_OPEN) {
			if (good)
				syntax(parser, &parser->input->lexer.position,
				    "{ without a name before it");
			skip_block(parser);
		}
		if (end == TOKEN_EOF)
			return false;
		if (end == TOKEN_CLOSE && braces)
			return true;
		if (end == TOKEN_CLOSE)
			syntax(parser, &parser->input->lexer.position,
			    "} without a block that it ends");
	}
}

static void
enter(struct parser *parser, struct block *block)
{
	const struct position opened = parser->input->lexer.position;

	if (read_block(parser, block, true))
		parser_close(parser, block);
	else
		not_closed(parser, &opened);
}

/* A directive that may have a block of its own. */
static bool
begin_block(struct parser *parser, struct block *block,
    const struct directive *directive, bool open)
{
	struct block inner = { .service = block->service };
	bool good;

	if (directive->form == FORM_SERVICE) {
		inner.kind = BLOCK_SERVICE;
		good = parser_service(parser, &inner, open);
	} else {
		inner.kind = BLOCK_OPTIONS;
		good = parser_handler(parser, &inner);
	}
	if (good && open)
		enter(parser, &inner);
	return good;
}

static bool
perform(struct parser *parser, struct block *block, bool open)
{
	struct use use = parser_use(parser, block);
	const struct directive *directive;

	directive = look_up(&use, block, open);
	if (directive == NULL)
		return false;
	if (makes_block(directive))
		return begin_block(parser, block, directive, open);
	if (directive->form == FORM_INCLUDE)
		parser_include(parser, block);
	else
		(void)directive_read(directive, &use);
	return true;
}

static void
obey(struct parser *parser, struct block *block, bool open)
{
	struct use use = parser_use(parser, block);
	bool is_option = block->kind == BLOCK_OPTIONS &&
	    strcmp(use.words[0].text, "include") != 0;
	bool good;

	if (is_option && open)
		good = use_fail(&use, 0, PF_SYNTAX, "%s takes no block",
			   use.words[0].text) == 0;
	else if (is_option)
		good = parser_option(parser, block);
	else
		good = perform(parser, block, open);
	if (!good && open)
		skip_block(parser);
}

void
parser_read(struct parser *parser, struct block *block)
{
	(void)read_block(parser, block, false);
}

static int
finish(struct settings *settings, const char *name,
    struct complaints *complaints)
{
	const struct place place = { .file = name };
	struct error e;

	if (complaints->count > 0)
		return -1;
	if (settings->service_count == 0)
		(void)error_set(&e, PF_SERVICE_INCOMPLETE,
		    "there is no service in it");
	else
		return 0;
	return complain(complaints, &place, &e);
}

static struct parser *
parser_new(struct settings *settings, struct complaints *complaints,
    const struct place *place)
{
	struct parser *parser = calloc(1, sizeof(*parser));
	struct error e;

	if (parser == NULL) {
		(void)error_set(&e, PF_SYSCALL, "no memory");
		(void)complain(complaints, place, &e);
		return NULL;
	}
	parser->settings = settings;
	parser->complaints = complaints;
	return parser;
}

int
file_read(struct settings *settings, const char *directory, const char *file,
    struct complaints *complaints)
{
	const struct place place = { .file = file };
	struct parser *parser = parser_new(settings, complaints, &place);
	struct block top = { .kind = BLOCK_TOP };
	char path[PATH_MAX];
	size_t hidden;
	struct error e;

	if (parser == NULL)
		return -1;
	parser->directory = directory;
	if (parser_path(parser, file, path, &hidden) == 0) {
		(void)parser_file(parser, &top, path, hidden, &place);
	} else {
		(void)error_set(&e, PF_CONFIG_FILE, "the path is too long");
		(void)complain(complaints, &place, &e);
	}
	free(parser);
	return finish(settings, file, complaints);
}

int
file_read_text(struct settings *settings, const char *name, const char *text,
    size_t bytes, struct complaints *complaints)
{
	const struct place place = { .file = name };
	struct parser *parser = parser_new(settings, complaints, &place);
	struct block top = { .kind = BLOCK_TOP };
	struct input input = { .name = name };

	if (parser == NULL)
		return -1;
	if (lexer_init(&input.lexer, text, bytes) == -1) {
		free(parser);
		return -1;
	}
	parser->input = &input;
	parser_read(parser, &top);
	lexer_fini(&input.lexer);
	free(parser);
	return finish(settings, name, complaints);
}
