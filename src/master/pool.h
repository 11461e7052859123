/*
 * Pool policy: when the slots of one service in one generation are forked,
 * retired and killed.  A pure function: no system call, no clock, no
 * allocation after pool_init, no global; so that 200,000 random histories are
 * tried in seconds (tests/unit/pool_simulation.c).
 * Runs in: master.
 *
 * A slot is a position in the pool, with its own back-off.  States:
 *
 *	EMPTY --spawn--> STARTING --ready--> READY --retire--> RETIRING
 *	  ^                 |                  |                  |
 *	  |                 +------ exited ----+                  |
 *	  +---- at once, or after BACKOFF -----+------ exited ----+
 *
 * The caller performs the actions in order and tells their outcome by events:
 * each ACTION_SPAWN is followed by nothing (forked) or EVENT_SPAWN_FAILED;
 * each process by exactly one EVENT_EXITED.
 *
 * Rules:
 *  1. Canary: until the first EVENT_READY only slot 0 is started; if it exits,
 *     fails to fork or passes start_timeout before, ACTION_FAILED (once) and
 *     nothing more is started until EVENT_RESIZE to 0 clears the failure and
 *     another one asks for workers again: then slot 0 is the canary once more.
 *     After the first READY the pool is "proven" (ACTION_UP once).
 *  2. During growth at most `window` slots of a proven pool are STARTING at
 *     once (window 0: no bound).  Replacements are not growth: they neither
 *     wait for the window nor for each other.
 *  3. A READY worker that served (`served`) and ended by exit(), any code, is
 *     replaced at once and forgiven: the handler ended it.
 *  4. Other deaths count.  A death after READY that is one of the first
 *     POOL_FREE_DEATHS is replaced at once, each other one after
 *     POOL_BACKOFF_FIRST_MS doubling up to POOL_BACKOFF_LAST_STEP_MS and then
 *     POOL_BACKOFF_CAP_MS, with up to 10 % of jitter added, never taken away.
 *     A death before READY and a failed fork are never free.  The count is
 *     reset when a worker was READY for POOL_GOOD_MS, by nothing else: a slot
 *     that was given up by a smaller want and is wanted again before its time
 *     waits the rest of it.  A worker that had served waits no longer than
 *     POOL_BACKOFF_LAST_STEP_MS: its death was a client's doing, and clients
 *     must not be able to stop the service.  So a slot that dies at once forks
 *at most 10 times in its first 10 s and then, unless clients kill it, at most
 *once a minute.
 *  5. STARTING for start_timeout: ACTION_KILL (why: start timeout), counts as
 *     a death before READY.
 *  6. Shrinking (want smaller) takes EMPTY and BACKOFF slots first, then
 *     STARTING, then READY ones, highest index first; a RETIRING slot that is
 *     wanted again when it exits is filled at once, however it ended.
 *  7. A worker that leaves by itself is replaced in an EMPTY slot at once if
 *     there is one (capacity above want), else in its own when it exits.  If
 *     it leaves within POOL_HASTY_MS of its READY it keeps its place until it
 *     exits, and that counts as a death after READY unless rule 3 forgives
 *     it; else a handler that only ever retires would fork without end.
 *  8. Recycling: a READY worker that is to be recycled goes on serving but
 *     holds no place any more, so that another is started in an EMPTY slot,
 *     within the window and under that slot's back-off; without an EMPTY slot
 *     it waits for one.  It is told to retire as soon as as many others are
 *     READY as are wanted: beside n others at most want - n recycled ones
 *     stay; slots take turns, so that none stays for ever.  Whether it dies or
 *     leaves meanwhile, it has been replaced already.  Who has not been READY
 *     for POOL_HASTY_MS and has served nobody is not recycled, for the reason
 *     of rule 7.
 *
 * READY, LEAVING and RECYCLE are a worker's word and therefore never a bug
 * while the slot has a process: what does not fit (twice, LEAVING before READY,
 * READY after ACTION_KILL or ACTION_RETIRE) changes nothing.
 */
#ifndef PREFORK_MASTER_POOL_H
#define PREFORK_MASTER_POOL_H

#include <stdbool.h>
#include <stdint.h>

