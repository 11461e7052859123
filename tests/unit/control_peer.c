/*
 * Who may use the control socket: the mode and owner of its file against the
 * credentials of the other end.
 */
#include "config.h"

#include <sys/socket.h>

#include <unistd.h>

#include "control/peer.h"
#include "tap.h"

static const struct {
	uid_t uid;
	gid_t gid;
	mode_t mode;
	bool may;
	const char *what;
} cases[] = {
	{ 0, 0, 0000, true, "root always" },
	{ 1000, 50, 0600, true, "the owner" },
	{ 1000, 50, 0066, false, "an owner without the right" },
	{ 1001, 60, 0620, true, "the group" },
	{ 1001, 60, 0602, false, "a group without the right" },
	{ 1001, 61, 0602, true, "everybody" },
	{ 1001, 61, 0600, false, "everybody without the right" },
	{ 1001, 61, 0622, true, "everybody and the group" },
	{ 1001, 61, 0444, false, "a right to read is none" },
};

/* Of the other end: ourselves, who are in our groups and in no other. */
static void
test_groups(int fd)
{
	struct stat file = { .st_uid = 1000, .st_mode = 0620 };
	struct control_peer peer = { .known = true, .uid = 1001, .gid = 61 };
	gid_t groups[256], none = 4242;
	int count = getgroups(256, groups), i;

	for (i = 0; i < count; i++)
		if (groups[i] == none)
			none++;
	if (count > 0) {
		file.st_gid = groups[0];
		ok(control_peer_may(fd, &peer, &file), "one of its groups");
	}
	file.st_gid = none;
	peer.known = false;
	ok(control_peer_may(fd, &peer, &file), "unknown: the system asks");
	control_peer_read(fd, &peer);
	if (!peer.known)
		return;
	peer.uid = 1001;
	peer.gid = 61;
	ok(!control_peer_may(fd, &peer, &file), "none of its groups");
	file.st_mode = 0602;
	file.st_gid = count > 0 ? groups[0] : none;
	is_int(control_peer_may(fd, &peer, &file), count == 0,
	    "one of its groups has less than the rest");
}

static void
test_read(int fd)
{
	struct control_peer peer;
	char text[64], wanted[64];

	control_peer_read(fd, &peer);
	if (!peer.known) {
		control_peer_text(&peer, text, sizeof(text));
		is_text(text, "preforkctl", "nobody knows");
		return;
	}
	is_int(peer.uid, geteuid(), "user");
	is_int(peer.gid, getegid(), "group");
	is_int(peer.pid, getpid(), "process");
	control_peer_text(&peer, text, sizeof(text));
	(void)snprintf(wanted, sizeof(wanted), "preforkctl (uid %lu, pid %ld)",
	    (unsigned long)geteuid(), (long)getpid());
	is_text(text, wanted, "as text");
	peer.pid = 0;
	(void)snprintf(wanted, sizeof(wanted), "preforkctl (uid %lu)",
	    (unsigned long)geteuid());
	control_peer_text(&peer, text, sizeof(text));
	is_text(text, wanted, "where the process is not known");
}

int
main(void)
{
	struct stat file = { .st_uid = 1000, .st_gid = 60 };
	struct control_peer peer = { .known = true };
	int pair[2];
	size_t i;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return 1;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].uid != 0 && cases[i].uid == geteuid())
			continue;
		peer.uid = cases[i].uid;
		peer.gid = cases[i].gid;
		file.st_mode = cases[i].mode;
		/* Nobody is in the other end's groups by chance. */
		is_int(control_peer_may(-1, &peer, &file), cases[i].may, "%s",
		    cases[i].what);
	}
	test_groups(pair[0]);
	test_read(pair[0]);
	return tap_done();
}
