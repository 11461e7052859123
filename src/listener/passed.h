/*
 * Listening sockets that whoever started us opened and passed to us, as
 * sd_listen_fds(3) describes: descriptors from 3 on, named by the environment.
 * They are the giver's: we keep them open for as long as we live, because a
 * reload may want one again that it left out before.
 * Runs in: master at start; rehearsal.
 */
#ifndef PREFORK_LISTENER_PASSED_H
#define PREFORK_LISTENER_PASSED_H

#include "listener/listener.h"

#define PASSED_MAX 256

/* One for a process; all zero is none. */
struct passed_sockets {
	size_t count;
	struct listener *items;
};

/*
 * Take what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES name, and remove the
 * variables.  Where LISTEN_PID is another's, or LISTEN_PIDFDID that of another
 * who had our number, or one of the first two is not there, nothing was passed
 * to us.  -1 with `e` (PASSED_BAD) for anything else
 * that is not as it must be; nothing is closed then.
 */
int passed_take(struct passed_sockets *passed, struct error *e);
/* One more; `name` is copied.  -1 with `e` (PASSED_BAD), and fd is open. */
int passed_add(struct passed_sockets *passed, int fd, const char *name,
    struct error *e);
/* Close them all. */
void passed_close(struct passed_sockets *passed);
/* The one with this descriptor, or NULL; `passed` may be NULL. */
const struct listener *passed_find(const struct passed_sockets *passed, int fd);
/* Is it what the endpoint means, by name or by address? */
bool passed_is_meant(const struct listener *listener,
    const struct endpoint *endpoint);
/* How many are; `passed` may be NULL. */
size_t passed_count(const struct passed_sockets *passed,
    const struct endpoint *endpoint);

#endif
