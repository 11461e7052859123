/*
 * Where in the code a process is, as lines of the log.
 * Runs in: master, worker.
 */
#ifndef PREFORK_WORKER_BACKTRACE_H
#define PREFORK_WORKER_BACKTRACE_H

/* Once, in the master, before it forks: what libc loads for its first
 * backtrace is then there, and none is loaded in a signal handler. */
void backtrace_prepare(void);
/* A line PF0414 for each frame, the innermost first; a module that was loaded
 * from a descriptor is called `module_file`.  Async-signal-safe once it was
 * prepared; nothing where libc has no backtrace(). */
void backtrace_log(const char *module_file);

#endif
