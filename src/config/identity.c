/*
 * Names of user and group to numbers, once, before chroot and fork.  Who
 * answers may be far away: a master that serves does not ask (base/names.h).
 * Runs in: master at start; probe and the helper that looks up names.
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

#include "base/names.h"
#include "config/settings.h"

_Static_assert(sizeof(struct identity) <= NAMES_ANSWER_BYTES, "no room");

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
/* -1: there are more. */
static int
list_groups(const char *user, struct identity *identity)
{
	identity->group_count = SETTINGS_MAX_GROUPS;
	return getgrouplist(user, identity->gid, identity->groups,
		   &identity->group_count) == -1 ?
	    -1 :
	    0;
}
#else
static bool
is_member(const struct group *group, const char *user)
{
	char **member;

	for (member = group->gr_mem; *member != NULL; member++)
		if (strcmp(*member, user) == 0)
			return true;
	return false;
}

/* -1: there are more. */
static int
list_groups(const char *user, struct identity *identity)
{
	const struct group *group;
	int result = 0;

	identity->groups[0] = identity->gid;
	identity->group_count = 1;
	setgrent();
	while (result == 0 && (group = getgrent()) != NULL) {
		if (group->gr_gid == identity->gid || !is_member(group, user))
			continue;
		if (identity->group_count == SETTINGS_MAX_GROUPS)
			result = -1;
		else
			identity->groups[identity->group_count++] =
			    group->gr_gid;
	}
	endgrent();
	return result;
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

static int
ask_for_identity(const char *text, struct identity *found, struct error *e)
{
	char name[sizeof(found->name)], *group;

	strcpy(name, text);
	group = strchr(name, ':');
	if (group != NULL)
		*group++ = '\0';
	if (find_user(name, found, e) == -1)
		return -1;
	if (group != NULL && find_group(group, &found->gid, e) == -1)
		return -1;
	if (list_groups(name, found) == -1)
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "user '%s' is in more than %d groups", name,
		    SETTINGS_MAX_GROUPS);
	strcpy(found->name, text);
	return 0;
}

int
settings_find_identity(struct identity *identity, const char *text,
    struct error *e)
{
	const struct names_query query = { NAMES_IDENTITY, text };
	struct identity found;
	int known;

	if (strlen(text) >= sizeof(found.name) || text[0] == '\0' ||
	    text[0] == ':')
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "'%s' is not user[:group]", text);
	known = names_find(&query, &found, sizeof(found), e);
	if (known == 0) {
		memset(&found, 0, sizeof(found));
		found.wanted = true;
		if (ask_for_identity(text, &found, e) == -1 ||
		    names_add(&query, &found, sizeof(found), e) == -1)
			return -1;
	}
	if (known != -1)
		*identity = found;
	return known == -1 ? -1 : 0;
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

/* -1 is what a part that is not named leaves as it was. */
struct owner {
	uid_t uid;
	gid_t gid;
};

static int
ask_for_owner(const char *text, struct owner *owner, struct error *e)
{
	struct identity found;
	const char *group = strchr(text, ':');
	char name[sizeof(found.name)];
	size_t bytes = strcspn(text, ":");

	if (text[0] == '\0' || bytes >= sizeof(name))
		return error_set(e, PF_IDENTITY_UNKNOWN,
		    "'%s' is not user[:group]", text);
	memcpy(name, text, bytes);
	name[bytes] = '\0';
	owner->uid = (uid_t)-1;
	owner->gid = (gid_t)-1;
	if (bytes > 0) {
		if (find_user(name, &found, e) == -1)
			return -1;
		owner->uid = found.uid;
	}
	return group != NULL ? find_group(group + 1, &owner->gid, e) : 0;
}

int
settings_owner(const char *text, uid_t *uid, gid_t *gid, struct error *e)
{
	const struct names_query query = { NAMES_OWNER, text };
	struct owner owner;
	int known = names_find(&query, &owner, sizeof(owner), e);

	if (known == -1 ||
	    (known == 0 &&
		(ask_for_owner(text, &owner, e) == -1 ||
		    names_add(&query, &owner, sizeof(owner), e) == -1)))
		return -1;
	*uid = owner.uid;
	*gid = owner.gid;
	return 0;
}
