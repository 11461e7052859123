/*
 * Lists the shared objects of the module directories.
 * Runs in: master (a near name for an error), -L child.
 */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/module.h"
#include "module/search.h"

/* Sorted by name, each name once. */
struct found {
	struct found *next;
	char *name;
	char *file;
};

static void
found_free(struct found *item)
{
	int saved = errno;

	free(item->name);
	free(item->file);
	free(item);
	errno = saved;
}

static struct found *
found_new(const char *name, const char *file)
{
	struct found *item;

	item = calloc(1, sizeof(*item));
	if (item == NULL)
		return NULL;
	item->name = strdup(name);
	item->file = strdup(file);
	if (item->name != NULL && item->file != NULL)
		return item;
	found_free(item);
	return NULL;
}

/* A name that is there already is of an earlier directory and stays. */
static int
list_add(struct found **list, const char *name, const char *file)
{
	struct found *item;

	while (*list != NULL && strcmp((*list)->name, name) < 0)
		list = &(*list)->next;
	if (*list != NULL && strcmp((*list)->name, name) == 0)
		return 0;
	item = found_new(name, file);
	if (item == NULL)
		return -1;
	item->next = *list;
	*list = item;
	return 0;
}

static void
list_free(struct found *list)
{
	struct found *item;

	while ((item = list) != NULL) {
		list = item->next;
		found_free(item);
	}
}

static int
consider(struct found **list, const char *dir, const char *entry)
{
	int bytes = (int)strlen(entry) - 3;
	char name[PATH_MAX];
	char file[PATH_MAX];
	struct stat st;
	int n;

	if (bytes <= 0 || strcmp(entry + bytes, ".so") != 0)
		return 0;
	snprintf(name, sizeof(name), "%.*s", bytes, entry);
	n = snprintf(file, sizeof(file), "%s/%s", dir, entry);
	if (n < 0 || n >= (int)sizeof(file) || stat(file, &st) == -1 ||
	    !S_ISREG(st.st_mode))
		return 0;
	return list_add(list, name, file);
}

static int
scan_entries(struct found **list, const char *dir, DIR *stream)
{
	struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(stream);
		if (entry == NULL)
			return errno == 0 ? 0 : -1;
		if (consider(list, dir, entry->d_name) == -1)
			return -1;
	}
}

/* A directory that is not there is as good as an empty one. */
static int
scan(struct found **list, const char *dir)
{
	DIR *stream;
	int saved;
	int rc;

	stream = opendir(dir);
	if (stream == NULL)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ?
		    0 :
		    -1;
	rc = scan_entries(list, dir, stream);
	saved = errno;
	closedir(stream);
	errno = saved;
	return rc;
}

int
module_each(const struct module_path *path,
    void (*visit)(void *arg, const char *name, const char *file), void *arg)
{
	const struct found *item;
	struct found *list = NULL;
	struct search search;
	char dir[PATH_MAX];
	int rc = 0;

	search_init(&search, path);
	while (rc == 0 && search_next(&search, dir))
		rc = scan(&list, dir);
	for (item = list; rc == 0 && item != NULL; item = item->next)
		visit(arg, item->name, item->file);
	list_free(list);
	return rc;
}
