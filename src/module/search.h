/*
 * The directories of a module path, one after the other.
 * Runs in: master, -L child.
 */
#ifndef PREFORK_MODULE_SEARCH_H
#define PREFORK_MODULE_SEARCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "module/module.h"

struct search {
	const char *left[3]; /* what is left of each list; NULL: nothing */
};

void search_init(struct search *s, const struct module_path *path);
/* The next directory, absolute; false after the last.  Empty entries are
 * passed over: an empty one must not mean the current directory. */
bool search_next(struct search *s, char dir[PATH_MAX]);
/* The first `bytes` bytes of `path` as an absolute path; links are not
 * resolved, so that a link that moves is followed at the next reload.
 * 0, or -1 with errno. */
int search_absolute(const char *path, size_t bytes, char out[PATH_MAX]);

#endif
