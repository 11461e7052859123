/*
 * From what the user calls a handler to a file and to a service name.
 * Looks at names and file types only; no byte of a module is read.
 * Runs in: master.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "module/module.h"
#include "module/search.h"

#define SERVICE_NAME_MAX 31

static int
find_path(const char *handler, char found[PATH_MAX], struct error *e)
{
	struct stat st;

	if (search_absolute(handler, strlen(handler), found) == -1)
		return error_set(e, PF_MODULE_OPEN, "cannot load %s: %s",
		    handler, strerror(errno));
	if (stat(found, &st) == -1)
		return error_set(e, PF_MODULE_OPEN, "cannot load %s: %s", found,
		    strerror(errno));
	/* Opening a fifo would hang. */
	if (!S_ISREG(st.st_mode))
		return error_set(e, PF_MODULE_OPEN,
		    "cannot load %s: not a regular file", found);
	return 0;
}

/* "/a, /b", as far as it has room. */
static void
list_directories(const struct module_path *path, char *out, size_t bytes)
{
	struct search search;
	char dir[PATH_MAX];
	size_t used = 0;

	snprintf(out, bytes, "any directory");
	search_init(&search, path);
	while (used < bytes && search_next(&search, dir))
		used += (size_t)snprintf(out + used, bytes - used, "%s%s",
		    used == 0 ? "" : ", ", dir);
}

struct guess {
	struct nearest nearest;
	char name[NEAREST_NAME_BYTES];
};

static void
guess_visit(void *arg, const char *name, const char *file)
{
	struct guess *guess = arg;

	(void)file;
	nearest_offer(&guess->nearest, name);
	/* `name` does not outlive this call. */
	if (guess->nearest.best == name) {
		memcpy(guess->name, name, strlen(name) + 1);
		guess->nearest.best = guess->name;
	}
}

static int
unknown(const char *name, const struct module_path *path, struct error *e)
{
	char where[ERROR_TEXT_BYTES / 2];
	const char *suffix = strrchr(name, '.');
	struct guess guess;

	list_directories(path, where, sizeof(where));
	if (suffix != NULL && strcmp(suffix, ".so") == 0)
		return error_set(e, PF_HANDLER_UNKNOWN,
		    "no module %s.so in %s; for a file write ./%s", name, where,
		    name);
	nearest_init(&guess.nearest, name);
	if (module_each(path, guess_visit, &guess) == 0 &&
	    guess.nearest.best != NULL)
		return error_set(e, PF_HANDLER_UNKNOWN,
		    "no module %s.so in %s; did you mean %s?", name, where,
		    guess.name);
	return error_set(e, PF_HANDLER_UNKNOWN, "no module %s.so in %s", name,
	    where);
}

static int
find_name(const char *name, const struct module_path *path,
    char found[PATH_MAX], struct error *e)
{
	struct search search;
	struct stat st;
	char dir[PATH_MAX];
	int bytes;

	search_init(&search, path);
	while (name[0] != '\0' && search_next(&search, dir)) {
		bytes = snprintf(found, PATH_MAX, "%s/%s.so", dir, name);
		if (bytes > 0 && bytes < PATH_MAX && stat(found, &st) == 0 &&
		    S_ISREG(st.st_mode))
			return 0;
	}
	return unknown(name, path, e);
}

int
module_find(const char *handler, const struct module_path *path,
    char out[PATH_MAX], struct error *e)
{
	char found[PATH_MAX];
	int rc;

	rc = strchr(handler, '/') != NULL ? find_path(handler, found, e) :
					    find_name(handler, path, found, e);
	if (rc == 0)
		memcpy(out, found, strlen(found) + 1);
	return rc;
}

/* Not isalnum(3): the answer must not depend on the locale. */
static bool
is_plain(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

void
module_service_name(const char *handler, char *out, size_t bytes)
{
	const char *slash = strrchr(handler, '/');
	const char *base = slash != NULL ? slash + 1 : handler;
	size_t length = strlen(base);
	size_t i;

	if (bytes == 0)
		return;
	if (length > 3 && strcmp(base + length - 3, ".so") == 0)
		length -= 3;
	if (length > SERVICE_NAME_MAX)
		length = SERVICE_NAME_MAX;
	if (length > bytes - 1)
		length = bytes - 1;
	for (i = 0; i < length; i++)
		out[i] = is_plain(base[i]) ? base[i] : '_';
	out[length] = '\0';
}
