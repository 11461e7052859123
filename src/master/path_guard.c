/*
 * Whether a worker's user could make root open, and write to, what it likes:
 * the way to a log or a pidfile must not lead through a folder in which that
 * user can rename or create.
 * Runs in: master.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "master/path_guard.h"

static bool
is_in_group(const struct identity *who, gid_t gid)
{
	int i;

	for (i = 0; i < who->group_count; i++)
		if (who->groups[i] == gid)
			return true;
	return who->gid == gid;
}

/* In a sticky folder above the last one only what belongs to the user can be
 * renamed, and that is asked of the next part. */
static bool
can_change(const struct identity *who, const struct stat *folder, bool is_last)
{
	bool may_write;

	if (folder->st_uid == who->uid)
		return true;
	may_write = is_in_group(who, folder->st_gid) ?
	    (folder->st_mode & S_IWGRP) != 0 :
	    (folder->st_mode & S_IWOTH) != 0;
	return may_write && (is_last || (folder->st_mode & S_ISVTX) == 0);
}

/* The name of whom workers run as and who can change this folder, or NULL. */
static const char *
who_can_change(const struct settings *settings, const struct stat *folder,
    bool is_last)
{
	const struct identity *who;
	size_t i;

	for (i = 0; i < settings->service_count; i++) {
		who = &settings->services[i].identity;
		if (who->wanted && who->uid != 0 &&
		    can_change(who, folder, is_last))
			return who->name;
	}
	return NULL;
}

/* Each part of `folder`, from the top. */
static int
check_way(const struct settings *settings, char *folder, const char *path,
    enum msg_id id, struct error *e)
{
	size_t i, bytes = strlen(folder);
	const char *name;
	struct stat part;
	char cut;

	for (i = 1; i <= bytes; i++) {
		if (folder[i] != '/' && folder[i] != '\0')
			continue;
		cut = folder[i];
		folder[i] = '\0';
		/* Who opens it will say why it cannot be. */
		if (stat(folder, &part) == -1)
			return 0;
		name = who_can_change(settings, &part, i == bytes);
		if (name != NULL)
			return error_set(e, id,
			    "open %s: %s, whom workers run as, can change the "
			    "folder %s",
			    path, name, folder);
		folder[i] = cut;
	}
	return 0;
}

/* As it is written, and where links lead. */
int
path_guard(const struct settings *settings, const char *path, enum msg_id id,
    struct error *e)
{
	char folder[PATH_MAX], resolved[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t bytes = slash == path ? 1 : (size_t)(slash - path);

	if (geteuid() != 0)
		return 0;
	if (bytes >= sizeof(folder))
		return error_set(e, id, "open %s: %s", path,
		    strerror(ENAMETOOLONG));
	memcpy(folder, path, bytes);
	folder[bytes] = '\0';
	if (check_way(settings, folder, path, id, e) == -1)
		return -1;
	if (realpath(folder, resolved) == NULL)
		return 0;
	return check_way(settings, resolved, path, id, e);
}
