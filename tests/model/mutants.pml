/*
 * Ways to break the master and its children.  Each is one -DMUTANT=number, and
 * spin must find that a promise does not hold then; so no promise is empty,
 * and these faults cannot be built into the design unseen.
 *
 * model.sh reads the numbers, and of each comment how many EVENTS and WORKERS
 * it takes, and the formula in promises.pml that fails ("audit": what is
 * asserted).
 */
#define PIPE_EMPTIED_LATE 1	/* 2 1 helpers_are_reaped: after the marks */
#define CHLD_TAKEN_LATE 2	/* 2 1 workers_are_reaped: after reaping */
#define ONE_REAPED 3		/* 2 1 audit: a child for each CHLD */
#define NO_GO_NEEDED 4		/* 0 1 audit: workers accept when READY */
#define GO_AT_READY 5		/* 1 2 audit: incoming ones get it too */
#define RETIRED_EARLY 6		/* 1 1 never_unserved: before the others */
#define DEATH_AFTER_READY_FORGIVEN 7 /* 2 1 audit: while all others start */
#define NO_START_DEADLINE 8	/* 2 1 audit: a worker that hangs */
#define NO_DRAIN_DEADLINE 9	/* 2 1 audit: an old one that hangs */
#define NO_HELPER_DEADLINE 10	/* 1 1 audit: a probe that hangs */
#define WISH_ONLY_WHEN_SERVING 11 /* 2 1 reload_is_not_forgotten: HUP, HUP */
#define WISHES_BEFORE_FREED 12	/* 2 1 audit: one that waits for the old */
#define ONE_WISH_A_TURN 13	/* 3 1 audit: the upgrade fails at once */
#define HELPERS_PILE_UP 14	/* 3 1 audit: an abandoned one still runs */
#define DRAIN_NOT_UNDONE 15	/* 3 1 audit: the reload after it failed */
#define CRASH_NOT_REPLACED 16	/* 1 1 crashes_are_made_good: while serving */
#define GO_AT_COMMIT_ONLY 17	/* 1 1 audit: a worker that comes later */
#define VERDICT_NOT_READ 18	/* 1 1 audit: who ends was content */
#define LATE_VERDICT_COUNTS 19	/* 1 1 audit: content, and hangs */
#define EXEC_FORGETS_MARKS 20	/* 2 1 audit: that nobody has looked at */
#define EXEC_WAKES_NOBODY 21	/* 3 1 audit: marks without a byte */
#define EXEC_UNBLOCKED 22	/* 2 1 audit: the old image gets signals */
#define EXEC_REAPS_NOBODY 23	/* 2 1 audit: CHLD was taken before */
#define EXEC_CLOSES_CHANNELS 24	/* 1 1 audit: workers think it is dead */
#define EXEC_WISHES_NOTHING 25	/* 1 1 audit: no workers of the new binary */
#define EXEC_FORGETS_WISH 26	/* 2 1 upgrade_is_not_forgotten: USR2, USR2 */
#define OVER_BEFORE_OLD 27	/* 2 1 audit: an old one still finishes */
#define OVER_BEFORE_HELPER 28	/* 2 1 audit: an abandoned one still runs */
#define NO_STOP_DEADLINE 29	/* 2 1 stop_ends: a worker that hangs */
#define KILL_NOT_SENT 30	/* 2 1 audit: the deadline passes, no more */
#define DEAD_HANDS_SETTLE 31	/* 2 1 audit: handed to one that died */
#define NOBODY_FOR_HELD 32	/* 2 1 audit: all died, none is forked */
#define STOP_FORKS 33		/* 1 1 audit: as many as when serving */
#define EOF_IGNORED 34		/* 1 1 audit: workers of a dead master */
#define DRAIN_ONLY_WHEN_SERVING 35 /* 2 1 audit: WINCH during a reload */
#define EXEC_FORGETS_RELOAD 36	/* 3 1 audit: WINCH, HUP in the rehearsal */

/* Which one: -DMUTANT=number, or, so that one verifier does for many, where it
 * runs, by its environment (which spin cannot play back). */
#ifdef CHOSEN_LATE
c_decl { static int mutant; }
#define IS(number) c_expr { mutant == number }
#define CHOOSE \
	c_code { \
		mutant = atoi(getenv("MUTANT")); \
		now.left = atoi(getenv("EVENTS")); \
	}
#else
#ifndef MUTANT
#define MUTANT 0
#endif
#define IS(number) (MUTANT == number)
#define CHOOSE skip
#endif
