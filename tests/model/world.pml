/*
 * Who sends signals to the master, in any order and at any moment; and the
 * beginning and the end of everything.
 */
proctype world()
{
	byte signal;

end_life:
	do
	:: atomic {
		left > 0 ->
			if
			:: signal = HUP
			:: signal = USR2
			:: signal = WINCH
			:: signal = TERM
			:: signal = INT
			:: dead = true;
				closed = true
			fi;
			d_step {
				stop_asked = stop_asked || signal == TERM ||
				    signal == INT;
				owed_reload = owed_reload ||
				    (signal == HUP && !stop_begun);
				owed_upgrade = owed_upgrade ||
				    (signal == USR2 && !stop_begun);
				owed_drain = owed_drain || (signal == WINCH &&
				    must_accept && !stop_begun);
				left--;
				send(signal);
				signal = 0
			}
	}
	:: break
	od
}

init {
	CHOOSE;
	atomic {
		for (k : 0 .. PLACES - 1) {
			run worker(k)
		};
		run helper_process();
		run master();
		run world()
	};
	timeout;
	audit()
}
