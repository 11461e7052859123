# What comes in the same moment: words, deaths and signals that cross.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns
load upgrades

has_ended() {
	[[ $(state_of "$1") == [ZX] ]]
}

is_asleep() {
	[[ $(state_of "$1") == S ]]
}

# A worker that waits at the gate, in a daemon that has nobody else; sets
# FIRST, its pid.
begin_at_gate() {
	mkfifo "$T/gate"
	mood "$1"
	begin "${@:2}" "$PREFORK_FAULTS/moody.so"
	wait_for test -s "$T/waits" || return 1
	FIRST=$(<"$T/waits")
}

# In the log, the first of each.
comes_before() {
	local first second

	first=$(grep -nE -m 1 -- "$1" "$T/log") || return 1
	second=$(grep -nE -m 1 -- "$2" "$T/log") || return 1
	[[ ${first%%:*} -lt ${second%%:*} ]] || fail "$2 came before $1"
}

@test "who dies with its READY does not make the daemon ready" {
	expect_crash
	begin_at_gate brief -w 1
	# It says READY and dies before the master looks.
	kill -STOP "$MASTER"
	wait_for is_stopped "$MASTER"
	open_gate
	wait_for has_ended "$FIRST"
	kill -CONT "$MASTER"
	wait_log PF0100
	comes_before PF0404 PF0100
	[[ $(log_count PF0401) -eq 2 ]]
	read_addresses 1
	echo_once still
	stop
}

@test "TERM during the start: who is queued is not waited for if none can serve" {
	expect_message PF0125 PF0405
	allow_message PF0406
	begin_at_gate wait -w 2
	wait_log PF0200
	read_addresses 1
	talk_start "$ADDR" send word say queued gone
	talk_said queued
	mood fail
	kill -TERM "$MASTER"
	within 2000 wait_exit
	talk_end
	grep 'PF0125 moody: 1 who waited .*not in the mood' "$T/log"
}

@test "who was stopped is handed nobody while the daemon stops" {
	local idle client

	start -w 2 "$FAULT"
	misbehave
	misbehave
	idle=$CULPRIT
	client=$TALK_PID
	kill -STOP "$MASTER"
	wait_for is_stopped "$MASTER"
	talk_start "$ADDR" send 'echo word\n' say queued expect 'word\n' shut eof
	talk_said queued
	kill -TERM "$MASTER"
	kill -CONT "$MASTER"
	wait_for is_refused
	kill -STOP "$MASTER"
	wait_for is_stopped "$MASTER"
	# Its client goes; it says that it is free, and is stopped.
	kill -KILL "$client"
	wait_for is_asleep "$idle"
	kill -STOP "$idle"
	wait_for is_stopped "$idle"
	kill -CONT "$MASTER"
	within 4000 talk_end
	kill -CONT "$idle"
	clients_kill
	wait_exit
}

@test "of HUP and TERM in one moment TERM wins" {
	start -w 2 echo
	kill -STOP "$MASTER"
	kill -HUP "$MASTER"
	kill -USR2 "$MASTER"
	kill -TERM "$MASTER"
	kill -CONT "$MASTER"
	wait_exit
	[[ $(log_count 'PF0105|PF0121') -eq 0 ]]
	[[ $(log_count PF0109) -eq 1 ]]
}
