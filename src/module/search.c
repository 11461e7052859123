/*
 * Walks -M, then PREFORK_MODULE_PATH, then the built-in directory.
 * Runs in: master, -L child.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "module/search.h"

void
search_init(struct search *s, const struct module_path *path)
{
	s->left[0] = path->option;
	s->left[1] = path->environment;
	s->left[2] = path->builtin;
}

int
search_absolute(const char *path, size_t bytes, char out[PATH_MAX])
{
	size_t used = 0;

	if (bytes == 0 || path[0] != '/') {
		if (getcwd(out, PATH_MAX) == NULL)
			return -1;
		used = strlen(out);
		if (out[used - 1] != '/')
			out[used++] = '/';
		for (; bytes > 1 && memcmp(path, "./", 2) == 0; bytes -= 2)
			path += 2;
	}
	if (used + bytes >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(out + used, path, bytes);
	out[used + bytes] = '\0';
	return 0;
}

/* Cut the first entry off the list; only the environment's is a colon list,
 * a directory given by itself may contain a colon. */
static size_t
take_entry(const char **list, bool colons)
{
	size_t bytes = strcspn(*list, colons ? ":" : "");

	*list = (*list)[bytes] == ':' ? *list + bytes + 1 : NULL;
	return bytes;
}

bool
search_next(struct search *s, char dir[PATH_MAX])
{
	const char *entry;
	size_t bytes;
	int i;

	for (i = 0; i < 3; i++) {
		while ((entry = s->left[i]) != NULL) {
			bytes = take_entry(&s->left[i], i == 1);
			if (bytes != 0 &&
			    search_absolute(entry, bytes, dir) == 0)
				return true;
		}
	}
	return false;
}
