/*
 * A script: steps of one client, in order.
 * Runs in: prefork-client.
 */
#ifndef PREFORK_CLIENT_SCRIPT_H
#define PREFORK_CLIENT_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SCRIPT_BYTES (1u << 20) /* of a file */
#define SCRIPT_STEPS 10000
#define SCRIPT_WORDS 3 /* behind a step's name */

enum step_kind {
	STEP_CONNECT, /* words: none, HOST PORT, udp HOST PORT, unix PATH */
	STEP_SEND,    /* a word, and a number of times */
	STEP_EXPECT,  /* a word */
	STEP_EOF,
	STEP_PAUSE,  /* number: ms */
	STEP_WITHIN, /* number: ms */
	STEP_SHUT,
	STEP_RESET,
	STEP_CLOSE,
	STEP_KINDS
};

struct step {
	enum step_kind kind;
	unsigned line;
	size_t count; /* of words */
	struct {
		char *data; /* with a NUL behind */
		size_t bytes;
	} words[SCRIPT_WORDS];
	int64_t number;
};

struct script {
	const char *name;
	char *text; /* words are in it */
	struct step *steps;
	size_t count;
};

/* Read FILE, "-" for standard input, and all of its steps.  -1 with `e`, which
 * has file, line and column; script_close either way. */
int script_open(struct script *script, const char *file, struct error *e);
void script_close(struct script *script);
const char *step_name(enum step_kind kind);

#endif
