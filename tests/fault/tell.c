/*
 * Commands that tell how the worker finds its process.
 *
 *	echo TEXT  env  fds  ids  pid  where (directory and umask)  blocked
 *	peer  local  tlv TYPE
 *
 * Runs in: worker.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fault.h"

#define FDS_TO_TELL    65536
#define GROUPS_TO_TELL 256
#define SIGNALS	       32

extern char **environ;

static enum next
do_echo(struct prefork_conn *conn, const char *argument)
{
	fault_say(conn, "%s\n", argument);
	return NEXT_LINE;
}

/* Ends with a line that is a dot. */
static enum next
do_env(struct prefork_conn *conn, const char *argument)
{
	char **entry;

	(void)argument;
	for (entry = environ; entry != NULL && *entry != NULL; entry++)
		fault_say(conn, "%s\n", *entry);
	fault_say(conn, ".\n");
	return NEXT_LINE;
}

/* By asking for each number: a directory of them is not everywhere, and to
 * list it takes one more descriptor. */
static enum next
do_fds(struct prefork_conn *conn, const char *argument)
{
	long limit = sysconf(_SC_OPEN_MAX);
	int fd;

	(void)argument;
	if (limit < 0 || limit > FDS_TO_TELL)
		limit = FDS_TO_TELL;
	fault_say(conn, "fds");
	for (fd = 0; fd < limit; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			fault_say(conn, " %d", fd);
	}
	fault_say(conn, "\n");
	return NEXT_LINE;
}

/* "uid 0 0 gid 0 0 groups 0 4 24": real, effective; all groups. */
static enum next
do_ids(struct prefork_conn *conn, const char *argument)
{
	gid_t groups[GROUPS_TO_TELL];
	int count;
	int i;

	(void)argument;
	fault_say(conn, "uid %lu %lu gid %lu %lu groups",
	    (unsigned long)getuid(), (unsigned long)geteuid(),
	    (unsigned long)getgid(), (unsigned long)getegid());
	count = getgroups(GROUPS_TO_TELL, groups);
	for (i = 0; i < count; i++)
		fault_say(conn, " %lu", (unsigned long)groups[i]);
	fault_say(conn, "\n");
	return NEXT_LINE;
}

static enum next
do_pid(struct prefork_conn *conn, const char *argument)
{
	(void)argument;
	fault_say(conn, "%ld\n", (long)getpid());
	return NEXT_LINE;
}

static enum next
do_where(struct prefork_conn *conn, const char *argument)
{
	mode_t mask = umask(0);
	char dir[PATH_MAX];

	(void)argument;
	umask(mask);
	if (getcwd(dir, sizeof(dir)) == NULL)
		snprintf(dir, sizeof(dir), "nowhere");
	fault_say(conn, "%03o %s\n", (unsigned)mask, dir);
	return NEXT_LINE;
}

/* "blocked 1 15": numbers of the blocked signals below 32. */
static enum next
do_blocked(struct prefork_conn *conn, const char *argument)
{
	sigset_t mask;
	int signo;

	(void)argument;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	fault_say(conn, "blocked");
	for (signo = 1; signo < SIGNALS; signo++) {
		if (sigismember(&mask, signo) == 1)
			fault_say(conn, " %d", signo);
	}
	fault_say(conn, "\n");
	return NEXT_LINE;
}

static enum next
do_peer(struct prefork_conn *conn, const char *argument)
{
	(void)argument;
	fault_say(conn, "%s\n", prefork_conn_peer(conn));
	return NEXT_LINE;
}

static enum next
do_local(struct prefork_conn *conn, const char *argument)
{
	(void)argument;
	fault_say(conn, "%s\n", prefork_conn_local(conn));
	return NEXT_LINE;
}

/* "3 61 62 63", its length and bytes, or "none". */
static enum next
do_tlv(struct prefork_conn *conn, const char *argument)
{
	size_t length, i;
	const unsigned char *field = prefork_conn_tlv(conn,
	    (unsigned)strtoul(argument, NULL, 0), &length);

	if (field == NULL) {
		fault_say(conn, "none\n");
		return NEXT_LINE;
	}
	fault_say(conn, "%zu", length);
	for (i = 0; i < length; i++)
		fault_say(conn, " %02x", field[i]);
	fault_say(conn, "\n");
	return NEXT_LINE;
}

const struct command tell_commands[] = {
	{ "echo", do_echo },
	{ "env", do_env },
	{ "fds", do_fds },
	{ "ids", do_ids },
	{ "pid", do_pid },
	{ "where", do_where },
	{ "blocked", do_blocked },
	{ "peer", do_peer },
	{ "local", do_local },
	{ "tlv", do_tlv },
	{ NULL, NULL },
};
