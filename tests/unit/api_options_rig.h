/*
 * What the tests of the command line share: a line cut into words, parsed.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_API_OPTIONS_RIG_H
#define PREFORK_TESTS_API_OPTIONS_RIG_H

#include "api/options.h"
#include "rig.h"
#include "tap.h"

#define RIG_WORDS 16

static struct options o;
static struct error e;
static char *arguments[RIG_WORDS + 2];

/* A copy at a place of its own: getopt remembers where it was in a word, and
 * must find the same bytes there as before. */
static inline char *
keep(const char *text)
{
	static char space[16384];
	static size_t used;
	char *place = space + used;

	used += strlen(text) + 1;
	rig_require(used <= sizeof(space), "space");
	strcpy(place, text);
	return place;
}

/* Words at blanks; '' is an empty one.  Fills `arguments`. */
static inline int
cut(const char *program, const char *line)
{
	char *word;
	int count = 0;

	arguments[count++] = keep(program);
	for (word = strtok(keep(line), " "); word != NULL && count <= RIG_WORDS;
	     word = strtok(NULL, " "))
		arguments[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
	arguments[count] = NULL;
	return count;
}

/* There is no portable way to tell getopt, left in the midst of a word, that
 * another command line begins. */
static inline void
finish_getopt(int count)
{
	while (getopt(count, arguments, "+:") != -1)
		continue;
}

static inline int
parse(const char *line, const struct prefork_module *builtin)
{
	int count = cut("/usr/sbin/own", line), result;

	e.id = PF_NONE;
	e.text[0] = '\0';
	result = options_parse(&o, count, arguments, builtin, &e);
	finish_getopt(count);
	return result;
}

static inline void
forget(void)
{
	options_fini(&o);
}

/* The only service. */
static inline struct service_settings *
service(void)
{
	return &o.settings->services[0];
}

#endif
