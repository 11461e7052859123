/*
 * JSON (RFC 8259) written piece by piece into a buffer: commas and quoting are
 * done here, what is opened must be closed by the caller.  Text that is not
 * UTF-8 is written byte by byte as \u00XX.
 * Runs in: every process.
 */
#ifndef PREFORK_BASE_JSON_H
#define PREFORK_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	char *text; /* always terminated */
	size_t room, length;
	bool comma; /* before the next value */
	bool full;  /* what was put last did not fit and is left out */
};

/* Of at least 1 byte. */
void json_begin(struct json *json, char *text, size_t room);
/* What was put so far has been taken: go on with an empty buffer. */
void json_taken(struct json *json);
/* `name` is NULL in an array. */
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);
void json_number(struct json *json, const char *name, int64_t number);
/* "12.345" of 12345. */
void json_thousandths(struct json *json, const char *name, int64_t number);
/* NULL is null. */
void json_text(struct json *json, const char *name, const char *text);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
/* Bytes of the UTF-8 character (RFC 3629) at terminated `at` that may stand in
 * JSON as it is; 0: it has to be escaped.  Quotation mark and backslash count
 * as such characters all the same.  Async-signal-safe. */
size_t json_character(const char *at);

#endif
