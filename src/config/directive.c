/*
 * The table of directives, and reading those that are one value.
 * Responsible for limits and the words of errors; not for files.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "config/directive.h"
#include "config/print.h"
#include "config/readers.h"
#include "config/writers.h"

#define DAYS(n) (INT64_C(86400000) * (n))
#define MIB(n)	(INT64_C(1048576) * (n))

#define MEMBER(type, member) \
	.offset = offsetof(type, member), .bytes = sizeof(((type *)0)->member)
#define VALUE(kind, low, high) .form = FORM_##kind, .min = (low), .max = (high)
#define TOP(kind, member, low, high)                         \
	.scope = SCOPE_TOP, MEMBER(struct settings, member), \
	VALUE(kind, low, high)
#define SERVICE(kind, member, low, high)                                 \
	.scope = SCOPE_SERVICE, MEMBER(struct service_settings, member), \
	VALUE(kind, low, high)
#define SERVICE_OR_NONE(kind, member, low, high) \
	SERVICE(kind, member, low, high), .or_none = true
#define WORDS(where, reader)                                               \
	.scope = SCOPE_##where, .form = FORM_WORDS, .read = read_##reader, \
	.write = write_##reader
#define KEPT(where, reader) WORDS(where, reader), .keep = keep_##reader
#define MANY(where, reader) WORDS(where, reader), .many = true
#define BLOCK(where, kind)  .scope = SCOPE_##where, .form = FORM_##kind
#define BLOCKS(where, kind) BLOCK(where, kind), .many = true
#define ANEW		    false
#define FIXED		    true

const struct directive directives[] = {
#define DIRECTIVE(word, form_of, how, otherwise, reload, line) \
	{ .name = #word,                                       \
		form_of,                                       \
		.usage = (how),                                \
		.preset = (otherwise),                         \
		.fixed = (reload),                             \
		.help = (line) },
#include "config/directive.def"
#undef DIRECTIVE
};

const size_t directive_count = sizeof(directives) / sizeof(directives[0]);
_Static_assert(sizeof(directives) / sizeof(directives[0]) <= DIRECTIVES_MAX,
    "more directives than a set of them holds");

const struct directive *
directive_find(const char *name)
{
	size_t i;

	for (i = 0; i < directive_count; i++)
		if (strcmp(directives[i].name, name) == 0)
			return &directives[i];
	return NULL;
}

bool
directive_changed(struct change *change, const struct settings *before,
    const struct settings *after)
{
	const struct directive *d =
	    change->directive != NULL ? change->directive + 1 : directives;

	for (; d < directives + directive_count; d++) {
		free(change->before);
		free(change->after);
		change->before = change->after = NULL;
		if (!d->fixed)
			continue;
		change->directive = d;
		change->before = settings_value(before, d);
		change->after = settings_value(after, d);
		if (change->before != NULL && change->after != NULL &&
		    strcmp(change->before, change->after) != 0)
			return true;
	}
	free(change->before);
	free(change->after);
	change->before = change->after = NULL;
	return false;
}

void
directive_keep(const struct directive *directive, const struct settings *from,
    struct settings *to)
{
	const char *path;

	if (directive->keep != NULL)
		directive->keep(from, to);
	if (directive->form != FORM_PATH)
		return;
	memcpy(&path, (const char *)from + directive->offset, sizeof(path));
	if (path != NULL)
		path = settings_copy(to, path);
	memcpy((char *)to + directive->offset, &path, sizeof(path));
}

int
use_fail(const struct use *use, size_t index, enum msg_id id,
    const char *format, ...)
{
	const struct place place = { use->file, use->words[index].position };
	char text[ERROR_TEXT_BYTES];
	struct error e;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	(void)error_set(&e, id, "%s", text);
	return complain(use->complaints, &place, &e);
}

int
use_too_much(const struct use *use, size_t index)
{
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "'%s' is too much behind %s", use->words[index].text,
	    use->words[0].text);
}

/* There is one, but not here. */
static int
misplaced(const struct use *use, const struct directive *directive)
{
	return use_fail(use, 0, PF_DIRECTIVE_PLACE,
	    directive->scope == SCOPE_TOP ?
		"%s is not a directive of a service" :
		"%s belongs into the block of a service",
	    directive->name);
}

