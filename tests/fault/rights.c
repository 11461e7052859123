/*
 * Commands that find out what the worker may do.
 *
 *	setuid N  setgid N  chroot DIR	"denied: REASON" or "allowed"
 *	exists PATH			"yes" or "no"
 *	getenv NAME			its value, or "none"
 *
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

static enum next
tell(struct prefork_conn *conn, int result)
{
	if (result == 0)
		fault_say(conn, "allowed\n");
	else
		fault_say(conn, "denied: %s\n", strerror(errno));
	return NEXT_LINE;
}

static enum next
do_setuid(struct prefork_conn *conn, const char *argument)
{
	return tell(conn, setuid((uid_t)atol(argument)));
}

static enum next
do_setgid(struct prefork_conn *conn, const char *argument)
{
	return tell(conn, setgid((gid_t)atol(argument)));
}

static enum next
do_chroot(struct prefork_conn *conn, const char *argument)
{
	return tell(conn, chroot(argument));
}

static enum next
do_exists(struct prefork_conn *conn, const char *argument)
{
	fault_say(conn, access(argument, F_OK) == 0 ? "yes\n" : "no\n");
	return NEXT_LINE;
}

static enum next
do_getenv(struct prefork_conn *conn, const char *argument)
{
	const char *value = getenv(argument);

	fault_say(conn, "%s\n", value != NULL ? value : "none");
	return NEXT_LINE;
}

const struct command rights_commands[] = {
	{ "setuid", do_setuid },
	{ "setgid", do_setgid },
	{ "chroot", do_chroot },
	{ "exists", do_exists },
	{ "getenv", do_getenv },
	{ NULL, NULL },
};
