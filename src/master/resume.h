/*
 * The beginning of a process image that takes a master's place, or rehearses
 * to: the state that it was left, named in the environment.
 * Runs in: master, rehearsal.
 */
#ifndef PREFORK_MASTER_RESUME_H
#define PREFORK_MASTER_RESUME_H

#include "config/settings.h"
#include "wire/state.h"

/* Names of environment variables whose value is a descriptor. */
#define RESUME_UPGRADE	 "PREFORK_UPGRADE"
#define RESUME_REHEARSAL "PREFORK_REHEARSAL"

struct resume {
	bool active;
	bool rehearsal;
	int fd;
	pid_t pid;		   /* of the master */
	const char *directory;	   /* it was started in; "" when not known */
	struct state_reader state; /* behind its second line */
};

/*
 * Is there a state for us?  Removes the variable.  -1 with `e` when it cannot
 * be read or is another process's.
 */
int resume_open(struct resume *resume, struct error *e);
void resume_close(struct resume *resume);
/*
 * Take the master's place and go on as it, or, in a rehearsal, try everything
 * that can be tried without touching what serves, with the verdict on stderr.
 * A sysexits(3) code.
 */
int master_resume(struct settings *settings, struct resume *resume);

#endif
