/*
 * Text made without stdio, locale or memory: for signal handlers, where
 * POSIX.1-2008 2.4.3 allows little else.  What does not fit is left out; the
 * text is always terminated.  Everything here is async-signal-safe.
 * Runs in: every process.
 */
#ifndef PREFORK_BASE_SAFE_TEXT_H
#define PREFORK_BASE_SAFE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define SAFE_TEXT_BYTES 512

struct safe_text {
	size_t used;
	char bytes[SAFE_TEXT_BYTES];
};

void safe_begin(struct safe_text *text);
void safe_put(struct safe_text *text, const char *what);
void safe_put_bytes(struct safe_text *text, const char *what, size_t bytes);
void safe_put_number(struct safe_text *text, int64_t number);
/* At least `width` digits, zeros first: decimal. */
void safe_put_digits(struct safe_text *text, uint64_t number, unsigned width);
/* Lower case, without 0x. */
void safe_put_hex(struct safe_text *text, uint64_t number);

#endif
