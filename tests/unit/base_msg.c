/*
 * The message table and the sentences of errors.
 */
#include "config.h"

#include <errno.h>

#include "base/error.h"
#include "tap.h"

static const int numbers[] = {
#define MSG(name, number, level, code, meaning, remedy) number,
#include "base/msg.def"
#undef MSG
};

#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void
test_table(void)
{
	size_t i, rising = 1, found = 0;

	for (i = 0; i < NUMBERS; i++) {
		found += (int)msg_find(numbers[i])->id == numbers[i];
		rising += i > 0 && numbers[i] > numbers[i - 1];
	}
	is_int(found, NUMBERS, "every number is found");
	is_int(rising, NUMBERS, "numbers rise, none is used twice");
	is_text(msg_find(PF_BIND)->name, "BIND", "a row has its name");
	is_int(msg_find(4711)->id, PF_BUG, "an unknown number is a bug");
	is_int(msg_find(-1)->id, PF_BUG, "a negative one too");
	is_text(msg_level_name(LEVEL_DEBUG), "debug", "a level's name");
	is_text(msg_level_name((enum msg_level)77), "unknown", "no level");
}

static void
test_error(void)
{
	struct error e;
	char text[2 * ERROR_TEXT_BYTES];

	errno = ENOTTY;
	is_int(error_set(&e, PF_BIND, "bind %s\n\033[m\177", "x"), -1, "-1");
	is_int(errno, ENOTTY, "errno is kept");
	is_text(e.text, "bind x??[m?", "control bytes are gone");
	is_int(error_exit_code(&e), 69, "the exit code of the row");
	(void)error_set(&e, PF_BIND, "again: %s", e.text);
	is_text(e.text, "again: bind x??[m?", "the old text may be part");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)error_set(&e, PF_BIND, "%s", text);
	is_int(strlen(e.text), ERROR_TEXT_BYTES - 1, "a long one is cut");
}

int
main(void)
{
	test_table();
	test_error();
	return tap_done();
}
