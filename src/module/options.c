/*
 * Fills a module's config struct from presets and from what the user gave.
 * Runs in: worker, probe.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "module/module.h"
#include "module/option_value.h"
#include "module/strings.h"

struct given {
	const struct module_argument *items;
	size_t count;
};

static int
no_memory(struct error *e)
{
	return error_set(e, PF_SYSCALL, "cannot store options: %s",
	    strerror(errno));
}

static bool
has_option(const struct prefork_module *d, const char *name)
{
	const struct prefork_option *o;

	for (o = d->options; o != NULL && o->name != NULL; o++) {
		if (strcmp(o->name, name) == 0)
			return true;
	}
	return false;
}

static int
unknown(const struct prefork_module *d, const char *name, struct error *e)
{
	const struct prefork_option *o;
	struct nearest nearest;

	if (d->options == NULL || d->options->name == NULL)
		return error_set(e, PF_OPTION_UNKNOWN,
		    "%s has no options, but \"%s\" was given", d->name, name);
	nearest_init(&nearest, name);
	for (o = d->options; o->name != NULL; o++)
		nearest_offer(&nearest, o->name);
	if (nearest.best == NULL)
		return error_set(e, PF_OPTION_UNKNOWN,
		    "%s has no option \"%s\"", d->name, name);
	return error_set(e, PF_OPTION_UNKNOWN,
	    "%s has no option \"%s\"; did you mean %s?", d->name, name,
	    nearest.best);
}

static int
check_names(const struct prefork_module *d, const struct given *given,
    struct error *e)
{
	size_t i;

	for (i = 0; i < given->count; i++) {
		if (!has_option(d, given->items[i].name))
			return unknown(d, given->items[i].name, e);
		if (given->items[i].value == NULL)
			return error_set(e, PF_OPTION_VALUE,
			    "option %s needs a value", given->items[i].name);
	}
	return 0;
}

static size_t
count_given(const struct given *given, const char *name)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < given->count; i++)
		count += strcmp(given->items[i].name, name) == 0;
	return count;
}

/* The last value given, or the preset. */
static const char *
text_of(const struct given *given, const struct prefork_option *o)
{
	size_t i;

	for (i = given->count; i > 0; i--) {
		if (strcmp(given->items[i - 1].name, o->name) == 0)
			return given->items[i - 1].value;
	}
	return o->preset;
}

static int
copy_items(struct module *m, const struct given *given, const char *name,
    const char **items)
{
	size_t i;

	for (i = 0; i < given->count; i++) {
		if (strcmp(given->items[i].name, name) != 0)
			continue;
		*items = strings_copy(&m->strings, given->items[i].value);
		if (*items++ == NULL)
			return -1;
	}
	return 0;
}

/* One item more than counted, so that items[count] is NULL: the list of a
 * program's arguments is then what execv(3) wants. */
static int
fill_list(struct module *m, const struct prefork_option *o,
    const struct given *given, struct error *e)
{
	static const struct given none;
	struct module_argument preset = { o->name, o->preset };
	const struct given preset_given = { &preset, 1 };
	struct prefork_list list;

	if (count_given(given, o->name) == 0)
		given = o->preset != NULL ? &preset_given : &none;
	list.count = count_given(given, o->name);
	list.items =
	    strings_alloc(&m->strings, (list.count + 1) * sizeof(*list.items));
	if (list.items == NULL || copy_items(m, given, o->name, list.items))
		return no_memory(e);
	memcpy((char *)m->config + o->offset, &list, sizeof(list));
	return 0;
}

static int
store(struct module *m, const struct prefork_option *o,
    const union option_value *value, struct error *e)
{
	char *member = (char *)m->config + o->offset;
	const char *text;
	enum quantity kind;

	if (option_is_number(o->type, &kind)) {
		memcpy(member, &value->number, sizeof(value->number));
		return 0;
	}
	if (o->type == PREFORK_BOOL || o->type == PREFORK_ENUM) {
		memcpy(member, &value->choice, sizeof(value->choice));
		return 0;
	}
	text = strings_copy(&m->strings, value->text);
	if (text == NULL)
		return no_memory(e);
	memcpy(member, &text, sizeof(text));
	return 0;
}

static int
fill(struct module *m, const struct prefork_option *o,
    const struct given *given, struct error *e)
{
	union option_value value;
	const char *text;

	if (o->type == PREFORK_LIST)
		return fill_list(m, o, given, e);
	if (count_given(given, o->name) > 1)
		return error_set(e, PF_OPTION_REPEATED,
		    "option %s is given twice", o->name);
	text = text_of(given, o);
	if (text == NULL)
		return 0;
	if (option_parse(o, text, &value, e) == -1)
		return -1;
	return store(m, o, &value, e);
}

static int
fill_all(struct module *m, const struct given *given, struct error *e)
{
	const struct prefork_module *d = m->descriptor;
	const struct prefork_option *o;

	if (check_names(d, given, e) == -1)
		return -1;
	if (d->config_size == 0)
		return 0;
	m->config = calloc(1, d->config_size);
	if (m->config == NULL)
		return no_memory(e);
	for (o = d->options; o != NULL && o->name != NULL; o++) {
		if (fill(m, o, given, e) == -1)
			return -1;
	}
	return 0;
}

static void
forget(struct module *m)
{
	free(m->config);
	m->config = NULL;
	strings_free(&m->strings);
}

int
module_configure(struct module *m, const struct module_argument *arguments,
    size_t count, struct error *e)
{
	const struct given given = { arguments, count };

	forget(m);
	if (m->descriptor == NULL) {
		if (count == 0)
			return 0;
		return error_set(e, PF_OPTION_UNKNOWN,
		    "a HandleClient handler has no options, "
		    "but \"%s\" was given",
		    arguments[0].name);
	}
	if (fill_all(m, &given, e) == -1) {
		forget(m);
		return -1;
	}
	return 0;
}
