/*
 * Capabilities and exec: Linux has them, POSIX.1-2008 does not.
 * Runs in: worker, probe, the processes of -t and -i.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#ifdef HAVE_NO_NEW_PRIVS
#include <sys/prctl.h>
#endif

#ifdef HAVE_CAPABILITIES
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <stdint.h>
#include <unistd.h>
#endif

#include "worker/confine.h"

#ifdef HAVE_NO_NEW_PRIVS
/* EINVAL: the kernel is older than that. */
int
confine_exec(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0 || errno == EINVAL)
		return 0;
	return -1;
}
#else
int
confine_exec(void)
{
	return 0;
}
#endif

#ifdef HAVE_CAPABILITIES
/* The kernel may know more of them than the header: it says where they end. */
#define CAPABILITIES_MAX 64

void
confine_bounds(void)
{
	long capability;

	for (capability = 0; capability < CAPABILITIES_MAX; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0L, 0L, 0L) == -1)
			break;
}

/* What the two calls take, for which libc has no functions and not every one
 * a header. */
struct capability_header {
	uint32_t version;
	int pid; /* 0: us */
};

struct capability_sets {
	uint32_t effective, permitted, inheritable;
};

#define CAPABILITY_VERSION 0x20080522u /* the third: 64 of them */

int
confine_capabilities(void)
{
	struct capability_header header = { .version = CAPABILITY_VERSION };
	struct capability_sets sets[2];

	(void)prctl(PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
	memset(sets, 0, sizeof(sets));
	if (syscall(SYS_capset, &header, sets) == 0)
		return 0;
	/* A filter of calls may be in the way where nothing is to be done. */
	if (syscall(SYS_capget, &header, sets) == -1)
		return -1;
	if ((sets[0].permitted | sets[1].permitted | sets[0].inheritable |
		sets[1].inheritable) == 0)
		return 0;
	errno = EPERM;
	return -1;
}
#else
void
confine_bounds(void)
{
}

int
confine_capabilities(void)
{
	return 0;
}
#endif
