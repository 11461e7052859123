/*
 * The only place that forks.
 * Runs in: master, starter, and the processes of -t -L -H -i.
 */
#ifndef PREFORK_MASTER_SPAWN_H
#define PREFORK_MASTER_SPAWN_H

#include <sys/types.h>

struct crew;
struct master;
struct worker_record;

/*
 * Fork a worker for record->crew: channel, slot on the board, pid and watch
 * are in the record afterwards.  -1 with errno, and nothing left.
 */
int spawn_worker(struct master *master, struct worker_record *record);

/*
 * Fork the master's helper: run(master, report_fd) in a process group of its
 * own, with default signals, nothing of the master's open but the log, the
 * module files of the generation that is checked and report_fd.  The pid, or
 * -1 with errno.
 */
pid_t spawn_child(struct master *master,
    int (*run)(struct master *master, int report_fd), int report_fd);

/*
 * Fork a helper that runs main(arg) with default signals and every descriptor
 * of the caller, and ends with what it returns.  The pid, or -1 with errno.
 * The caller waits for it.
 */
pid_t spawn_helper(int (*main)(void *arg), void *arg);
/* waitpid, retried on EINTR.  Its status or -1 with errno. */
int spawn_wait(pid_t pid);

/*
 * Become a daemon: 0 in the daemon (a new session, no terminal to acquire,
 * umask 022, in /), the pid of the first child in the starter, -1 with errno.
 * Descriptors are not touched.
 */
pid_t spawn_daemon(void);

#endif
