/*
 * Processes that take the pidfile and give it back again and again: the file
 * vanishes between their open and their lock, and never do two of them hold
 * it.
 */
#include "config.h"

#include <errno.h>

#include "base/fd.h"
#include "master/state.h"
#include "rig.h"
#include "tap.h"

#define PROCESSES 4
#define TURNS	  100 /* of each, taken; refusals do not count */

static const char *path, *mark;

/* Nobody else can be here: 0, or what went wrong. */
static int
take_turn(struct pidfile *pidfile)
{
	int fd = fd_open(mark, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd == -1)
		return errno == EEXIST ? 1 : 2;
	fd_close(&fd);
	if (unlink(mark) == -1)
		return 3;
	pidfile_close(pidfile);
	return 0;
}

static int
take_turns(void *arg)
{
	struct pidfile pidfile;
	struct error e;
	int taken = 0, wrong = 0;

	(void)arg;
	while (taken < TURNS && wrong == 0) {
		if (pidfile_open(&pidfile, path, &e) == 0) {
			wrong = take_turn(&pidfile);
			taken++;
		} else if (e.id != PF_PIDFILE_HELD &&
		    strstr(e.text, strerror(EBUSY)) == NULL) {
			wrong = 4;
		}
	}
	return wrong;
}

int
main(void)
{
	const char *folder = rig_folder();
	pid_t children[PROCESSES];
	int i;

	(void)alarm(RIG_DEADLINE_S);
	path = rig_path(folder, "pid");
	mark = rig_path(folder, "mark");
	for (i = 0; i < PROCESSES; i++)
		children[i] = rig_start(take_turns, NULL);
	for (i = 0; i < PROCESSES; i++)
		is_int(rig_reap(children[i]), 0, "process %d was alone", i);
	(void)unlink(mark);
	ok(rmdir(folder) == 0, "no file is left");
	return tap_done();
}