int
use_unknown(const struct use *use, enum scope scope)
{
	const char *name = use->words[0].text;
	const struct directive *elsewhere = directive_find(name);
	struct nearest nearest;
	size_t i;

	if (elsewhere != NULL)
		return misplaced(use, elsewhere);
	nearest_init(&nearest, name);
	for (i = 0; i < directive_count; i++)
		if ((directives[i].scope & scope) != 0)
			nearest_offer(&nearest, directives[i].name);
	if (nearest.best == NULL)
		return use_fail(use, 0, PF_DIRECTIVE_UNKNOWN,
		    "there is no directive '%s'", name);
	return use_fail(use, 0, PF_DIRECTIVE_UNKNOWN,
	    "there is no directive '%s'; did you mean %s?", name, nearest.best);
}

enum quantity
directive_quantity(const struct directive *directive)
{
	switch (directive->form) {
	case FORM_SIZE:
		return QUANTITY_SIZE;
	case FORM_TIME:
		return QUANTITY_DURATION;
	default:
		return QUANTITY_NUMBER;
	}
}

/* "a number from 1 to 4096", "a time from 1s to 8760h, or 0" */
static void
describe_limits(const struct directive *limits, char *text, size_t bytes)
{
	static const char *const kinds[] = {
		[FORM_NUMBER] = "a number",
		[FORM_SIZE] = "a size (64k, 10m, 1g)",
		[FORM_TIME] = "a time (10ms, 30s, 5m, 2h)",
		[FORM_PERCENT] = "a percentage",
	};
	const char *unit = limits->form == FORM_PERCENT ? "%" : "";
	char min[QUANTITY_BYTES], max[QUANTITY_BYTES + 4];
	enum quantity kind = directive_quantity(limits);

	quantity_format(kind, limits->min, min);
	(void)snprintf(max, sizeof(max), " to ");
	quantity_format(kind, limits->max, max + 4);
	(void)snprintf(text, bytes, "%s from %s%s%s%s%s", kinds[limits->form],
	    min, unit, limits->max == INT64_MAX ? " on" : max,
	    limits->max == INT64_MAX ? "" : unit,
	    limits->or_none ? ", or 0 for none" : "");
}

/* A percentage is written with its sign. */
static int
parse_quantity(const struct directive *limits, const char *text, int64_t *value)
{
	char number[QUANTITY_BYTES];
	size_t bytes = strlen(text);

	/* A sign that changes nothing is a mistake more often than not. */
	if (text[0] == '+' || text[0] == '-')
		return -1;
	if (limits->form != FORM_PERCENT)
		return quantity_parse(directive_quantity(limits), text, value);
	if (bytes < 2 || bytes > sizeof(number) || text[bytes - 1] != '%')
		return -1;
	memcpy(number, text, bytes - 1);
	number[bytes - 1] = '\0';
	return quantity_parse(QUANTITY_NUMBER, number, value);
}

int
use_number(const struct use *use, size_t index, const struct directive *limits,
    int64_t *value)
{
	char wanted[128];

	if (parse_quantity(limits, use->words[index].text, value) == 0 &&
	    ((*value >= limits->min && *value <= limits->max) ||
		(limits->or_none && *value == 0)))
		return 0;
	describe_limits(limits, wanted, sizeof(wanted));
	return use_fail(use, index, PF_DIRECTIVE_VALUE, "%s needs %s, not '%s'",
	    limits->name, wanted, use->words[index].text);
}

static void *
member_of(const struct directive *directive, const struct use *use)
{
	char *object = directive->scope == SCOPE_SERVICE ?
	    (char *)use->service :
	    (char *)use->settings;

	return object + directive->offset;
}

static int
read_number(const struct directive *directive, const struct use *use)
{
	int64_t value;
	unsigned small;

	if (use_number(use, 1, directive, &value) == -1)
		return -1;
	small = (unsigned)value;
	if (directive->bytes == sizeof(small))
		memcpy(member_of(directive, use), &small, sizeof(small));
	else
		memcpy(member_of(directive, use), &value, sizeof(value));
	return 0;
}

static int
read_path(const struct directive *directive, const struct use *use)
{
	const char *path = use->words[1].text, *copy;

	if (path[0] != '/')
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "%s needs a path that begins with /, not '%s'",
		    directive->name, path);
	copy = settings_copy(use->settings, path);
	if (copy == NULL)
		return use_fail(use, 1, PF_SYSCALL, "no memory for %s", path);
	memcpy(member_of(directive, use), &copy, sizeof(copy));
	return 0;
}

int
directive_read(const struct directive *directive, const struct use *use)
{
	if (use->count < 2)
		return use_fail(use, 0, PF_DIRECTIVE_VALUE,
		    "%s needs a value: %s %s", directive->name, directive->name,
		    directive->usage);
	if (directive->form == FORM_WORDS)
		return directive->read(use);
	if (use->count > 2)
		return use_too_much(use, 2);
	if (directive->form == FORM_PATH)
		return read_path(directive, use);
	return read_number(directive, use);
}
