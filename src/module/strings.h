/*
 * Texts and arrays that a module's config points to, freed together.
 * Runs in: worker, probe.
 */
#ifndef PREFORK_MODULE_STRINGS_H
#define PREFORK_MODULE_STRINGS_H

#include <stddef.h>

struct module_strings; /* NULL: nothing stored */

/* Zeroed storage, or NULL with errno. */
void *strings_alloc(struct module_strings **strings, size_t bytes);
/* Copy of `text`, or NULL with errno. */
const char *strings_copy(struct module_strings **strings, const char *text);
/* Frees all and sets *strings to NULL. */
void strings_free(struct module_strings **strings);

#endif
