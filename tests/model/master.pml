/*
 * The master's loop (src/master/master.c, signals.c, reap.c).  Signals and
 * children come in between only where it says LET_OTHERS or "break": elsewhere
 * they could as well have come a moment later.
 */

/* Between steps of which the order matters.  With two workers of a generation
 * there would be too many runs; one is enough to see that the order is right.
 */
#if WORKERS == 1
#define LET_OTHERS break
#else
#define LET_OTHERS skip
#endif

/* Where in the loop it is. */
mtype = { WAIT, HEAR, TAKE_CHLD, REAP_HELPER, REAP_WORKERS, TAKE_INT,
	TAKE_TERM, TAKE_WINCH, TAKE_HUP, TAKE_USR2, REVIEW_START,
	REVIEW_RELOAD, REVIEW_WISHES, REVIEW_STOP, REVIEW_PLACES, EXEC,
	EMPTY_PIPE }

/* The comparisons are always true.  They are how model.sh knows the step when
 * spin lists the steps that there are, and those that no run has taken. */
#define LIFE(state, on, next, action) \
	:: life == S_##state && event == E_##on -> \
		S_##state != E_##on && S_##next != E_NONE; \
		event = E_NONE; \
		life = S_##next; \
		action();

inline life_step()
{
	if
#include "life.def"
	:: else -> event = E_NONE
	fi;
	retire_unwanted()
}

#define DEADLINE(is_armed, is_justified) \
	!dead && !dirty && (is_armed) && (is_justified || left > 0) -> \
		left = left - !(is_justified); \
		dirty = true

#define IS_READABLE(n) || nempty(to_master[n])
#define START_DEADLINE(n) \
	:: DEADLINE(pool[n] == STARTING && !killed[n] && \
	    !IS(NO_START_DEADLINE), does[n] == HANGING); \
		killed[n] = true; \
		trouble = trouble || (whose[n] == INCOMING && \
		    want_incoming > 0) || !proven_current
#define DRAIN_DEADLINE(n) \
	:: DEADLINE(whose[n] == OLD && !killed[n] && \
	    !IS(NO_DRAIN_DEADLINE), does[n] == HANGING); \
		killed[n] = true
#define HANGS(n) || does[n] == HANGING
#if WORKERS == 2
#define EACH(x) x(0) x(1) x(2) x(3) x(4)
#else
#define EACH(x) x(0) x(1) x(2)
#endif

/* Any of what is ready, and any others before the review. */
inline wait()
{
	assert(SERVED);
end_waiting:
	if
	:: dead -> goto end_killed
	:: !dead && wake ->
		at = TAKE_CHLD;
		wake = IS(PIPE_EMPTIED_LATE);
		LET_OTHERS
	:: !dead && (false EACH(IS_READABLE)) -> at = HEAR
	EACH(START_DEADLINE)
	EACH(DRAIN_DEADLINE)
	:: DEADLINE(IS_ALIVE(helper_does) && !helper_killed &&
	    !IS(NO_HELPER_DEADLINE), helper_does == HANGING);
		helper_late = true;
		helper_killed = true
	:: !dead && !dirty && life == S_LEAVING ->
		dirty = true;
		event = E_DELAY_OVER
	:: !dead && !dirty && life == S_STOPPING && !queue_closed ->
		dirty = true;
		queue_closed = true
	:: DEADLINE(life == S_STOPPING && !stop_killed &&
	    !IS(NO_STOP_DEADLINE), (false EACH(HANGS)));
		event = E_LATE
	:: !dead && dirty ->
		dirty = false;
		at = REVIEW_START
	fi
}

inline reap_helper()
{
	if
	:: helper_does == ZOMBIE ->
		rehearsed = helper == REHEARSAL && content && !helper_late &&
		    !helper_abandoned;
		if
		:: helper_abandoned
		:: !helper_abandoned &&
		    (content || IS(VERDICT_NOT_READ)) &&
		    (!helper_late || IS(LATE_VERDICT_COUNTS)) ->
			event = E_GOOD
		:: else -> event = E_BAD
		fi;
		helper = NONE;
		helper_does = NOTHING;
		content = false;
		helper_late = false;
		helper_killed = false;
		helper_abandoned = false
	:: else
	fi
}

inline take(signal, what)
{
	if
	:: IS_MARKED(signal) ->
		UNMARK(signal);
		event = what
	:: else
	fi
}

inline wish(signal, wanted)
{
	if
	:: IS_MARKED(signal) ->
		UNMARK(signal);
		wanted = !stop_begun && (wanted || life == S_SERVING ||
		    !IS(WISH_ONLY_WHEN_SERVING))
	:: else
	fi
}

inline review_start()
{
	if
	:: life == S_STARTING && trouble -> event = E_TROUBLE
	:: life == S_STARTING && proven_current && !trouble -> event = E_UP
	:: else
	fi
}

