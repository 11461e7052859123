/*
 * A model of the daemon for spin: signals, channels, reload, upgrade in place
 * and stop.  This file has what all parts share; master.pml (with actions.pml
 * and places.pml), children.pml and world.pml have the processes, promises.pml
 * what must hold, mutants.pml ways to break it.
 *
 * The states of the daemon are not written down a second time: master.pml
 * makes its steps of src/master/life.def, as the code does.
 *
 * Not here: bytes and halves of messages, the back-off, several services, how
 * long anything takes; tests/unit has those.  A deadline passes when somebody
 * hangs, and without a reason as one of the EVENTS.  So what goes well
 * must go well without a deadline.
 *
 * tests/model/model.sh tries all of it.  By hand, in a folder with a copy of
 * these files and of src/master/life.def:
 *
 *	spin -DEVENTS=2 -a daemon.pml
 *	cc -w -O2 -DSAFETY -DNOCLAIM -o pan pan.c
 *	./pan -m100000
 *	spin -DEVENTS=2 -t -p -g daemon.pml	(when it has found something)
 */

/* Signals and things that go wrong, together; workers of a generation (1 or
 * 2); connections that are queued when a stop begins. */
#ifndef EVENTS
#define EVENTS 2
#endif
#ifndef WORKERS
#define WORKERS 1
#endif
#ifndef QUEUED
#define QUEUED 1
#endif
/* Two generations and one worker that hangs. */
#define PLACES (2 * WORKERS + 1)

#include "mutants.pml"

mtype = { S_STARTING, S_SERVING, S_CHECKING, S_RELOADING, S_REHEARSING,
	S_LEAVING, S_STOPPING, S_OVER }
mtype = { E_NONE, E_UP, E_TROUBLE, E_RELOAD, E_UPGRADE, E_DRAIN, E_STOP,
	E_FAST_STOP, E_GOOD, E_BAD, E_ALL_READY, E_DELAY_OVER, E_LATE, E_GONE }

mtype life = S_STARTING

/* ------------------------------------------------------------- signals */

#define CHLD  1
#define INT   2
#define TERM  4
#define WINCH 8
#define HUP   16
#define USR2  32

#define IS_MARKED(signal) ((marks & signal) != 0)
#define IS_SENT(signal) (((marks | pending | saved) & signal) != 0)
#define UNMARK(signal) marks = marks & ~signal

byte marks	/* set by the handler */
bool wake	/* a byte is in the pipe */
bool blocked	/* while a new image takes over */
byte pending	/* in the kernel meanwhile */
byte saved	/* what the new image is left of the marks */
bool dead	/* the master was killed */

inline send(signal)
{
	if
	:: dead
	:: !dead && blocked -> pending = pending | signal
	:: else ->
		marks = marks | signal;
		wake = true
	fi
}

/* ------------------------------------------------------------ children */

/* What a process does. */
mtype = { NOTHING, LOADING, WAITING, ACCEPTING, PARKED, SERVING, HANGING,
	ZOMBIE }
mtype does[PLACES] = NOTHING
bool begun[PLACES]	/* to serve what it was handed */

/* What the master thinks of the place.  A RETIRING one was told to go. */
mtype = { EMPTY, STARTING, READY, RETIRING }
mtype = { NOBODY, CURRENT, INCOMING, OLD }
mtype pool[PLACES] = EMPTY
mtype whose[PLACES] = NOBODY
bool admitted[PLACES]	/* GO was sent */
bool killed[PLACES]
bool parked[PLACES]	/* in a stop: free, may be handed a connection */
bool handed[PLACES]	/* has been handed one */

mtype = { M_READY, M_DONE, M_GO, M_RETIRE, M_DRAIN, M_SERVE }
chan to_master[PLACES] = [2] of { mtype }
chan to_worker[PLACES] = [3] of { mtype }
bool closed	/* the master's ends of all channels */

/* Probe or rehearsal. */
mtype = { NONE, PROBE, REHEARSAL }
mtype helper = NONE
mtype helper_does = NOTHING
bool content	/* it said so */
bool helper_killed, helper_late, helper_abandoned

#define IS_ALIVE(process) ((process) != NOTHING && (process) != ZOMBIE)

/* -------------------------------------------------------- what is wanted */

bool want_reload, want_upgrade
byte want_current, want_incoming	/* workers */
bool proven_current, proven_incoming	/* one has been READY */
bool trouble	/* in the generation that starts */
bool old	/* a generation that finishes is not freed yet */
bool drained
bool stop_begun, stop_killed, queue_closed
byte waiting	/* connections that the master holds and nobody has */

/* -------------------------------- for the promises, not for the master */

byte left = EVENTS	/* that may still happen */
byte accepting	/* workers that were let in and not told to go */
bool must_accept
bool excused	/* by a crash, or by WINCH */
bool resting	/* WINCH came, and no HUP since */
bool owed_reload, owed_upgrade, owed_drain	/* since the signal was sent */
bool stop_asked
byte taken, served	/* connections of the queue */

hidden byte k, count, there, was_old

hidden mtype word

#include "children.pml"
#include "promises.pml"
#include "places.pml"
#include "actions.pml"
#include "master.pml"
#include "world.pml"
