/*
 * The worker's end of a listening socket.
 * Runs in: worker; master while it takes over the queue at a stop.
 */
#ifndef PREFORK_LISTENER_ACCEPT_H
#define PREFORK_LISTENER_ACCEPT_H

#include <sys/socket.h>

/* What the loop must do after an accept that gave no connection. */
enum accept_answer {
	ACCEPT_OK,	 /* *fd is a connection */
	ACCEPT_EMPTY,	 /* nothing queued (EAGAIN): wait */
	ACCEPT_AGAIN,	 /* this one is gone (ECONNABORTED ..): try the next */
	ACCEPT_SHORTAGE, /* EMFILE ENFILE ENOBUFS ENOMEM: pause, then retry */
	ACCEPT_BROKEN	 /* EBADF EINVAL ..: the listener is no longer one */
};

const char *accept_answer_name(enum accept_answer answer);
/* The table that accept_connection uses, for its test. */
enum accept_answer accept_classify(int error);

/*
 * Take one connection: close-on-exec and blocking, whatever the system
 * inherits.  peer/peer_length as accept(2).  One system call where accept4(2)
 * exists.  On anything but ACCEPT_OK errno tells and *fd is untouched.
 */
enum accept_answer accept_connection(int listen_fd, int *fd,
    struct sockaddr_storage *peer, socklen_t *peer_length);

#endif
