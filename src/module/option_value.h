/*
 * One value of one option: its text form and its place in the config struct.
 * Runs in: worker, probe.
 */
#ifndef PREFORK_MODULE_OPTION_VALUE_H
#define PREFORK_MODULE_OPTION_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <prefork/module.h>

#include "base/error.h"
#include "base/quantity.h"

/* By the type: number INT SIZE DURATION, choice BOOL ENUM, text the rest (the
 * text that was parsed, not a copy). */
union option_value {
	int64_t number;
	int choice;
	const char *text;
};

bool option_type_known(enum prefork_option_type type);
/* "size", "yes or no", "list" .., as -H tells it. */
const char *option_type_name(enum prefork_option_type type);
/* Size and alignment of the member that the option fills. */
size_t option_member_bytes(enum prefork_option_type type);
size_t option_member_align(enum prefork_option_type type);
/* Is it a type with limits?  *kind says how its numbers are written. */
bool option_is_number(enum prefork_option_type type, enum quantity *kind);
/* "10 to 1k"; "" where the option has no limits. */
void option_limits(const struct prefork_option *option, char *out,
    size_t bytes);
/* "ok, fail, crash" */
void option_choices(const struct prefork_option *option, char *out,
    size_t bytes);
/* -1 with `e` (OPTION_VALUE) for what is not a value of this option. */
int option_parse(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e);

#endif
