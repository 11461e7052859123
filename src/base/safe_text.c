/*
 * Text made by hand, for signal handlers.
 * Runs in: every process.
 */
#include "config.h"

#include <string.h>

#include "base/safe_text.h"

/* Binary digits of a uint64_t; no base has more. */
#define DIGITS_MAX 64

void
safe_begin(struct safe_text *text)
{
	text->used = 0;
	text->bytes[0] = '\0';
}

void
safe_put_bytes(struct safe_text *text, const char *what, size_t bytes)
{
	size_t room = sizeof(text->bytes) - 1 - text->used;

	if (bytes > room)
		bytes = room;
	memcpy(text->bytes + text->used, what, bytes);
	text->used += bytes;
	text->bytes[text->used] = '\0';
}

void
safe_put(struct safe_text *text, const char *what)
{
	safe_put_bytes(text, what, strlen(what));
}

static void
put_in_base(struct safe_text *text, uint64_t number, unsigned base,
    unsigned width)
{
	static const char symbols[] = "0123456789abcdef";
	char digits[DIGITS_MAX];
	size_t at = sizeof(digits);

	do {
		digits[--at] = symbols[number % base];
		number /= base;
	} while (at > 0 && (number > 0 || sizeof(digits) - at < width));
	safe_put_bytes(text, digits + at, sizeof(digits) - at);
}

void
safe_put_digits(struct safe_text *text, uint64_t number, unsigned width)
{
	put_in_base(text, number, 10, width);
}

void
safe_put_number(struct safe_text *text, int64_t number)
{
	if (number < 0)
		safe_put(text, "-");
	/* Not -number: that of the least does not exist. */
	put_in_base(text, number < 0 ? -(uint64_t)number : (uint64_t)number, 10,
	    1);
}

void
safe_put_hex(struct safe_text *text, uint64_t number)
{
	put_in_base(text, number, 16, 1);
}
