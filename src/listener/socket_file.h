/*
 * The name of a unix listener in the file system.
 * Runs in: master.
 */
#ifndef PREFORK_LISTENER_SOCKET_FILE_H
#define PREFORK_LISTENER_SOCKET_FILE_H

#include "listener/listener.h"

/*
 * All of these do nothing else for a name that is in no file system.
 *
 * Bind listener->fd to the path of its endpoint, its mode and owner, in place
 * of a socket that nobody listens on, and note the file's identity. -1 with
 * errno: EADDRINUSE when somebody listens there, EEXIST when something that is
 * no socket is there, else bind(2)'s.
 */
int socket_file_bind(struct listener *listener);
/* Give it the mode and owner of `wanted`, if the file is still ours.  -1
 * with errno. */
int socket_file_refit(struct listener *listener, const struct endpoint *wanted);
/*
 * Remove the name if it is still ours.  0 when no name leads to this listener
 * any more, -1 with errno when it could not be removed (EPERM: another
 * process owns it).
 */
int socket_file_remove(struct listener *listener);

#endif