inline review_reload()
{
	count = 0;
	for (EVERY_PLACE) {
		count = count + (whose[k] == INCOMING && pool[k] == READY)
	};
	if
	:: want_incoming > 0 && trouble -> event = E_TROUBLE
	:: want_incoming > 0 && !trouble && (count == want_incoming ||
	    (proven_incoming && IS(DEATH_AFTER_READY_FORGIVEN))) ->
		event = E_ALL_READY
	:: else
	fi
}

inline free_ended()
{
	was_old = old;
	old = false;
	for (EVERY_PLACE) {
		old = old || whose[k] == OLD ||
		    (whose[k] == INCOMING && want_incoming == 0)
	}
}

#define IS_FREE (life == S_SERVING && \
	(helper == NONE || (helper_abandoned && IS(HELPERS_PILE_UP))))

/* One after the other, until there is none or one that takes its time. */
inline fulfil_wishes()
{
	at = (IS(ONE_WISH_A_TURN) -> REVIEW_STOP : REVIEW_WISHES);
	if
	:: IS_FREE && want_upgrade ->
		want_upgrade = false;
		event = E_UPGRADE
	:: IS_FREE && !want_upgrade && want_reload &&
	    !(IS(WISHES_BEFORE_FREED) -> was_old : old) ->
		want_reload = false;
		event = E_RELOAD
	:: else -> at = REVIEW_STOP
	fi
}

inline review_stop()
{
	if
	:: life == S_STOPPING ->
		hand_over();
		keep_workers_for_held();
		count_who_is_left();
		if
		:: count == 0 -> event = E_GONE
		:: else
		fi
	:: else
	fi
}

inline review_places()
{
	fill_places(CURRENT, want_current, proven_current);
	fill_places(INCOMING, want_incoming, proven_incoming)
}

proctype master()
{
	mtype at = REVIEW_PLACES, event = E_NONE;
	bool dirty, fresh, rehearsed;

	want_current = WORKERS;
again:
	atomic {
		do
		:: event != E_NONE -> life_step()
		:: event == E_NONE && at == WAIT -> wait()
		:: event == E_NONE && at == TAKE_CHLD ->
			at = TAKE_INT;
			if
			:: IS_MARKED(CHLD) ->
				marks = (IS(CHLD_TAKEN_LATE) -> marks :
				    marks & ~CHLD);
				at = REAP_HELPER;
				LET_OTHERS
			:: else
			fi
		:: event == E_NONE && at == REAP_HELPER ->
			at = REAP_WORKERS;
			reap_helper()
		:: d_step {
			event == E_NONE && at == REAP_WORKERS ->
				reap_workers();
				at = (fresh -> WAIT : TAKE_INT);
				dirty = true;
				fresh = false
		}
			if
			:: IS(CHLD_TAKEN_LATE) -> break
			:: else
			fi
		:: d_step {
			event == E_NONE && at == HEAR ->
				hear_workers();
				at = WAIT;
				dirty = true
		}
		:: event == E_NONE && at == TAKE_INT ->
			at = TAKE_TERM;
			marks = (IS(CHLD_TAKEN_LATE) -> marks & ~CHLD : marks);
			take(INT, E_FAST_STOP)
		/* And QUIT, which only gives more time. */
		:: event == E_NONE && at == TAKE_TERM ->
			at = TAKE_WINCH;
			take(TERM, E_STOP)
		:: event == E_NONE && at == TAKE_WINCH ->
			at = TAKE_HUP;
			take(WINCH, E_DRAIN);
			event = (IS(DRAIN_ONLY_WHEN_SERVING) &&
			    life != S_SERVING -> E_NONE : event)
		:: event == E_NONE && at == TAKE_HUP ->
			at = TAKE_USR2;
			wish(HUP, want_reload)
		:: event == E_NONE && at == TAKE_USR2 ->
			at = WAIT;
			dirty = true;
			wish(USR2, want_upgrade);
			if
			:: IS(PIPE_EMPTIED_LATE) ->
				at = EMPTY_PIPE;
				break
			:: else
			fi
		:: event == E_NONE && at == EMPTY_PIPE ->
			wake = false;
			at = WAIT
		:: event == E_NONE && at == REVIEW_START ->
			at = REVIEW_RELOAD;
			review_start()
		:: d_step {
			event == E_NONE && at == REVIEW_RELOAD ->
				at = REVIEW_WISHES;
				review_reload()
		}
		:: d_step {
			event == E_NONE && at == REVIEW_WISHES ->
				free_ended();
				fulfil_wishes()
		}
		:: d_step {
			event == E_NONE && at == REVIEW_STOP ->
				at = REVIEW_PLACES;
				review_stop()
		}
			retire_unwanted()
		:: d_step {
			event == E_NONE && at == REVIEW_PLACES ->
				review_places();
				at = WAIT
		}
			break
		:: event == E_NONE && at == EXEC -> begin_anew()
		od
	};
	if
	:: life != S_OVER -> goto again
	:: else
	fi;
end_killed:
	skip
}
