/*
 * Parses the text of one option by its type.
 * Runs in: worker, probe.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "module/option_value.h"

typedef int parse_fn(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e);

static parse_fn parse_number, parse_bool, parse_text, parse_path, parse_enum;

static const struct {
	const char *name;
	parse_fn *parse;
	size_t bytes;
	size_t align;
} types[] = {
	[PREFORK_INT] = { "number", parse_number, sizeof(int64_t),
	    _Alignof(int64_t) },
	[PREFORK_SIZE] = { "size", parse_number, sizeof(int64_t),
	    _Alignof(int64_t) },
	[PREFORK_DURATION] = { "duration", parse_number, sizeof(int64_t),
	    _Alignof(int64_t) },
	[PREFORK_BOOL] = { "on or off", parse_bool, sizeof(int),
	    _Alignof(int) },
	[PREFORK_STRING] = { "text", parse_text, sizeof(const char *),
	    _Alignof(const char *) },
	[PREFORK_PATH] = { "absolute path", parse_path, sizeof(const char *),
	    _Alignof(const char *) },
	[PREFORK_ENUM] = { "one of", parse_enum, sizeof(int), _Alignof(int) },
	[PREFORK_LIST] = { "text, may be repeated", parse_text,
	    sizeof(struct prefork_list), _Alignof(struct prefork_list) },
};

static const struct {
	const char *word;
	int value;
} bool_words[] = {
	{ "on", 1 },
	{ "off", 0 },
	{ "yes", 1 },
	{ "no", 0 },
	{ "true", 1 },
	{ "false", 0 },
	{ "1", 1 },
	{ "0", 0 },
};

bool
option_type_known(enum prefork_option_type type)
{
	/* A module's table may hold anything, the type's sign included. */
	return (size_t)type < sizeof(types) / sizeof(types[0]);
}

const char *
option_type_name(enum prefork_option_type type)
{
	return types[type].name;
}

size_t
option_member_bytes(enum prefork_option_type type)
{
	return types[type].bytes;
}

size_t
option_member_align(enum prefork_option_type type)
{
	return types[type].align;
}

bool
option_is_number(enum prefork_option_type type, enum quantity *kind)
{
	*kind = QUANTITY_NUMBER;
	if (type == PREFORK_SIZE)
		*kind = QUANTITY_SIZE;
	else if (type == PREFORK_DURATION)
		*kind = QUANTITY_DURATION;
	return types[type].parse == parse_number;
}

void
option_limits(const struct prefork_option *option, char *out, size_t bytes)
{
	char min[QUANTITY_BYTES];
	char max[QUANTITY_BYTES];
	enum quantity kind;

	out[0] = '\0';
	if (!option_is_number(option->type, &kind) ||
	    (option->min == 0 && option->max == 0))
		return;
	quantity_format(kind, option->min, min);
	quantity_format(kind, option->max, max);
	if (option->max == INT64_MAX)
		snprintf(out, bytes, "%s or more", min);
	else
		snprintf(out, bytes, "%s to %s", min, max);
}

void
option_choices(const struct prefork_option *option, char *out, size_t bytes)
{
	size_t used = 0;
	size_t i;

	out[0] = '\0';
	for (i = 0; option->choices[i] != NULL && used < bytes; i++)
		used += (size_t)snprintf(out + used, bytes - used, "%s%s",
		    i == 0 ? "" : ", ", option->choices[i]);
}

static int
out_of_range(const struct prefork_option *option, const char *text,
    struct error *e)
{
	char limits[2 * QUANTITY_BYTES + 16];

	option_limits(option, limits, sizeof(limits));
	if (limits[0] == '\0')
		return error_set(e, PF_OPTION_VALUE,
		    "option %s: %s is out of range", option->name, text);
	return error_set(e, PF_OPTION_VALUE,
	    "option %s: %s is out of range, it must be %s", option->name, text,
	    limits);
}

static int
parse_number(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e)
{
	static const char *const wanted[] = {
		[QUANTITY_NUMBER] = "a whole number",
		[QUANTITY_SIZE] = "a size, such as 512, 64k, 10m or 1g",
		[QUANTITY_DURATION] = "a duration, such as 10ms, 30s or 5m",
	};
	enum quantity kind;
	int64_t number;

	option_is_number(option->type, &kind);
	if (quantity_parse(kind, text, &number) == -1) {
		if (errno == ERANGE)
			return out_of_range(option, text, e);
		return error_set(e, PF_OPTION_VALUE,
		    "option %s: \"%s\" is not %s", option->name, text,
		    wanted[kind]);
	}
	if ((option->min != 0 || option->max != 0) &&
	    (number < option->min || number > option->max))
		return out_of_range(option, text, e);
	value->number = number;
	return 0;
}

static int
parse_bool(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e)
{
	size_t i;

	for (i = 0; i < sizeof(bool_words) / sizeof(bool_words[0]); i++) {
		if (strcmp(bool_words[i].word, text) == 0) {
			value->choice = bool_words[i].value;
			return 0;
		}
	}
	return error_set(e, PF_OPTION_VALUE,
	    "option %s: \"%s\" is neither on nor off", option->name, text);
}

static int
parse_text(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e)
{
	(void)option;
	(void)e;
	value->text = text;
	return 0;
}

static int
parse_path(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e)
{
	if (text[0] != '/')
		return error_set(e, PF_OPTION_VALUE,
		    "option %s: \"%s\" is not a path that begins with /",
		    option->name, text);
	value->text = text;
	return 0;
}

static int
parse_enum(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e)
{
	char choices[ERROR_TEXT_BYTES / 2];
	int i;

	for (i = 0; option->choices[i] != NULL; i++) {
		if (strcmp(option->choices[i], text) == 0) {
			value->choice = i;
			return 0;
		}
	}
	option_choices(option, choices, sizeof(choices));
	return error_set(e, PF_OPTION_VALUE,
	    "option %s: \"%s\" is not one of: %s", option->name, text, choices);
}

int
option_parse(const struct prefork_option *option, const char *text,
    union option_value *value, struct error *e)
{
	return types[option->type].parse(option, text, value, e);
}
