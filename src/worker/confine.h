/*
 * By what a process that is not root could still become more than it is, where
 * the system has such things: forbidden.  Elsewhere these do nothing.
 * Runs in: worker, probe, the processes of -t and -i.
 */
#ifndef PREFORK_WORKER_CONFINE_H
#define PREFORK_WORKER_CONFINE_H

/* No exec(2) gives this process, and what it starts, privileges of the file's,
 * as set-user-ID does.  -1 with errno. */
int confine_exec(void);
/* Nor capabilities.  To be called while we are root; where we may not do that
 * it is not done. */
void confine_bounds(void);
/* Give up all capabilities, ambient ones too, which also others than root can
 * have.  -1 with errno if any is left. */
int confine_capabilities(void);

#endif
