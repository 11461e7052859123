/*
 * Text made by hand: numbers, and what does not fit.
 */
#include "config.h"

#include "base/safe_text.h"
#include "tap.h"

static struct safe_text text;

static const char *
number(int64_t value)
{
	safe_begin(&text);
	safe_put_number(&text, value);
	return text.bytes;
}

static const char *
digits(uint64_t value, unsigned width)
{
	safe_begin(&text);
	safe_put_digits(&text, value, width);
	return text.bytes;
}

static void
test_numbers(void)
{
	is_text(number(0), "0", "nothing");
	is_text(number(-7), "-7", "negative");
	is_text(number(INT64_MAX), "9223372036854775807", "the greatest");
	is_text(number(INT64_MIN), "-9223372036854775808", "the least");
	is_text(digits(7, 4), "0007", "padded");
	is_text(digits(12345, 4), "12345", "never cut");
	is_text(digits(UINT64_MAX, 1), "18446744073709551615", "without sign");
	safe_begin(&text);
	safe_put_hex(&text, UINT64_MAX - 15);
	is_text(text.bytes, "fffffffffffffff0", "hexadecimal");
}

static void
test_room(void)
{
	int i;

	safe_begin(&text);
	is_text(text.bytes, "", "empty");
	safe_put(&text, "a");
	safe_put_bytes(&text, "bcd", 2);
	is_text(text.bytes, "abc", "one after the other");
	for (i = 0; i < SAFE_TEXT_BYTES; i++)
		safe_put(&text, "0123456");
	is_int(strlen(text.bytes), SAFE_TEXT_BYTES - 1, "as much as fits");
	is_int(text.used, SAFE_TEXT_BYTES - 1, "is known");
	safe_put_number(&text, 1);
	is_int(strlen(text.bytes), SAFE_TEXT_BYTES - 1, "no more");
}

int
main(void)
{
	test_numbers();
	test_room();
	return tap_done();
}
