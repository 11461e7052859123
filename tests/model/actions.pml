/*
 * What the master does on the way from one state to the next: the actions of
 * life.def (src/master/reload.c, upgrade.c, stop.c).  Some of them let the
 * next thing happen, by setting "event".
 */

/* -------------------------------------------------------------- reload */

inline start_helper(kind)
{
	assert(helper == NONE && helper_does == NOTHING);
	helper = kind;
	helper_does = LOADING
}

inline check_begin()
{
	owed_reload = IS_SENT(HUP);
	resting = false;
	if
	:: start_helper(PROBE)
	:: left > 0 ->
		left--;
		event = E_BAD
	fi
}

/* The reload was to end a drain: those who were there come back. */
inline undo_drain()
{
	if
	:: drained && life == S_SERVING && !IS(DRAIN_NOT_UNDONE) ->
		drained = false;
		want_current = WORKERS
	:: else
	fi
}

inline reload_failed()
{
	undo_drain()
}

inline reload_begin()
{
	if
	:: want_incoming = WORKERS;
		want_current = (IS(RETIRED_EARLY) -> 0 : want_current)
	:: left > 0 ->
		left--;
		event = E_TROUBLE
	fi
}

/* They are told with all others that are not wanted. */
inline send_away()
{
	old = old || want_incoming > 0;
	want_incoming = 0;
	proven_incoming = false;
	trouble = false
}

inline reload_roll_back()
{
	send_away();
	undo_drain()
}

inline reload_commit()
{
	d_step {
		count = 0;
		there = 0;
		for (EVERY_PLACE) {
			if
			:: whose[k] == CURRENT -> whose[k] = OLD
			:: whose[k] == INCOMING ->
				whose[k] = CURRENT;
				admit(k);
				there = there + admitted[k];
				count = count + IS_ACCEPTING(k)
			:: else
			fi
		};
		/* READY and dead by now, which nobody could know. */
		excused = excused || (there > 0 && count == 0);
		old = true;
		drained = false;
		want_current = want_incoming;
		proven_current = true;
		want_incoming = 0;
		proven_incoming = false
	}
}

/* Something stronger came. */
inline abandon()
{
	want_reload = false;
	want_upgrade = false;
	owed_reload = IS_SENT(HUP);
	owed_upgrade = IS_SENT(USR2);
	helper_abandoned = helper != NONE;
	helper_killed = helper != NONE;
	send_away()
}

inline drain_begin()
{
	abandon();
	owed_drain = false;
	drained = true;
	resting = true;
	excused = true;
	want_current = 0
}

/* ------------------------------------------------------------- upgrade */

inline rehearsal_begin()
{
	assert(owed_upgrade);
	owed_upgrade = IS_SENT(USR2);
	if
	:: start_helper(REHEARSAL)
	:: left > 0 ->
		left--;
		event = E_BAD
	fi
}

inline upgrade_failed()
{
	skip
}

/* From now on signals wait in the kernel for the new image; if there is none
 * after all, nothing has happened. */
inline upgrade_exec()
{
	assert(rehearsed);
	rehearsed = false;
	if
	:: true ->
		owed_reload = owed_reload || !drained;
		blocked = !IS(EXEC_UNBLOCKED);
		saved = marks;
		at = EXEC;
		break
	:: left > 0 -> left--
	fi
}

/* The new image.  Those who died while the old one looked are nobody's news
 * any more, so it looks first.  After a drain it reloads only if somebody wants
 * it to. */
inline begin_anew()
{
	marks = pending | (IS(EXEC_FORGETS_MARKS) -> 0 : saved);
	wake = marks != 0 && !IS(EXEC_WAKES_NOBODY);
	closed = closed || IS(EXEC_CLOSES_CHANNELS);
	saved = 0;
	pending = 0;
	blocked = false;
	want_reload =
	    (drained -> want_reload && !IS(EXEC_FORGETS_RELOAD) :
		!IS(EXEC_WISHES_NOTHING));
	want_upgrade = want_upgrade && !IS(EXEC_FORGETS_WISH);
	fresh = true;
	dirty = true;
	at = (IS(EXEC_REAPS_NOBODY) -> WAIT : REAP_WORKERS)
}

/* ---------------------------------------------------------------- stop */

inline start_done()
{
	must_accept = true;
	/* READY and dead by now. */
	excused = accepting == 0
}

inline begin_stop()
{
	if
	:: !stop_begun ->
		stop_begun = true;
		abandon();
		owed_reload = false;
		owed_upgrade = false;
		owed_drain = false
	:: else
	fi
}

/* At the end of this turn, with all who are not wanted. */
inline kill_everybody()
{
	must_accept = false;
	want_current = 0;
	waiting = 0;
	queue_closed = true;
	stop_killed = true
}

inline start_failed()
{
	kill_everybody()
}

inline leave_begin()
{
	begin_stop()
}

inline stop_begin()
{
	begin_stop();
	d_step {
		for (EVERY_PLACE) {
			if
			:: whose[k] == CURRENT && pool[k] == STARTING ->
				killed[k] = true
			:: else
			fi
		};
		must_accept = false;
		want_current = (IS(STOP_FORKS) -> want_current : 0);
		taken = QUEUED;
		waiting = QUEUED
	}
}

inline stop_hurry()
{
	skip
}

inline stop_fast()
{
	begin_stop();
	kill_everybody()
}

inline stop_kill()
{
	kill_everybody()
}

inline stop_done()
{
	skip
}
