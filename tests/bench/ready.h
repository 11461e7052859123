/*
 * Which of the load generator's sockets can be read or written.  Each is
 * known by a number from 0 to count - 1, and forgotten by being closed.
 * Runs in: load generator.
 */
#ifndef PREFORK_BENCH_READY_H
#define PREFORK_BENCH_READY_H

#include <stdbool.h>

struct ready;

/* NULL with errno. */
struct ready *ready_new(unsigned count);
void ready_free(struct ready *ready);
/* From now on, to be read or to be written; -1 with errno. */
int ready_add(struct ready *ready, unsigned number, int fd, bool to_write);
int ready_change(struct ready *ready, unsigned number, int fd, bool to_write);
/* Call before the socket is closed. */
void ready_forget(struct ready *ready, unsigned number);
/*
 * Wait timeout_ms for sockets and write the numbers of at most `most` of them;
 * how many, 0 for none in time, or -1 with errno.
 */
int ready_wait(struct ready *ready, unsigned *numbers, int most,
    int timeout_ms);

#endif
