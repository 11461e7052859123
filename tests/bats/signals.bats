# What each signal means to the master and to a worker.  stop.bats has those
# that end it, reload.bats has HUP.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# $1 is the number of workers after that many.
resized() {
	kill -s "$1" "$MASTER"
	wait_log PF0113 "$2"
	wait_workers "$3"
}

# As a daemon, whose log is not ours to see.
drain() {
	kill -WINCH "$MASTER"
	wait_workers "$1"
}

# In the foreground with a terminal for its standard input.  MASTER is in the
# charge of script, which ends with it.
start_on_terminal() {
	need script
	cat >"$T/terminal" <<-'END'
		#!/bin/sh
		SHELL=/bin/sh COMMAND=$*
		export SHELL COMMAND
		exec script -qec 'exec $COMMAND 2>>log' /dev/null
	END
	chmod 755 "$T/terminal"
	preforkd_by "$T/terminal"
	start_only "$@" || return 1
	SCRIPT=$MASTER
	wait_workers 1 || return 1
	MASTER=$(workers)
	# shellcheck disable=SC2004 # by pid, in an associative array
	MASTERS[$MASTER]=daemon
}

# The terminal ends with it.
stop_on_terminal() {
	stop || return 1
	MASTER=$SCRIPT
	wait_exit
}

# $1 signals, most to the master; now and then one to each worker.  Those who
# are dying may be gone when it comes.
storm() {
	local i pids master=(HUP USR1 USR2 TTIN TTOU WINCH CHLD PIPE)
	local workers=(INT HUP USR1 USR2 TTIN TTOU WINCH PIPE TERM QUIT)

	for ((i = 0; i < $1; i++)); do
		kill -s "${master[RANDOM % ${#master[@]}]}" "$MASTER"
		((i % 25 == 0)) || continue
		mapfile -t pids < <(workers)
		kill -s "${workers[RANDOM % ${#workers[@]}]}" "${pids[@]}" || :
	done
} 2>/dev/null

# The first worker gets signal $1; another is ready when this returns.
replaced() {
	local pid ready

	ready=$(log_count PF0401)
	pid=$(workers | head -n 1)
	kill -s "$1" "$pid"
	wait_log PF0401 $((ready + 1)) || return 1
	wait_gone "$pid"
}

# All reloads are over and the old workers gone.
reloads_are_over() {
	local begun

	begun=$(log_count PF0105)
	[[ $(log_count 'PF010[67]') -eq $begun &&
		$(log_count PF0110) -eq $begun ]]
}

@test "TTIN is a worker more, TTOU one less, but never the last" {
	start -w 2 echo
	resized TTIN 1 3
	resized TTIN 2 4
	invariants 4
	resized TTOU 3 3
	resized TTOU 4 2
	resized TTOU 5 1
	kill -TTOU "$MASTER"
	settled
	[[ $(log_count PF0113) -eq 5 ]]
	invariants 1
}

@test "a worker that TTOU takes away finishes its connection first" {
	start -w 2 echo
	hold 2
	kill -TTOU "$MASTER"
	wait_log PF0113
	settled
	[[ $(worker_count) -eq 2 ]]
	release
	invariants 1
}

@test "on a terminal TTIN and TTOU mean nothing" {
	start_on_terminal -w 2 echo
	kill -TTIN "$MASTER"
	settled
	kill -TTOU "$MASTER"
	settled
	[[ $(log_count PF0113) -eq 0 ]]
	[[ $(worker_count) -eq 2 ]]
	stop_on_terminal
}

@test "USR1 opens the log again, and nobody ends" {
	local before

	start -w 2 echo
	before=$(workers)
	hold 1
	settled
	release
	[[ $(workers) == "$before" ]]
	invariants 2
}

@test "in the foreground WINCH, CHLD and PIPE mean nothing" {
	local before

	start -w 2 echo
	before=$(workers)
	kill -WINCH "$MASTER"
	wait_log 'PF0115 WINCH'
	kill -CHLD "$MASTER"
	kill -PIPE "$MASTER"
	settled
	[[ $(workers) == "$before" ]]
	[[ $(log_count PF0106) -eq 0 ]]
	invariants 2
}

@test "detached, WINCH drains, and HUP brings back who serves the queue" {
	start_daemon -w 2 echo
	hold 1
	drain 1
	queue_up 20
	release
	wait_workers 0
	[[ ! -s ${TALKS[$QUEUE_PID]}.err ]]
	kill -TTIN "$MASTER"
	kill -HUP "$MASTER"
	queue_served
	invariants 2
}

@test "detached, WINCH and HUP at once are not a drain without end" {
	start_daemon -w 2 echo
	kill -STOP "$MASTER"
	kill -WINCH "$MASTER"
	kill -HUP "$MASTER"
	kill -CONT "$MASTER"
	queue_up 5
	queue_served
	invariants 2
}

@test "a worker that TERM or QUIT ends finishes its connection first" {
	local before signal

	start -w 1 echo
	for signal in TERM QUIT; do
		before=$(workers)
		hold 1
		queue_up 3
		kill -s "$signal" "$before"
		release
		queue_served
		wait_gone "$before"
		wait_log "PF0402 .*[(]pid ${before}[)] ended: exit code 0"
	done
	invariants 1
}

@test "an idle worker that TERM or QUIT ends is replaced at once" {
	start -w 2 echo
	within 250 replaced TERM
	within 250 replaced QUIT
	[[ $(log_count 'PF0402 .*exit code 0') -eq 2 ]]
	[[ $(log_count PF0407) -eq 0 ]]
	invariants 2
}

@test "what is not for workers does nothing to them, idle or busy" {
	local before signal

	start -w 2 echo
	before=$(workers)
	hold 1
	for signal in INT HUP USR1 USR2 TTIN TTOU WINCH PIPE; do
		# shellcheck disable=SC2086 # many pids
		kill -s "$signal" $before
	done
	release
	talk -n 8 "$ADDR" line word shut eof
	settled
	[[ $(workers) == "$before" ]]
	[[ $(log_count 'PF04(02|03|04)') -eq 0 ]]
	invariants 2
}

@test "a storm of signals spoils no byte, and the workers are all there" {
	local before bytes=50000000

	[[ -z ${PREFORK_SANITIZED:-} ]] || bytes=5000000
	# TERM to a worker that was not let in yet makes its reload fail.
	allow_message PF0107 PF0405
	start -w 4 echo
	talk_start "$ADDR" line begin say go bulk "$bytes" 7 shut eof
	talk_said go
	storm 1000
	talk_end
	settled
	wait_for reloads_are_over
	before=$(log_count PF0106)
	kill -HUP "$MASTER"
	wait_log PF0106 $((before + 1))
	wait_for reloads_are_over
	[[ $(log_count PF0407) -eq 0 ]]
	invariants 4
}
