/*
 * How many connections wait in the kernel's queue of a listener.
 * Runs in: master.
 */
#ifndef PREFORK_LISTENER_QUEUE_H
#define PREFORK_LISTENER_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

struct listener_queue {
	bool known;	  /* else the system does not tell */
	unsigned length;  /* connections that nobody accepted yet */
	unsigned backlog; /* at most so many, as the system has it */
	bool drops_known;
	uint64_t drops; /* handshakes or datagrams that found it full, ever */
};

/* Does not wait.  A socket that is none that listens is not known. */
void listener_queue_read(int fd, struct listener_queue *out);
/* queue_unix.c: of a unix socket. */
void listener_queue_read_unix(int fd, struct listener_queue *out);

#endif
