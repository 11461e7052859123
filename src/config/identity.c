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

static int
denied(const char *text, struct error *e)
{
	return error_set(e, PF_IDENTITY_DENIED,
	    "only root can run workers as '%s'", text);
}

int
settings_find_identity(struct identity *identity, const char *text,
    struct error *e)
{
	struct identity found = { .wanted = true };
	char name[sizeof(found.name)], *group;

	if (strlen(text) >= sizeof(name) || text[0] == '\0' || text[0] == ':')
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "'%s' is not user[:group]", text);
	strcpy(name, text);
	group = strchr(name, ':');
	if (group != NULL)
		*group++ = '\0';
	if (find_user(name, &found, e) == -1)
		return -1;
	if (group != NULL && find_group(group, &found.gid, e) == -1)
		return -1;
	find_groups(name, &found);
	strcpy(found.name, text);
	*identity = found;
	return 0;
}

int
settings_identity(struct identity *identity, const char *text, struct error *e)
{
	struct identity found;

	if (settings_find_identity(&found, text, e) == -1)
		return -1;
	if (geteuid() != 0)
		return denied(text, e);
	*identity = found;
	return 0;
}

int
settings_permitted(const struct settings *settings, struct error *e)
{
	const struct service_settings *service;
	size_t i;

	if (geteuid() == 0)
		return 0;
	for (i = 0; i < settings->service_count; i++) {
		service = &settings->services[i];
		if (service->identity.wanted)
			return denied(service->identity.name, e);
		if (service->chroot != NULL)
			return error_set(e, PF_IDENTITY_DENIED,
			    "only root can make %s the root directory of "
			    "workers",
			    service->chroot);
	}
	return 0;
}

int
settings_owner(const char *text, uid_t *uid, gid_t *gid, struct error *e)
{
	struct identity found;
	const char *group = strchr(text, ':');
	char name[sizeof(found.name)];
	size_t bytes = strcspn(text, ":");
	gid_t found_gid = *gid;

	if (text[0] == '\0' || bytes >= sizeof(name))
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "'%s' is not user[:group]", text);
	memcpy(name, text, bytes);
	name[bytes] = '\0';
	if (bytes > 0 && find_user(name, &found, e) == -1)
		return -1;
	if (group != NULL && find_group(group + 1, &found_gid, e) == -1)
		return -1;
	if (bytes > 0)
		*uid = found.uid;
	*gid = found_gid;
	return 0;
}
