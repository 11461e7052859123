/*
 * The table of names that were looked up.
 * Runs in: master at a reload, and its helper.
 */
#include "config.h"

#include <sys/mman.h>

#include <string.h>

#include "base/fd.h"
#include "listener/names.h"

#define MOST	   1024
#define TEXT_BYTES 320 /* a name of 255 bytes and a port */

/* A file with holes: what is not written takes no memory. */
struct table {
	int count;
	struct name {
		char text[TEXT_BYTES];
		int count;
		struct endpoint endpoints[ENDPOINTS_PER_ADDRESS];
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
find(const char *text)
{
	int i;

	for (i = 0; i < table->count; i++)
		if (strcmp(table->names[i].text, text) == 0)
			return &table->names[i];
	return NULL;
}

int
names_find(const char *text, struct endpoint *out, struct error *e)
{
	const struct name *name;

	if (table == NULL)
		return 0;
	name = find(text);
	if (name != NULL) {
		memcpy(out, name->endpoints,
		    (size_t)name->count * sizeof(*out));
		return name->count;
	}
	if (noting)
		return 0;
	missing = true;
	return error_set(e, PF_RESOLVE, "\"%.128s\" was not looked up", text);
}

int
names_add(const char *text, const struct endpoint *found, int count,
    struct error *e)
{
	struct name *name;

	if (table == NULL)
		return 0;
	if (table->count == MOST || strlen(text) >= TEXT_BYTES)
		return error_set(e, PF_RESOLVE,
		    "\"%.128s\" is too long, or there are more than %d names",
		    text, MOST);
	name = &table->names[table->count++];
	strcpy(name->text, text);
	name->count = count;
	memcpy(name->endpoints, found, (size_t)count * sizeof(*found));
	return 0;
}
