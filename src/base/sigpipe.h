/*
 * Signals as events: one handler that marks the number and writes a byte to a
 * pipe (errno kept), so that any number of equal signals is one event and no
 * wake-up is lost.  One table says what each signal means; it installs, it
 * documents, and tests read it.
 *
 * State is per process and static, as signal dispositions are.
 * Runs in: master, and worker (its own table and pipe, after the fork).
 */
#ifndef PREFORK_BASE_SIGPIPE_H
#define PREFORK_BASE_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum signal_role {
	SIGNAL_EVENT,  /* marked and told through the pipe */
	SIGNAL_IGNORE, /* SIG_IGN */
	SIGNAL_DEFAULT /* SIG_DFL */
};

struct signal_rule {
	int signo;
	enum signal_role role;
	const char *meaning; /* as preforkd(8) tells it */
};

#define SIGPIPE_MAX_RULES 24

/*
 * Open the pipe and install `rules` (SA_RESTART; CHLD comes for children that
 * stop and go on, too; all managed signals masked inside the handler).  What
 * was there before is remembered for sigpipe_uninstall.  -1 with errno.
 */
int sigpipe_install(const struct signal_rule *rules, size_t count);
/* Give every rule's signal its former disposition and close the pipe.  For
 * an embedder's process after prefork_serve(). */
void sigpipe_uninstall(void);
/* In a fresh child, signals still blocked: every managed signal back to
 * SIG_DFL, marks forgotten, the parent's pipe closed. */
void sigpipe_child(void);
/*
 * Before exec(3), which keeps what is ignored: ignored signals get their
 * former disposition (begin), or are ignored again because it failed.
 */
void sigpipe_exec(bool begin);
/* Readable end, non-blocking, for the loop; -1 when not installed. */
int sigpipe_fd(void);
/* Empty the pipe.  Call before looking at the marks. */
void sigpipe_drain(void);
/* Is signo marked?  Clears the mark.  *sender gets the pid that sent the last
 * one, 0 if the kernel did or it is not known; may be NULL. */
bool sigpipe_take(int signo, pid_t *sender);
/* The same without clearing: one plain load, for the worker's hot path. */
bool sigpipe_pending(int signo);
/* Block all signals that a process may block (not the synchronous ones: SEGV
 * BUS FPE ILL TRAP ABRT SYS); *saved gets the former mask. */
void sigpipe_block(sigset_t *saved);
/* Make *mask the mask. */
void sigpipe_restore(const sigset_t *mask);
/* "TERM" for SIGTERM; "signal 42" style for what has no name (static buffer).
 */
const char *sigpipe_name(int signo);

#endif
