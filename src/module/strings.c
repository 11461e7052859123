/*
 * A chain of blocks with one owner.
 * Runs in: worker, probe.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "module/strings.h"

struct module_strings {
	struct module_strings *next;
	_Alignas(max_align_t) unsigned char data[];
};

void *
strings_alloc(struct module_strings **strings, size_t bytes)
{
	struct module_strings *block;

	block = calloc(1, sizeof(*block) + bytes);
	if (block == NULL)
		return NULL;
	block->next = *strings;
	*strings = block;
	return block->data;
}

const char *
strings_copy(struct module_strings **strings, const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy;

	copy = strings_alloc(strings, bytes);
	if (copy != NULL)
		memcpy(copy, text, bytes);
	return copy;
}

void
strings_free(struct module_strings **strings)
{
	struct module_strings *block;

	while ((block = *strings) != NULL) {
		*strings = block->next;
		free(block);
	}
}