#define POOL_FREE_DEATHS	  2
#define POOL_BACKOFF_FIRST_MS	  100
#define POOL_BACKOFF_LAST_STEP_MS 3200
#define POOL_BACKOFF_CAP_MS	  60000
#define POOL_GOOD_MS		  60000
#define POOL_HASTY_MS		  1000

enum pool_slot_state {
	POOL_EMPTY,
	POOL_STARTING,
	POOL_READY,
	POOL_RETIRING,
	POOL_BACKOFF,
};

enum pool_event_kind {
	EVENT_START,	    /* once, first */
	EVENT_SPAWN_FAILED, /* slot */
	EVENT_READY,	    /* slot */
	EVENT_EXITED,	    /* slot, by_exit, served */
	EVENT_LEAVING,	    /* slot: its worker will exit by itself (DONE) */
	EVENT_RECYCLE,	    /* slot, served: its worker is to be replaced */
	EVENT_RESIZE,	    /* want: 0 retires all; never above capacity */
	EVENT_TICK,	    /* the deadline passed */
};

struct pool_event {
	enum pool_event_kind kind;
	unsigned slot;
	unsigned want;
	bool by_exit; /* WIFEXITED */
	bool served;  /* had at least one connection */
};

enum pool_action_kind {
	ACTION_SPAWN,	/* fork a worker for slot */
	ACTION_RETIRE,	/* tell slot's worker to finish and go */
	ACTION_KILL,	/* slot's worker missed start_timeout */
	ACTION_UP,	/* first worker READY */
	ACTION_FAILED,	/* the canary did not make it */
	ACTION_BACKOFF, /* slot waits delay_ms: for the log */
};

struct pool_action {
	enum pool_action_kind kind;
	unsigned slot;
	int64_t delay_ms; /* of ACTION_BACKOFF */
};

struct pool_slot {
	enum pool_slot_state state;
	bool killed;	     /* ACTION_KILL was given */
	bool been_ready;     /* some worker of it was */
	bool hasty;	     /* RETIRING by itself, too soon (rule 7) */
	bool recycling;	     /* READY, to be replaced (rule 8) */
	unsigned deaths;     /* that count, since the last good minute */
	unsigned paid;	     /* of these, not free */
	int64_t since_ms;    /* of the state */
	int64_t retry_at_ms; /* not forked before */
};

struct pool {
	unsigned capacity;
	unsigned want;
	unsigned window;
	int64_t start_timeout_ms; /* 0: none */
	bool started, proven, failed;
	unsigned recycle_next;	 /* the first slot to look at in rule 8 */
	uint64_t random;	 /* state of the jitter; seeded by pool_init */
	struct pool_slot *slots; /* capacity of them */
	struct pool_action *actions; /* of the last step */
	unsigned action_count;
};

struct pool_limits {
	unsigned capacity; /* >= want */
	unsigned want;	   /* >= 1 at start */
	unsigned window;
	int64_t start_timeout_ms;
	uint64_t seed;
};

/* 0, or -1 with errno ENOMEM. */
int pool_init(struct pool *pool, const struct pool_limits *limits);
void pool_fini(struct pool *pool);
/* Apply one event; pool->actions[0..action_count-1] is what to do now, valid
 * until the next step.  Each event but EVENT_START comes after it; an event
 * for a slot without a process, or EVENT_SPAWN_FAILED for one that is not
 * STARTING, is our bug.  Linear in capacity. */
void pool_step(struct pool *pool, const struct pool_event *event,
    int64_t now_ms);
/*
 * Instead of EVENT_START: the pool of a process image before us.  Then, for
 * each process that lives, pool_adopt_slot.  The pool is proven.
 */
void pool_adopt(struct pool *pool, unsigned want);
/* STARTING, READY or RETIRING since since_ms. */
void pool_adopt_slot(struct pool *pool, unsigned slot,
    enum pool_slot_state state, int64_t since_ms);
/* It is READY and was to be recycled. */
void pool_adopt_recycling(struct pool *pool, unsigned slot);
/* When EVENT_TICK is next due, CLOCK_NEVER if never. */
int64_t pool_deadline(const struct pool *pool);
/* Slots in `state`. */
unsigned pool_count(const struct pool *pool, enum pool_slot_state state);
const char *pool_slot_state_name(enum pool_slot_state state);
const char *pool_event_name(enum pool_event_kind kind);
const char *pool_action_name(enum pool_action_kind kind);

#endif
