/*
 * Who is at the other end of the control socket, where the system tells.
 * Runs in: master.
 */
#ifndef PREFORK_CONTROL_PEER_H
#define PREFORK_CONTROL_PEER_H

#include <sys/stat.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct control_peer {
	bool known;
	uid_t uid; /* effective, when it connected */
	gid_t gid;
	pid_t pid; /* 0: the system does not tell */
};

void control_peer_read(int fd, struct control_peer *out);
/*
 * May it use a socket file with the mode and owner of `file`?  Systems
 * differ in whether connect(2) asks; root and our own user always may.  One
 * who is not known, or whose groups are not, may: then it is the system that
 * has to ask.  Lists of
 * access rights beyond the mode are not looked at.
 */
bool control_peer_may(int fd, const struct control_peer *peer,
    const struct stat *file);
/* For the log: "preforkctl (uid 1000, pid 4711)". */
void control_peer_text(const struct control_peer *peer, char *text,
    size_t bytes);

#endif
