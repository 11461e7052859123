/*
 * The master's end of a listening socket: open, quieten, close.
 * Runs in: master.  (listener_quiet and listener_refuse also in a worker whose
 * master is dead.)
 */
#ifndef PREFORK_LISTENER_LISTENER_H
#define PREFORK_LISTENER_LISTENER_H

#include <sys/types.h>

#include "listener/endpoint.h"

#define LISTENER_BACKLOG     1024
#define LISTENER_SOCKET_MODE 0660u /* of unix sockets */

struct listener {
	int fd;	     /* non-blocking, close-on-exec; -1 when closed */
	int backlog; /* as asked for */
	int granted; /* of it by the system when it was asked; 0: not known */
	struct endpoint endpoint;	/* as bound: a port 0 is filled in */
	char text[ENDPOINT_TEXT_BYTES]; /* endpoint_name of it */
	/* Identity of our socket file, so that we remove no other's; inode 0
	 * when there is none. */
	dev_t socket_dev;
	ino_t socket_ino;
	pid_t owner; /* process that may unlink the socket file */
	/* The name under which somebody else passed it to us, NULL: we opened
	 * it.  Theirs is never closed, shut, made quiet or unlinked. */
	char *passed_as;
	bool dual_stack; /* takes IPv4 beside IPv6: never one of ours */
};

/*
 * Open every endpoint: SO_REUSEADDR on streams (on datagrams it would let two
 * instances share a port), SO_KEEPALIVE on those of TCP, SO_REUSEPORT never,
 * IPV6_V6ONLY always on, unix sockets bound under a umask that gives their
 * mode, and given to their owner before anybody can connect, after a stale one
 * (S_ISSOCK and connect gives ECONNREFUSED) was removed.  EADDRINUSE is tried
 * again until `patience_ms` from now, because the workers of a master that was
 * killed give the port back only when they have noticed (starter process only:
 * this waits). All or none: out[0..count-1] are filled, returns 0; or -1 with
 * `e` (BIND, BIND_DENIED, SOCKET_FILE) and nothing left open or on disk.  Fewer
 * than count are opened only where an optional one has no protocol: *opened.
 */
int listener_open_all(const struct endpoint *endpoints, size_t count,
    int patience_ms, struct listener *out, size_t *opened, struct error *e);
/*
 * Take over a listening socket that is open already, of a process image before
 * us or of a service manager: what it is bound to is asked of the system.
 * -1 with `e` (STATE) when it is no listening socket; then fd is still the
 * caller's.  The socket file is not ours (inode 0) until the caller says so.
 */
int listener_adopt(struct listener *out, int fd, int backlog, struct error *e);
/*
 * Make an open listener what `endpoint`, which has its address, says besides:
 * backlog, and a unix socket's mode and owner.  -1 with errno.  One that was
 * passed stays as it is.
 */
int listener_refit(struct listener *listener, const struct endpoint *endpoint);
/*
 * Keep connections from the workers until the client has sent something, or
 * half a minute, or do so no more.  0, also where there is nothing to be done
 * (unix sockets, datagrams); -1 with errno where it cannot be done: ENOTSUP
 * where the system does not know it, EPERM for one that was passed.
 */
int listener_defer(const struct listener *listener, bool on);
/* Close, but for one that was passed; remove the unix socket file if it is
 * still ours and getpid() is the owner.  errno is kept; closing twice is
 * harmless. */
void listener_close(struct listener *listener);
/* The longest queue that the system grants whatever backlog asks for, INT_MAX
 * where it does not tell. */
int listener_backlog_limit(void);

/*
 * Make the end of a listener lose nothing.  listener_quiet: new handshakes
 * are no longer begun while those under way still end in the queue (Linux: a
 * classic BPF filter on the socket drops SYN, or where that needs a privilege
 * the socket is bound to no interface and SYN is refused; unix: the name is
 * removed; else nothing), and datagrams that come now are dropped, while those
 * in the queue can still be received (Linux: by such a filter).  0 when the
 * socket is quiet, also when it was before, -1 when the system cannot or it was
 * passed to us.
 */
int listener_quiet(struct listener *listener);
/* Listen again on a socket that is bound but does not listen any more: 1 when
 * that was needed and worked, 0 when not needed, -1 when it failed. */
int listener_mend(struct listener *listener);
/* Refuse from now on, also while other processes still hold the descriptor
 * (shutdown(2) on a listening socket; no-op where the system does not do
 * it).  What is still queued is lost: drain it first. */
void listener_refuse(struct listener *listener);

#endif
