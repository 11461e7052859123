/*
 * Workers as the master sees them: let in, heard, buried, forked, told to go,
 * handed connections (src/master/worker_record.c, reap.c, pool_places.c,
 * held.c).  All of it is called in d_step.
 */

#define HOLDS_PLACE(k) (pool[k] == STARTING || pool[k] == READY)
#define IS_ACCEPTING(k) \
	(admitted[k] && pool[k] == READY && IS_ALIVE(does[k]))
#define EVERY_PLACE k : 0 .. PLACES - 1

/* Workers of the current generation are let in when they are READY, those of
 * the next one when it is committed. */
inline admit(n)
{
	if
	:: (whose[n] == CURRENT || IS(GO_AT_READY)) && pool[n] == READY &&
	    !admitted[n] && life != S_STOPPING ->
		admitted[n] = true;
		to_worker[n]!M_GO;
		accepting = accepting + IS_ALIVE(does[n]);
		excused = excused && accepting == 0
	:: else
	fi
}

/* What it was handed is let go only when it was begun. */
inline settle(n)
{
	if
	:: handed[n] && !begun[n] && !stop_killed &&
	    !IS(DEAD_HANDS_SETTLE) -> waiting++
	:: else
	fi;
	handed[n] = false;
	begun[n] = false
}

inline take_word(n)
{
	to_master[n]?word;
	if
	:: word == M_READY && pool[n] == STARTING && !killed[n] ->
		pool[n] = READY;
		if
		:: whose[n] == CURRENT -> proven_current = true
		:: else -> proven_incoming = true
		fi;
		if
		:: IS(GO_AT_COMMIT_ONLY) && life != S_STARTING
		:: else -> admit(n)
		fi
	:: word == M_DONE ->
		settle(n);
		parked[n] = true;
		pool[n] = RETIRING
	:: else
	fi
}

/* Its last words first. */
inline bury(n)
{
	do
	:: len(to_master[n]) > 0 -> take_word(n)
	:: else -> break
	od;
	settle(n);
	if
	:: whose[n] == CURRENT && pool[n] == STARTING && !proven_current ->
		trouble = true
	:: whose[n] == INCOMING && want_incoming > 0 &&
	    !(IS(DEATH_AFTER_READY_FORGIVEN) && pool[n] == READY) ->
		trouble = true
	:: else
	fi;
	do
	:: len(to_worker[n]) > 0 -> to_worker[n]?_
	:: else -> break
	od;
	pool[n] = EMPTY;
	whose[n] = NOBODY;
	does[n] = NOTHING;
	admitted[n] = false;
	killed[n] = false;
	parked[n] = false
}

inline hear_workers()
{
	for (EVERY_PLACE) {
		do
		:: len(to_master[k]) > 0 -> take_word(k)
		:: else -> break
		od
	}
}

inline reap_workers()
{
	count = 0;
	for (EVERY_PLACE) {
		if
		:: does[k] == ZOMBIE && !(IS(ONE_REAPED) && count > 0) ->
			bury(k);
			count++
		:: else
		fi
	}
}

inline fork_worker(n, who)
{
	pool[n] = STARTING;
	whose[n] = who;
	does[n] = LOADING;
	if
	:: life == S_STOPPING -> to_worker[n]!M_DRAIN
	:: else
	fi
}

/* Until one has been READY only one is started. */
inline fill_places(who, want, proven)
{
	count = 0;
	for (EVERY_PLACE) {
		count = count + (whose[k] == who && HOLDS_PLACE(k))
	};
	for (EVERY_PLACE) {
		if
		:: pool[k] == EMPTY &&
		    count < (proven || want == 0 -> want : 1) &&
		    !(IS(CRASH_NOT_REPLACED) && who == CURRENT &&
			life == S_SERVING) ->
			fork_worker(k, who);
			count++
		:: else
		fi
	}
}

inline retire_if_unwanted(n)
{
	if
	:: whose[n] == INCOMING && want_incoming == 0 ->
		whose[n] = OLD;
		killed[n] = killed[n] || pool[n] == STARTING
	:: else
	fi;
	if
	:: HOLDS_PLACE(n) && (whose[n] == OLD ||
	    (whose[n] == CURRENT && want_current == 0)) ->
		accepting = accepting - IS_ACCEPTING(n);
		pool[n] = RETIRING;
		if
		:: life == S_STOPPING -> to_worker[n]!M_DRAIN
		:: else -> to_worker[n]!M_RETIRE
		fi
	:: else
	fi;
	killed[n] = pool[n] != EMPTY &&
	    (killed[n] || (stop_killed && !IS(KILL_NOT_SENT)))
}

/* Generations that nobody wants finish.  In one that is rolled back nobody was
 * let in, so those that start can be killed. */
inline retire_unwanted()
{
	d_step {
		for (EVERY_PLACE) {
			retire_if_unwanted(k)
		};
		k = 0
	}
}

/* ---------------------------------------------------------------- held */

inline hand_over()
{
	for (EVERY_PLACE) {
		if
		:: parked[k] && waiting > 0 ->
			parked[k] = false;
			handed[k] = true;
			waiting--;
			to_worker[k]!M_SERVE
		:: parked[k] && waiting == 0 && queue_closed ->
			parked[k] = false;
			to_worker[k]!M_RETIRE
		:: else
		fi
	}
}

/* Who is free or will be, and who is there at all. */
inline keep_workers_for_held()
{
	count = 0;
	there = 0;
	for (EVERY_PLACE) {
		there = there + (whose[k] == CURRENT);
		count = count + (whose[k] == CURRENT &&
		    (HOLDS_PLACE(k) || parked[k]))
	};
	if
	:: waiting == 0 && !IS(STOP_FORKS) -> want_current = 0
	:: waiting > count && there < WORKERS && !IS(NOBODY_FOR_HELD) ->
		want_current = 1
	:: else
	fi
}

inline count_who_is_left()
{
	count = waiting + !queue_closed +
	    (helper != NONE && !IS(OVER_BEFORE_HELPER));
	for (EVERY_PLACE) {
		count = count + (whose[k] == CURRENT ||
		    (pool[k] != EMPTY && !IS(OVER_BEFORE_OLD)))
	}
}
