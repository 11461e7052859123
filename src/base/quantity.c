/*
 * Reads and writes numbers, sizes and durations.
 * Runs in: every process.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* Of two units of the same factor the first is the one that is written. */
static const struct unit number_units[] = {
	{ "", 1 },
	{ NULL, 0 },
};

static const struct unit size_units[] = {
	{ "", 1 },
	{ "k", INT64_C(1) << 10 },
	{ "m", INT64_C(1) << 20 },
	{ "g", INT64_C(1) << 30 },
	{ "K", INT64_C(1) << 10 },
	{ "M", INT64_C(1) << 20 },
	{ "G", INT64_C(1) << 30 },
	{ NULL, 0 },
};

static const struct unit duration_units[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60 * 1000 },
	{ "h", 3600 * 1000 },
	{ "", 1000 },
	{ NULL, 0 },
};

static const struct {
	const char *name;
	const struct unit *units;
} kinds[] = {
	[QUANTITY_NUMBER] = { "number", number_units },
	[QUANTITY_SIZE] = { "size", size_units },
	[QUANTITY_DURATION] = { "duration", duration_units },
};

const char *
quantity_name(enum quantity kind)
{
	return kinds[kind].name;
}

static const struct unit *
find_unit(enum quantity kind, const char *name)
{
	const struct unit *unit;

	for (unit = kinds[kind].units; unit->name != NULL; unit++) {
		if (strcmp(unit->name, name) == 0)
			return unit;
	}
	return NULL;
}

/* Adds downwards from zero, because the negative side of int64_t is the
 * longer one.  Goes on over all digits after an overflow, so that what
 * follows them is still looked at.  Returns whether it fitted. */
static int
read_digits(const char **text, int64_t *negative)
{
	int fits = 1;
	int digit;

	*negative = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		digit = **text - '0';
		if (*negative < (INT64_MIN + digit) / 10)
			fits = 0;
		else
			*negative = *negative * 10 - digit;
	}
	return fits;
}

int
quantity_parse(enum quantity kind, const char *text, int64_t *value)
{
	const struct unit *unit;
	const char *digits;
	int64_t number;
	int minus = *text == '-';
	int fits;

	if (kind == QUANTITY_NUMBER && (*text == '-' || *text == '+'))
		text++;
	digits = text;
	fits = read_digits(&text, &number);
	unit = find_unit(kind, text);
	if (text == digits || unit == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (!fits || number < INT64_MIN / unit->factor ||
	    (!minus && number * unit->factor == INT64_MIN)) {
		errno = ERANGE;
		return -1;
	}
	*value = minus ? number * unit->factor : -(number * unit->factor);
	return 0;
}

void
quantity_format(enum quantity kind, int64_t value, char out[QUANTITY_BYTES])
{
	const struct unit *best = kinds[kind].units;
	const struct unit *unit;

	for (unit = best; value != 0 && unit->name != NULL; unit++) {
		if (unit->factor > best->factor && value % unit->factor == 0)
			best = unit;
	}
	snprintf(out, QUANTITY_BYTES, "%" PRId64 "%s", value / best->factor,
	    value != 0 ? best->name : "");
}
