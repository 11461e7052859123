/*
 * Giving up root for good: groups, group, user, in this order, each checked,
 * and then tried to get back, which must fail.
 * Runs in: worker, probe.
 */
#include "config.h"

#include <sys/types.h>

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "worker/worker.h"

static int
refuse(struct error *e, const struct identity *identity, const char *call)
{
	return error_set(e, PF_IDENTITY_FAILED, "cannot become %s: %s: %s",
	    identity->name, call, strerror(errno));
}

static int
is_irreversible(const struct identity *identity)
{
	if (getuid() != identity->uid || geteuid() != identity->uid ||
	    getgid() != identity->gid || getegid() != identity->gid)
		return 0;
	return identity->uid == 0 || setuid(0) == -1;
}

int
worker_drop_privileges(const struct identity *identity, struct error *e)
{
	if (!identity->wanted)
		return 0;
	if (setgroups((size_t)identity->group_count, identity->groups) == -1)
		return refuse(e, identity, "setgroups");
	if (setgid(identity->gid) == -1)
		return refuse(e, identity, "setgid");
	if (setuid(identity->uid) == -1)
		return refuse(e, identity, "setuid");
	if (!is_irreversible(identity))
		return error_set(e, PF_IDENTITY_FAILED,
		    "became %s but root could be taken back", identity->name);
	return 0;
}
