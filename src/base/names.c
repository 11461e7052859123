/*
 * The table of names that were looked up.
 * Runs in: master at a reload, and its helper.
 */
#include "config.h"

#include <sys/mman.h>

#include <string.h>

#include "base/fd.h"
#include "base/names.h"

#define MOST	   1024
#define TEXT_BYTES 320 /* a name of 255 bytes and a port */

/* A file with holes: what is not written takes no memory. */
struct table {
	int count;
	struct name {
		enum names_kind kind;
		char text[TEXT_BYTES];
		unsigned char answer[NAMES_ANSWER_BYTES];
	} names[MOST];
};

static struct table *table; /* NULL: everybody asks */
static bool noting, missing;

int
names_begin(void)
{
	names_end();
	table = fd_memory_shared("prefork-names", sizeof(*table));
	return table != NULL ? 0 : -1;
}

bool
names_are_missing(void)
{
	return missing;
}

void
names_note(void)
{
	noting = true;
}

void
names_end(void)
{
	if (table != NULL)
		(void)munmap(table, sizeof(*table));
	table = NULL;
	noting = missing = false;
}

static const struct name *
find(const struct names_query *query)
{
	int i;

	for (i = 0; i < table->count; i++)
		if (table->names[i].kind == query->kind &&
		    strcmp(table->names[i].text, query->text) == 0)
			return &table->names[i];
	return NULL;
}

int
names_find(const struct names_query *query, void *answer, size_t bytes,
    struct error *e)
{
	const struct name *name;

	if (table == NULL)
		return 0;
	name = find(query);
	if (name != NULL) {
		memcpy(answer, name->answer, bytes);
		return 1;
	}
	if (noting)
		return 0;
	missing = true;
	return error_set(e, PF_RESOLVE, "\"%.128s\" was not looked up",
	    query->text);
}

int
names_add(const struct names_query *query, const void *answer, size_t bytes,
    struct error *e)
{
	struct name *name;

	if (table == NULL)
		return 0;
	if (table->count == MOST || strlen(query->text) >= TEXT_BYTES ||
	    bytes > NAMES_ANSWER_BYTES)
		return error_set(e, PF_RESOLVE,
		    "\"%.128s\" is too long, or there are more than %d names",
		    query->text, MOST);
	name = &table->names[table->count];
	name->kind = query->kind;
	strcpy(name->text, query->text);
	memcpy(name->answer, answer, bytes);
	table->count++;
	return 0;
}
