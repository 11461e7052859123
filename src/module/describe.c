/*
 * What people read about a module: a line of -L, the page of -H.
 * Runs in: -L/-H child.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "module/module.h"
#include "module/option_value.h"

#define WIDTH	     80
#define INDENT	     2
#define NAME_COLUMNS 18 /* longer option names get a line of their own */
#define FACTS_BYTES  1024

static const struct {
	unsigned flag;
	const char *text;
} flag_texts[] = {
	{ PREFORK_CLIENT_FIRST, "The client speaks first." },
	{ PREFORK_SINGLE_WORKER, "Runs in exactly one worker." },
	{ PREFORK_DATAGRAMS, "Serves datagrams." },
	{ PREFORK_LONG_ANSWERS,
	    "Answers to datagrams may be longer than these." },
};

static const char *
or_text(const char *text, const char *instead)
{
	return text != NULL && text[0] != '\0' ? text : instead;
}

void
module_list_line(const struct module *m, const char *name, char *line,
    size_t bytes)
{
	const struct prefork_module *d = m->descriptor;

	if (d == NULL)
		snprintf(line, bytes, "%-13s %-4s %s", name, "-",
		    "exports HandleClient");
	else
		snprintf(line, bytes, "%-13s %-4s %s", name,
		    or_text(d->version, "-"), or_text(d->summary, "-"));
}

/* Words of `text`, broken at the right edge; the first line begins at
 * `column`, the others at `indent`. */
static void
wrap(FILE *page, const char *text, int indent, int column)
{
	int bytes;

	for (; *text != '\0'; text += strspn(text, " ")) {
		bytes = (int)strcspn(text, " ");
		if (column > indent && column + 1 + bytes > WIDTH) {
			fputc('\n', page);
			column = 0;
		} else if (column > indent) {
			fputc(' ', page);
			column++;
		}
		if (column < indent) {
			fprintf(page, "%*s", indent - column, "");
			column = indent;
		}
		fprintf(page, "%.*s", bytes, text);
		column += bytes;
		text += bytes;
	}
	fputc('\n', page);
}

/* "size, default 0, 0 to 1g" */
static void
option_facts(const struct prefork_option *o, char *out, size_t bytes)
{
	char choices[FACTS_BYTES / 2] = "";
	char limits[2 * QUANTITY_BYTES + 16];

	option_limits(o, limits, sizeof(limits));
	if (o->type == PREFORK_ENUM)
		option_choices(o, choices, sizeof(choices));
	snprintf(out, bytes, "%s%s%s%s%s%s%s", option_type_name(o->type),
	    choices[0] != '\0' ? " " : "", choices,
	    limits[0] != '\0' ? ", " : "", limits,
	    o->preset != NULL ? "; default " : "",
	    or_text(o->preset, o->preset != NULL ? "\"\"" : ""));
}

/* Column at which the texts begin: all names that are not overlong fit. */
static int
text_column(const struct prefork_option *options)
{
	const struct prefork_option *o;
	size_t longest = 4;
	size_t bytes;

	for (o = options; o->name != NULL; o++) {
		bytes = strlen(o->name);
		if (bytes > longest && bytes <= NAME_COLUMNS)
			longest = bytes;
	}
	return (int)longest + 2 * INDENT;
}

static void
describe_option(FILE *page, const struct prefork_option *o, int indent)
{
	char facts[FACTS_BYTES];
	int column;

	column = fprintf(page, "%*s%s", INDENT, "", o->name);
	if (column + INDENT > indent) {
		fputc('\n', page);
		column = 0;
	}
	fprintf(page, "%*s", indent - column, "");
	option_facts(o, facts, sizeof(facts));
	wrap(page, facts, indent, indent);
	if (o->help != NULL && o->help[0] != '\0')
		wrap(page, o->help, indent, 0);
}

static void
describe_options(FILE *page, const struct prefork_option *options)
{
	const struct prefork_option *o;
	int indent;

	if (options == NULL || options->name == NULL) {
		fputs("\nIt has no options.\n", page);
		return;
	}
	indent = text_column(options);
	fputs("\nOptions:\n", page);
	for (o = options; o->name != NULL; o++)
		describe_option(page, o, indent);
}

static void
describe(FILE *page, const struct module *m, const char *name)
{
	const struct prefork_module *d = m->descriptor;
	size_t i;

	if (d == NULL) {
		fprintf(page, "%s\n\n", name);
		wrap(page,
		    "A shared object that exports HandleClient. "
		    "It has no options.",
		    INDENT, 0);
		return;
	}
	fprintf(page, "%s %s\n\n", name, or_text(d->version, ""));
	wrap(page, or_text(d->summary, "(no summary)"), INDENT, 0);
	for (i = 0; i < sizeof(flag_texts) / sizeof(flag_texts[0]); i++) {
		if ((d->flags & flag_texts[i].flag) != 0)
			wrap(page, flag_texts[i].text, INDENT, 0);
	}
	describe_options(page, d->options);
}

int
module_describe(const struct module *m, const char *name, int fd)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *page;
	int saved;
	int rc;

	page = open_memstream(&text, &bytes);
	if (page == NULL)
		return -1;
	describe(page, m, name);
	rc = fclose(page) == 0 ? fd_write_all(fd, text, bytes) : -1;
	saved = errno;
	free(text);
	errno = saved;
	return rc;
}
