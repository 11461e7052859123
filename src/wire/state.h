/*
 * The state that a master leaves to the one that takes its place: lines of
 * words in a file without a name.  Text, so that it can be looked at, and so
 * that no layout of a struct is a promise.
 *
 *	prefork-state FORMAT VERSION
 *	KEYWORD WORD...
 *	end LINES-BEFORE
 *
 * One blank is between words.  A word is made of printable bytes; all others,
 * and '%', are %XX; an empty one is "%".  FORMAT is raised when a keyword
 * changes its words or meaning.  Keywords that a reader does not know are
 * passed over.  Of a state that lost a line nothing is read.
 * Runs in: master, rehearsal.
 */
#ifndef PREFORK_WIRE_STATE_H
#define PREFORK_WIRE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define STATE_FORMAT 1
/* A line of ours has fewer. */
#define STATE_WORDS 16
/* Some thousand workers need less. */
#define STATE_BYTES_MAX (16u << 20)

struct state_writer {
	char *data;
	size_t length, room;
	int64_t lines;
	bool failed; /* no memory */
};

/* The first line. */
void state_begin(struct state_writer *writer, const char *version);
/* A keyword, then any number of words, then state_end_line. */
void state_keyword(struct state_writer *writer, const char *keyword);
void state_put_number(struct state_writer *writer, int64_t number);
void state_put_text(struct state_writer *writer, const char *text);
/* Bytes as hexadecimal digits, "-" when there are none. */
void state_put_bytes(struct state_writer *writer, const void *data,
    size_t bytes);
void state_end_line(struct state_writer *writer);
/* The last line; frees.  A descriptor (close-on-exec), or -1 with errno. */
int state_save(struct state_writer *writer);

struct state_reader {
	char *data; /* changed while it is read */
	char *next;
	const char *version; /* of the writer */
	unsigned line;
};

struct state_line {
	const char *keyword;
	unsigned number;	  /* in the file, from 1 */
	unsigned count;		  /* of words */
	char *words[STATE_WORDS]; /* as they stand */
};

/* Read all of it and check that it is whole and of a format that we know.
 * -1 with `e` (PF_STATE); state_close either way. */
int state_open(struct state_reader *reader, int fd, struct error *e);
void state_close(struct state_reader *reader);
/* 1 the next line, 0 the end (time and again), -1 with `e`. */
int state_next(struct state_reader *reader, struct state_line *line,
    struct error *e);
/* Word `index` of the line, from 0: 0, or -1 when it is not there, no number
 * or out of range. */
int state_number(const struct state_line *line, unsigned index, int64_t min,
    int64_t max, int64_t *out);
/* Decoded in place; NULL when there is none or it is not well formed. */
char *state_text(const struct state_line *line, unsigned index);
/* As many bytes as there are, at most `room`; -1 when it is not well formed. */
int state_bytes(const struct state_line *line, unsigned index, void *out,
    size_t room, size_t *bytes);
/* "line 7 (worker) is not well formed", PF_STATE; returns -1. */
int state_refuse(const struct state_line *line, struct error *e);

#endif
