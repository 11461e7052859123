/*
 * The master's children: workers (src/worker/worker.c, orders.c, leave.c) and
 * the helper, a probe or a rehearsal (src/master/helper.c, probe.c).  Each can
 * crash, and each can hang, which means that only KILL ends it.
 */

#define HEARS(n) \
	(does[n] == WAITING || does[n] == ACCEPTING || does[n] == PARKED)
#define CAN_FAIL(process) \
	(left > 0 && IS_ALIVE(process) && (process) != HANGING)

/* What the kernel does. */
inline end_worker(n)
{
	does[n] = (dead -> NOTHING : ZOMBIE);
	if
	:: admitted[n] && pool[n] == READY ->
		accepting--
	:: else
	fi;
	send(CHLD)
}

inline obey(n)
{
	to_worker[n]?word;
	if
	:: word == M_GO -> does[n] = ACCEPTING
	:: word == M_RETIRE -> end_worker(n)
	:: word == M_DRAIN && does[n] != PARKED ->
		does[n] = PARKED;
		to_master[n]!M_DONE
	:: word == M_SERVE ->
		does[n] = SERVING;
		begun[n] = true;
		served++
	:: else
	fi
}

/* One for each place, which may be filled again and again. */
proctype worker(byte n)
{
end_life:
	do
	:: d_step {
		does[n] == LOADING ->
			does[n] = (IS(NO_GO_NEEDED) -> ACCEPTING : WAITING);
			to_master[n]!M_READY
	}
	:: d_step { HEARS(n) && nempty(to_worker[n]) -> obey(n) }
	:: d_step { HEARS(n) && closed && !IS(EOF_IGNORED) -> end_worker(n) }
	:: d_step {
		does[n] == SERVING ->
			does[n] = PARKED;
			to_master[n]!M_DONE
	}
	:: does[n] == ACCEPTING && (!admitted[n] || whose[n] == INCOMING) ->
		assert(false)
	:: d_step { killed[n] && IS_ALIVE(does[n]) -> end_worker(n) }
	:: d_step {
		CAN_FAIL(does[n]) ->
			left--;
			excused = excused || (accepting == 1 &&
			    admitted[n] && pool[n] == READY);
			end_worker(n)
	}
	:: d_step { CAN_FAIL(does[n]) -> left--; does[n] = HANGING }
	od
}

inline end_helper()
{
	helper_does = (dead -> NOTHING : ZOMBIE);
	send(CHLD)
}

/* To find fault is no fault, nor is to hang: it is there for that. */
proctype helper_process()
{
end_life:
	do
	:: d_step { helper_does == LOADING -> content = true; end_helper() }
	:: d_step { helper_does == LOADING -> end_helper() }
	:: d_step { helper_does == LOADING -> helper_does = HANGING }
	:: d_step {
		helper_does == LOADING ->
			content = true;
			helper_does = HANGING
	}
	:: d_step { helper_killed && IS_ALIVE(helper_does) -> end_helper() }
	od
}
