/*
 * Files, and files that they include.
 * Runs in: starter, probe.
 */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/parser.h"

int
parser_path(const struct parser *parser, const char *name, char path[PATH_MAX],
    size_t *hidden)
{
	const char *outer = parser->input != NULL ? parser->input->name : "";
	const char *slash = strrchr(outer, '/');
	int length = slash != NULL ? (int)(slash - outer) + 1 : 0, needed;

	*hidden = 0;
	if (name[0] == '/')
		length = 0;
	else if (outer[0] != '/')
		*hidden = strlen(parser->directory) + 1;
	needed = snprintf(path, PATH_MAX, "%s%s%.*s%s",
	    *hidden > 0 ? parser->directory : "", *hidden > 0 ? "/" : "",
	    length, outer, name);
	return needed >= 0 && needed < PATH_MAX ? 0 : -1;
}

static int
fail(struct parser *parser, const struct place *place, const char *name,
    const char *why)
{
	struct error e;

	/* The place is either the file itself or in one that includes it. */
	if (parser->input == NULL)
		(void)error_set(&e, PF_CONFIG_FILE, "%s", why);
	else
		(void)error_set(&e, PF_CONFIG_FILE, "%s: %s", name, why);
	return complain(parser->complaints, place, &e);
}

static bool
is_open_already(const struct parser *parser, const struct source *source)
{
	const struct input *input;

	for (input = parser->input; input != NULL; input = input->outer)
		if (input->source.device == source->device &&
		    input->source.inode == source->inode)
			return true;
	return false;
}

/* NULL or why not. */
static const char *
open_input(struct parser *parser, struct input *input, const char *path,
    struct error *e)
{
	if (source_read(&input->source, path, e) == -1)
		return e->text;
	if (is_open_already(parser, &input->source)) {
		source_free(&input->source);
		return "it includes itself";
	}
	if (lexer_init(&input->lexer, input->source.bytes,
		input->source.size) == -1) {
		source_free(&input->source);
		return "no memory";
	}
	return NULL;
}

static void
close_input(struct input *input)
{
	lexer_fini(&input->lexer);
	source_free(&input->source);
}

int
parser_file(struct parser *parser, struct block *block, const char *path,
    size_t hidden, const struct place *place)
{
	struct input input = { .outer = parser->input };
	const char *copy = settings_copy(parser->settings, path), *why;
	struct error e;

	if (copy == NULL)
		return fail(parser, place, path + hidden, "no memory");
	input.name = copy + hidden;
	if (parser->depth == PARSER_DEPTH || parser->files == PARSER_FILES)
		return fail(parser, place, input.name,
		    "too many files are included");
	why = open_input(parser, &input, path, &e);
	if (why != NULL)
		return fail(parser, place, input.name, why);
	parser->input = &input;
	parser->depth++;
	parser->files++;
	parser_read(parser, block);
	parser->depth--;
	parser->input = input.outer;
	close_input(&input);
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* musl's glob tells of a folder that cannot be read here, and then returns
 * GLOB_NOMATCH all the same. */
static bool unreadable;

/* A folder that is not there has no files; other reasons must be known. */
static int
is_serious(const char *path, int error)
{
	(void)path;
	if (error == ENOENT || error == ENOTDIR)
		return 0;
	unreadable = true;
	return 1;
}

/* The folder in front of a pattern is a name, whatever is in it. */
static int
escape(const char *path, size_t folder, char *out, size_t room)
{
	size_t used = 0;

	for (; *path != '\0'; path++) {
		if (used + 3 > room)
			return -1;
		if (folder > 0 && strchr("*?[\\", *path) != NULL)
			out[used++] = '\\';
		out[used++] = *path;
		folder -= folder > 0;
	}
	out[used] = '\0';
	return 0;
}

static void
include_all(struct parser *parser, struct block *block, glob_t *found,
    size_t hidden)
{
	struct place place = { parser->input->name, parser->words[1].position };
	size_t i;

	qsort(found->gl_pathv, found->gl_pathc, sizeof(*found->gl_pathv),
	    compare_names);
	for (i = 0; i < found->gl_pathc; i++)
		(void)parser_file(parser, block, found->gl_pathv[i], hidden,
		    &place);
}

static void
include_pattern(struct parser *parser, struct block *block, const char *path,
    size_t hidden)
{
	struct use use = parser_use(parser, block);
	char pattern[2 * PATH_MAX];
	size_t own = strlen(use.words[1].text);
	glob_t found;
	int result = GLOB_NOSPACE;

	unreadable = false;
	if (escape(path, strlen(path) - own, pattern, sizeof(pattern)) == 0)
		result = glob(pattern, GLOB_NOSORT, is_serious, &found);
	if (result == GLOB_NOMATCH && !unreadable)
		return;
	if (result != 0) {
		(void)use_fail(&use, 1, PF_CONFIG_FILE,
		    "cannot look for files that match '%s'", use.words[1].text);
		return;
	}
	include_all(parser, block, &found, hidden);
	globfree(&found);
}

void
parser_include(struct parser *parser, struct block *block)
{
	struct use use = parser_use(parser, block);
	const struct place place = { use.file, parser->words[1].position };
	const char *name = parser->words[1].text;
	char path[PATH_MAX];
	size_t hidden;

	if (use.count != 2 || name[0] == '\0')
		(void)use_fail(&use, use.count > 2 ? 2 : 0, PF_DIRECTIVE_VALUE,
		    "include needs one file or pattern");
	else if (parser->directory == NULL)
		(void)use_fail(&use, 0, PF_CONFIG_FILE,
		    "this text cannot include files");
	else if (parser_path(parser, name, path, &hidden) == -1)
		(void)use_fail(&use, 1, PF_CONFIG_FILE, "the path is too long");
	else if (strpbrk(name, "*?[") != NULL)
		include_pattern(parser, block, path, hidden);
	else
		(void)parser_file(parser, block, path, hidden, &place);
}
