/*
 * Giving up root for good: groups, group, root directory, user, capabilities,
 * in this order, then looked at, and tried to get back, which must fail.
 * Runs in: worker, probe, the processes of -t and -i.
 */
#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "worker/confine.h"
#include "worker/worker.h"

static int
refuse(struct error *e, const struct identity *identity, const char *call)
{
	return error_set(e, PF_IDENTITY_FAILED, "cannot become %s: %s: %s",
	    identity->name, call, strerror(errno));
}

static bool
is_wanted_group(const struct identity *identity, gid_t gid)
{
	int i;

	for (i = 0; i < identity->group_count; i++)
		if (identity->groups[i] == gid)
			return true;
	return gid == identity->gid;
}

/* Room for one more than there may be. */
static bool
has_wanted_groups(const struct identity *identity)
{
	gid_t groups[SETTINGS_MAX_GROUPS + 2];
	int i, count = getgroups(SETTINGS_MAX_GROUPS + 2, groups);

	for (i = 0; i < count; i++)
		if (!is_wanted_group(identity, groups[i]))
			return false;
	return count != -1;
}

static bool
is_wanted(const struct identity *identity)
{
	return getuid() == identity->uid && geteuid() == identity->uid &&
	    getgid() == identity->gid && getegid() == identity->gid &&
	    has_wanted_groups(identity);
}

/* A saved id would be one that can be taken back. */
static bool
is_irreversible(const struct identity *identity)
{
	if (identity->uid == 0)
		return true;
	return setuid(0) == -1 && seteuid(0) == -1 &&
	    (identity->gid == 0 || setgid(0) == -1);
}

static int
verify(const struct identity *identity, struct error *e)
{
	if (!is_wanted(identity))
		return error_set(e, PF_IDENTITY_FAILED,
		    "cannot become %s: the system says that all went well, but "
		    "it did not",
		    identity->name);
	if (!is_irreversible(identity))
		return error_set(e, PF_IDENTITY_FAILED,
		    "became %s but root could be taken back", identity->name);
	return 0;
}

static int
set_groups(const struct identity *identity, struct error *e)
{
	if (setgroups((size_t)identity->group_count, identity->groups) == -1)
		return refuse(e, identity, "setgroups");
	if (setgid(identity->gid) == -1)
		return refuse(e, identity, "setgid");
	return 0;
}

static int
change_root(const struct service_settings *service, struct error *e)
{
	const char *call = "chroot";

	if (chroot(service->chroot) == 0) {
		call = "chdir";
		if (chdir("/") == 0)
			return 0;
	}
	return error_set(e, PF_CHROOT,
	    "%s: cannot make %s the root directory: %s: %s", service->name,
	    service->chroot, call, strerror(errno));
}

static int
set_user(const struct identity *identity, struct error *e)
{
	if (identity->uid != 0)
		confine_bounds();
	if (setuid(identity->uid) == -1)
		return refuse(e, identity, "setuid");
	return 0;
}

/* What is left is nothing for anybody but root. */
static int
confine(const struct service_settings *service, struct error *e)
{
	const char *what = "privileges by exec";

	if (confine_exec() == 0) {
		what = "capabilities";
		if (geteuid() == 0 || confine_capabilities() == 0)
			return 0;
	}
	return error_set(e, PF_IDENTITY_FAILED, "%s: cannot give up %s: %s",
	    service->name, what, strerror(errno));
}

/* Verified last, when capabilities cannot be why it works. */
int
worker_drop_privileges(const struct service_settings *service, struct error *e)
{
	const struct identity *identity = &service->identity;

	if (identity->wanted && set_groups(identity, e) == -1)
		return -1;
	if (service->chroot != NULL && change_root(service, e) == -1)
		return -1;
	if (identity->wanted && set_user(identity, e) == -1)
		return -1;
	if (confine(service, e) == -1)
		return -1;
	return identity->wanted ? verify(identity, e) : 0;
}
