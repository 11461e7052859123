/*
 * What must hold.  Some of it is asserted where it happens: who accepts was
 * let in, there is one helper, exec follows a good rehearsal only.
 */

/* Somebody accepts, from the first READY to a stop or a WINCH. */
#define SERVED (!must_accept || excused || dead || accepting > 0)

ltl never_unserved { [] SERVED }
ltl crashes_are_made_good {
	[] (must_accept && accepting == 0 ->
	    <> (accepting > 0 || drained || !must_accept || dead))
}
ltl stop_ends { [] (stop_asked -> <> (life == S_OVER || dead)) }
ltl workers_are_reaped {
	[] (does[0] == ZOMBIE -> <> (does[0] != ZOMBIE || dead))
}
ltl helpers_are_reaped {
	[] (helper_does == ZOMBIE -> <> (helper_does != ZOMBIE || dead))
}
ltl reload_is_not_forgotten {
	[] (owed_reload -> <> (!owed_reload || life == S_OVER || dead))
}
ltl upgrade_is_not_forgotten {
	[] (owed_upgrade -> <> (!owed_upgrade || life == S_OVER || dead))
}

/* In the current generation nothing ends it but the next reload or the stop,
 * if it was told to go in a drain or not. */
#define IS_BUSY_FOR_EVER(k) \
	(does[k] == HANGING && whose[k] == CURRENT && pool[k] != STARTING)

inline audit_over()
{
	for (k : 0 .. PLACES - 1) {
		assert(does[k] == NOTHING && pool[k] == EMPTY)
	};
	assert(helper == NONE && helper_does == NOTHING);
	assert(waiting == 0);
	assert(stop_killed || served == taken)
}

inline audit_serving()
{
	assert(life == S_SERVING && marks == 0 && !stop_asked);
	assert(!owed_reload && !owed_upgrade && !owed_drain);
	assert(!want_reload && !want_upgrade);
	assert(helper == NONE && helper_does == NOTHING);
	assert(accepting == (resting -> 0 : WORKERS));
	assert(!old && want_incoming == 0);
	for (k : 0 .. PLACES - 1) {
		assert(does[k] == NOTHING || does[k] == ACCEPTING ||
		    IS_BUSY_FOR_EVER(k))
	};
	k = 0
}

/* The master was killed: who does not hang has gone, and the system's first
 * process reaps. */
inline audit_dead()
{
	for (k : 0 .. PLACES - 1) {
		assert(does[k] == NOTHING || does[k] == ZOMBIE ||
		    does[k] == HANGING)
	};
	k = 0
}

/*
 * Nothing more can happen, so all that was asked for must be done.  Where no
 * run goes on for ever this says as much as the formulas above and is cheap
 * enough for more signals and faults.
 */
inline audit()
{
	d_step {
		if
		:: dead -> audit_dead()
		:: !dead && life == S_OVER -> audit_over()
		:: else -> audit_serving()
		fi
	}
}
