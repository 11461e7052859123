/*
 * Whom the program runs as.
 * Runs in: worker, probe; user_become in the program's process.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec.h"

static int
find_group(const char *name, struct exec_user *user, char *reason,
    size_t reason_bytes)
{
	const struct group *group = getgrnam(name);

	if (group == NULL) {
		(void)snprintf(reason, reason_bytes, "there is no group '%s'",
		    name);
		return -1;
	}
	user->gid = group->gr_gid;
	return 0;
}

int
user_find(const char *text, struct exec_user *user, char *reason,
    size_t reason_bytes)
{
	const struct passwd *entry;
	char *colon;

	memset(user, 0, sizeof(*user));
	if (text == NULL || text[0] == '\0')
		return 0;
	user->name = strdup(text);
	if (user->name == NULL) {
		(void)snprintf(reason, reason_bytes, "no memory");
		return -1;
	}
	colon = strchr(user->name, ':');
	if (colon != NULL)
		*colon = '\0';
	entry = getpwnam(user->name);
	if (entry == NULL) {
		(void)snprintf(reason, reason_bytes, "there is no user '%s'",
		    user->name);
		return -1;
	}
	if (geteuid() != 0 && geteuid() != entry->pw_uid) {
		(void)snprintf(reason, reason_bytes,
		    "only root can run a program as %s", user->name);
		return -1;
	}
	user->wanted = geteuid() == 0;
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	return colon == NULL ?
	    0 :
	    find_group(colon + 1, user, reason, reason_bytes);
}

int
user_become(const struct exec_user *user, const char **what)
{
	if (!user->wanted)
		return 0;
	*what = "initgroups";
	if (initgroups(user->name, user->gid) == -1)
		return -1;
	*what = "setgid";
	if (setgid(user->gid) == -1)
		return -1;
	*what = "setuid";
	if (setuid(user->uid) == -1)
		return -1;
	if (user->uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		return -1;
	}
	return 0;
}
