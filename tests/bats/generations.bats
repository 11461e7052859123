# Many generations at once: old ones that finish long connections.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# One client stays with each of $1 generations.
leave_behind() {
	local i

	PIDS=()
	for ((i = 1; i <= $1; i++)); do
		hold 1
		PIDS+=("$HOLD_PID")
		kill -HUP "$MASTER"
		wait_log PF0106 "$i"
	done
}

@test "a reload waits while eight old generations finish, and loses nobody" {
	start -w 1 echo
	leave_behind 8
	kill -HUP "$MASTER"
	wait_log 'PF0108 8 old generations'
	settled
	[[ $(log_count PF0106) -eq 8 ]]
	echo_once meanwhile
	release "${PIDS[3]}"
	wait_log PF0106 9
	for i in 0 1 2 4 5 6 7; do
		release "${PIDS[i]}"
	done
	wait_log PF0110 9
	invariants 1
}

@test "reloads that fail do not count as generations" {
	local i

	expect_message PF0107
	allow_message PF0405 PF0406 PF0407
	start_moody -w 2
	mood fail
	for i in {1..10}; do
		kill -HUP "$MASTER"
		wait_log PF0107 "$i"
	done
	mood ok
	kill -HUP "$MASTER"
	wait_log PF0106
	invariants 2
}

@test "TERM while a reload waits for old generations is a stop" {
	start -w 1 echo
	leave_behind 8
	kill -HUP "$MASTER"
	wait_log 'PF0108 8 old generations'
	kill -TERM "$MASTER"
	wait_log PF0101
	for i in {0..7}; do
		release "${PIDS[i]}"
	done
	wait_exit
	[[ $(log_count PF0106) -eq 8 ]]
}

# Who waits at the gate now passes; the next one hangs.
let_one_through() {
	mood hang
	: >"$T/gate"
}

@test "a reload fails when a worker dies that was ready and not let in" {
	local canary

	expect_message PF0107
	allow_message PF0404 PF0405
	start_moody -w 2
	mkfifo "$T/gate"
	mood wait
	kill -HUP "$MASTER"
	wait_log 'PF0400 worker moody/0 .* generation 2'
	let_one_through
	wait_log 'PF0400 worker moody/1 .* generation 2'
	canary=$(sed -n 's/.*PF0400 worker moody.0 (pid \([0-9]*\)) started, generation 2/\1/p' "$T/log")
	kill -KILL "$canary"
	wait_log PF0107
	invariants 2
	mood ok
	kill -HUP "$MASTER"
	wait_log PF0106
	invariants 2
}

@test "a worker that hangs in its start and is no longer wanted is ended" {
	allow_message PF0405
	start_moody -w 1 -o start_timeout=500ms
	mood hang
	kill -TTIN "$MASTER"
	wait_log PF0400 2
	kill -TTOU "$MASTER"
	wait_log 'PF0405 .*not ready in start_timeout'
	mood ok
	invariants 1
}
