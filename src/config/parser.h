/*
 * What the files of the parser share; nobody else includes this.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_PARSER_H
#define PREFORK_CONFIG_PARSER_H

#include <limits.h>

#include "config/directive.h"
#include "config/lexer.h"
#include "config/source.h"

/* Of one directive, its name included. */
#define PARSER_WORDS 1024
/* Files within files. */
#define PARSER_DEPTH 16
/* Files in all. */
#define PARSER_FILES 1000

/* A file that is being read. */
struct input {
	struct input *outer; /* it is included by */
	const char *name;    /* as it is shown */
	struct source source;
	struct lexer lexer;
};

struct parser {
	struct settings *settings;
	struct complaints *complaints;
	const char *directory; /* of relative names; NULL: no files */
	struct input *input;
	unsigned depth, files;
	struct word words[PARSER_WORDS]; /* of the directive under way */
	size_t count;
};

enum block_kind {
	BLOCK_TOP,
	BLOCK_SERVICE,
	BLOCK_OPTIONS, /* of a handler */
};

struct block {
	enum block_kind kind;
	struct service_settings *service;
	struct place seen[DIRECTIVES_MAX]; /* file NULL: not yet */
};

/* The words under way as a directive in a block. */
struct use parser_use(struct parser *parser, const struct block *block);
/* parse.c: directives up to the end of the input. */
void parser_read(struct parser *parser, struct block *block);

/* include.c: a name that is relative to the file that is being read, as an
 * absolute path of which the first bytes are not to be shown.  -1 when it is
 * too long. */
int parser_path(const struct parser *parser, const char *name,
    char path[PATH_MAX], size_t *hidden);
/* Read a file into a block.  -1 with a complaint at `place` when it cannot be
 * opened. */
int parser_file(struct parser *parser, struct block *block, const char *path,
    size_t hidden, const struct place *place);
/* The files that words[1] means, in the place of the directive. */
void parser_include(struct parser *parser, struct block *block);

/* service.c: `service NAME {` (`inner` gets it) and `handler NAME`, with or
 * without a block.  False with a complaint. */
bool parser_service(struct parser *parser, struct block *inner, bool open);
bool parser_handler(struct parser *parser, struct block *inner);
/* One option of a handler. */
bool parser_option(struct parser *parser, const struct block *block);
/* At the end of a block. */
void parser_close(struct parser *parser, const struct block *block);

#endif
