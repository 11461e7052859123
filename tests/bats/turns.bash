# What tests of signals, stops and reloads share, beside helper.bash and
# faults.bash.
#
#	settled		all that was sent to the master has been acted upon
#	is_refused	nobody new is let in
#	begin ...	as start, but waits for nothing
#	start_moody ...	start with the handler moody, which echoes; its name
#			is added
#	mood WORD	what its worker_init does from now on: fail, crash, exit,
#			hang, wait; ok is the first
#	open_gate	lets go who waits, and nobody waits any more
#	elapsed MS BEGIN	so long ago clock_ms said BEGIN
#	between LEAST MOST COMMAND...	how many ms it may take, as within
#	load_begin	clients come and go, all the time
#	load_end	each of them was served

# shellcheck disable=SC2034,SC2154 # the variables that are helper.bash's

# Twice: the first may be acted upon before the rest of what came with it.
settled() {
	local count

	for _ in 1 2; do
		count=$(log_count PF0114)
		kill -USR1 "$MASTER"
		wait_log PF0114 $((count + 1)) || return 1
	done
}

is_refused() {
	if [[ $ADDR == unix:* ]]; then
		[[ ! -e ${ADDR#unix:} ]]
	else
		[[ $(talk -q "$ADDR") == refused ]]
	fi
}

begin() {
	complete_arguments "$@"
	LOG_BEGIN=$(($(wc -l <"$T/log") + 1))
	(
		exec </dev/null >>"$T/out" 2>>"$T/log"
		become -1 "$PREFORKD" -F "${ARGUMENTS[@]}"
	) &
	MASTER=$!
	# shellcheck disable=SC2004 # by pid, in an associative array
	MASTERS[$MASTER]=child
}

start_moody() {
	start "$@" "$PREFORK_FAULTS/moody.so" || return 1
	SERVES_ECHO=1
}

mood() {
	printf '%s\n' "$1" >"$T/mood.new"
	mv "$T/mood.new" "$T/mood"
}

# For reading too, so that it opens though nobody waits.
open_gate() {
	mood ok
	: <>"$T/gate"
}

# Ends with the test, too: nobody can connect then.
load_begin() {
	: >"$T/load" # what is there may be of the load before
	(
		close_descriptors -1
		while [[ ! -e $T/enough ]]; do
			talk -n 4 "$ADDR" line one shut eof close connect \
				line two shut eof || exit 1
			printf .
		done
	) >"$T/load" 2>&1 &
	LOAD_PID=$!
}

load_end() {
	wait_for test -s "$T/load" || return 1
	: >"$T/enough"
	wait "$LOAD_PID" || {
		cat "$T/load"
		fail 'a client was not served' || return 1
	}
	rm "$T/enough"
}

elapsed() {
	(($(clock_ms) - $2 >= $1))
}

between() {
	local least=$1 most=$2 begin

	shift 2
	begin=$(clock_ms)
	within "$most" "$@" || return 1
	elapsed "$least" "$begin" || fail "less than $least ms: $*"
}
