/*
 * Names of hosts, users and groups that another process looks up, because that
 * may take longer than the master can stay away: their answers may come from a
 * server far away.  The master reads a file and asks nobody; where it finds a
 * name that it does not know, a child reads the same file, asks, and notes the
 * answers in memory that both have; then the master reads again.
 * Runs in: master at a reload, and its helper.
 */
#ifndef PREFORK_BASE_NAMES_H
#define PREFORK_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The longest answer. */
#define NAMES_ANSWER_BYTES 8192

/* Whose name; the same text may be another answer for each. */
enum names_kind {
	NAMES_HOST,
	NAMES_IDENTITY,
	NAMES_OWNER,
};

struct names_query {
	enum names_kind kind;
	const char *text; /* as it counts, whole */
};

/* From now on this process knows no name, and asks for none.  -1 with errno.
 * To be called before the fork of who asks. */
int names_begin(void);
/* Was there one that was not known, since then? */
bool names_are_missing(void);
/* In the child: ask, and note. */
void names_note(void);
/* All as it was before: who wants to know asks. */
void names_end(void);

/* 1 when the answer is known and in `answer`; 0 when the system is to be asked;
 * -1 with RESOLVE when it must not. */
int names_find(const struct names_query *query, void *answer, size_t bytes,
    struct error *e);
/* It has answered: `bytes` of NAMES_ANSWER_BYTES, always the same number for a
 * kind.  -1 with RESOLVE when there is no room. */
int names_add(const struct names_query *query, const void *answer, size_t bytes,
    struct error *e);

#endif
