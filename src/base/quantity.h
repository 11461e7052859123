/*
 * Numbers as people write them: -7, 64k, 30s.  Read strictly (no blanks, no
 * fraction, nothing after the unit) and written so that they read back.
 * Runs in: every process.
 */
#ifndef PREFORK_BASE_QUANTITY_H
#define PREFORK_BASE_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

/* Enough for any value that quantity_format writes. */
#define QUANTITY_BYTES 24

enum quantity {
	QUANTITY_NUMBER,   /* decimal, with or without sign */
	QUANTITY_SIZE,	   /* bytes, not negative; k m g are powers of 1024 */
	QUANTITY_DURATION, /* ms, not negative; ms s m h, bare: seconds */
};

/* "number", "size", "duration" */
const char *quantity_name(enum quantity kind);
/* 0 and *value, or -1 with errno: EINVAL for the form, ERANGE for a value
 * that int64_t does not hold. */
int quantity_parse(enum quantity kind, const char *text, int64_t *value);
/* In the largest unit that loses nothing: "64k", "1500ms", "2h". */
void quantity_format(enum quantity kind, int64_t value,
    char out[QUANTITY_BYTES]);

#endif
