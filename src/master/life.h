/*
 * The daemon's life as a table: states, events, and what leads where.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_LIFE_H
#define PREFORK_MASTER_LIFE_H

#include <stdbool.h>

struct master;

enum life_state {
	LIFE_STARTING,
	LIFE_SERVING,
	LIFE_CHECKING,
	LIFE_RELOADING,
	LIFE_REHEARSING,
	LIFE_LEAVING,
	LIFE_STOPPING,
	LIFE_OVER,
	LIFE_STATES
};

enum life_event {
	ON_UP,	       /* every service has had a READY worker */
	ON_TROUBLE,    /* a worker of the start or the reload failed */
	ON_RELOAD,     /* wished for, and nothing is in the way */
	ON_UPGRADE,    /* the same */
	ON_DRAIN,      /* WINCH */
	ON_STOP,       /* TERM, QUIT */
	ON_FAST_STOP,  /* INT */
	ON_GOOD,       /* the helper (probe, rehearsal) is content */
	ON_BAD,	       /* it is not, or it died, or was too slow */
	ON_ALL_READY,  /* of the new generation */
	ON_DELAY_OVER, /* drain_delay */
	ON_LATE,       /* the stop's deadline */
	ON_GONE,       /* nobody is left */
	LIFE_EVENTS
};

struct life_rule {
	enum life_state next;
	void (*action)(struct master *m);
};

/* What event does in state; its action is NULL where it is ignored. */
const struct life_rule *life_rule(enum life_state state, enum life_event event);
/* Let it happen: first the state changes, then the action runs, which may let
 * the next thing happen.  False: ignored. */
bool life_step(struct master *m, enum life_event event);
const char *life_state_name(enum life_state state);
const char *life_event_name(enum life_event event);

#endif
