/*
 * Whose the way to a folder is.
 * Runs in: master.
 */
#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "listener/folder.h"

/* In a sticky folder only what is root's stays where it is; that is asked of
 * the next part. */
static bool
part_is_roots(const char *path)
{
	struct stat part;

	if (lstat(path, &part) == -1 || part.st_uid != 0)
		return false;
	return S_ISLNK(part.st_mode) ||
	    (part.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
	    (part.st_mode & S_ISVTX) != 0;
}

/* From the top down: what is above a part cannot be changed any more when the
 * part is looked at. */
static bool
is_roots(const char *path)
{
	char part[PATH_MAX];
	size_t i, bytes = strlen(path);

	if (bytes >= sizeof(part) || !part_is_roots("/"))
		return false;
	for (i = 1; i <= bytes; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (!part_is_roots(part))
			return false;
	}
	return true;
}

/* As it is written, and where links lead. */
bool
folder_is_roots(const char *path)
{
	char resolved[PATH_MAX];

	return is_roots(path) && realpath(path, resolved) != NULL &&
	    is_roots(resolved);
}
