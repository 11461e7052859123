/*
 * Names of user and group to numbers, once, before chroot and fork.
 * Runs in: master at start.
 */
#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/settings.h"

/* A decimal id that fits, or -1. */
static long
parse_id(const char *text)
{
	char *end;
	long id;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	id = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || id > 0x7ffffffe)
		return -1;
	return id;
}

static int
find_group(const char *name, gid_t *gid, struct error *e)
{
	const struct group *group;
	long id;

	group = getgrnam(name);
	if (group != NULL) {
		*gid = group->gr_gid;
		return 0;
	}
	id = parse_id(name);
	if (id == -1)
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "there is no group '%s'", name);
	*gid = (gid_t)id;
	return 0;
}

#ifdef HAVE_GETGROUPLIST
static void
find_groups(const char *user, struct identity *identity)
{
	int count = SETTINGS_MAX_GROUPS;

	if (getgrouplist(user, identity->gid, identity->groups, &count) == -1)
		count = SETTINGS_MAX_GROUPS;
	identity->group_count = count;
}
#else
static void
find_groups(const char *user, struct identity *identity)
{
	const struct group *group;
	char **member;

	identity->groups[0] = identity->gid;
	identity->group_count = 1;
	setgrent();
	while ((group = getgrent()) != NULL &&
	    identity->group_count < SETTINGS_MAX_GROUPS)
		for (member = group->gr_mem; *member != NULL; member++)
			if (strcmp(*member, user) == 0 &&
			    group->gr_gid != identity->gid) {
				identity->groups[identity->group_count++] =
				    group->gr_gid;
				break;
			}
	endgrent();
}
#endif

static int
find_user(const char *name, struct identity *identity, struct error *e)
{
	const struct passwd *user = getpwnam(name);
	long id;

	if (user != NULL) {
		identity->uid = user->pw_uid;
		identity->gid = user->pw_gid;
		return 0;
	}
	id = parse_id(name);
	if (id == -1)
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "there is no user '%s'", name);
	identity->uid = (uid_t)id;
	user = getpwuid((uid_t)id);
	identity->gid = user != NULL ? user->pw_gid : (gid_t)id;
	return 0;
}

int
settings_identity(struct identity *identity, const char *text, struct error *e)
{
	char name[sizeof(identity->name)], *group;

	if (strlen(text) >= sizeof(name) || text[0] == '\0' || text[0] == ':')
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "'%s' is not user[:group]", text);
	strcpy(name, text);
	group = strchr(name, ':');
	if (group != NULL)
		*group++ = '\0';
	if (find_user(name, identity, e) == -1)
		return -1;
	if (group != NULL && find_group(group, &identity->gid, e) == -1)
		return -1;
	if (geteuid() != 0)
		return error_set(e, PF_IDENTITY_DENIED,
		    "only root can run workers as '%s'", text);
	find_groups(name, identity);
	strcpy(identity->name, text);
	identity->wanted = true;
	return 0;
}
