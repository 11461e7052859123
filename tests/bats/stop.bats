# Stops: who is open and who is in the queue is served, who is new is refused,
# and there is an end to it.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# As many as one worker each serves, and the rest of 70 in the queue; a word
# of ours is served to each after "$@" has begun the stop.
all_are_served() {
	hold "$WORKERS"
	queue_up $((70 - WORKERS))
	"$@"
	wait_for is_refused || return 1
	release || return 1
	queue_served || return 1
	wait_exit
}

term() {
	kill -TERM "$MASTER"
}

# As a process group or a careless pkill gets it.
term_to_all() {
	local pids

	mapfile -t pids < <(workers)
	kill -TERM "$MASTER" "${pids[@]}"
}

term_to_all_workers_first() {
	local pids

	mapfile -t pids < <(workers)
	kill -TERM "${pids[@]}" "$MASTER"
}

# One of two workers is busy for ever; the other is to serve $1 clients who end
# it and $2 who do not.
exits_then_words() {
	local idle rest

	start -w 2 "$FAULT"
	misbehave
	idle=$(workers | grep -vxF "$CULPRIT")
	kill -STOP "$idle"
	talk_start -n "$1" "$ADDR" send 'exit 1\n' say queued gone
	talk_said queued || return 1
	talk_start -n "$2" "$ADDR" send 'echo word\n' say queued \
		expect 'word\n' shut eof
	rest=$TALK_PID
	talk_said queued || return 1
	kill -TERM "$MASTER"
	wait_for is_refused || return 1
	kill -CONT "$idle"
	talk_end 0 "$rest" || return 1
	clients_kill
	wait_exit
}

@test "TERM: 20 served at once and 50 in the queue are served, others refused" {
	start -w 20 echo
	all_are_served term
	[[ $(log_count PF0102) -eq 1 ]]
}

@test "TERM: with 4 workers the 66 in the queue are served" {
	start -w 4 echo
	all_are_served term
}

@test "TERM on a unix socket: all 70 are served, and the name is gone" {
	start -w 20 -l "unix:$T/sock" echo
	all_are_served term
}

@test "TERM to every process at once: all 70 are served" {
	start -w 20 echo
	all_are_served term_to_all
	start -w 4 -l "unix:$T/sock" echo
	all_are_served term_to_all_workers_first
}

@test "TERM while all workers are stopped: who is queued is served" {
	local pids

	start -w 4 echo
	mapfile -t pids < <(workers)
	kill -STOP "${pids[@]}"
	queue_up 50
	kill -TERM "$MASTER"
	wait_for is_refused
	kill -CONT "${pids[@]}"
	queue_served
	wait_exit
}

@test "TERM while drained: who is queued is served" {
	start_daemon -w 2 echo
	kill -WINCH "$MASTER"
	wait_workers 0
	queue_up 20
	kill -TERM "$MASTER"
	queue_served
	wait_exit
}

@test "workers that are killed during the stop leave the queue to others" {
	local culprits=()

	expect_message PF0404
	start -w 2 "$FAULT"
	misbehave
	culprits+=("$CULPRIT")
	misbehave
	culprits+=("$CULPRIT")
	talk_start -n 20 "$ADDR" send 'echo word\n' say queued \
		expect 'word\n' shut eof
	talk_said queued
	kill -TERM "$MASTER"
	wait_for is_refused
	kill -KILL "${culprits[@]}"
	talk_end
	wait_exit
}

@test "handlers that exit during the stop leave the queue to others" {
	exits_then_words 3 20
}

@test "the last in the queue is not left to a worker that stays busy" {
	exits_then_words 1 1
}

@test "stop_timeout ends who never finishes, and the code is 0 all the same" {
	expect_message PF0104 PF0405
	start -w 2 echo
	talk_start "$ADDR" line begin say begun gone
	talk_said begun
	kill -TERM "$MASTER"
	wait_log 'PF0101 .*8000 ms'
	between 7000 12000 wait_exit
	talk_end
	grep 'PF0405 .*the stop did not finish in time while serving 127.0.0.1:' \
		"$T/log"
}

@test "a second TERM hurries, but not the one that comes with the first" {
	local begin

	expect_message PF0103 PF0104 PF0405
	start -w 2 echo
	talk_start "$ADDR" line begin say begun gone
	talk_said begun
	kill -STOP "$MASTER"
	kill -TERM "$MASTER"
	kill -QUIT "$MASTER"
	kill -CONT "$MASTER"
	wait_log PF0101
	begin=$(clock_ms)
	settled
	wait_for elapsed 150 "$begin"
	[[ $(log_count PF0103) -eq 0 ]]
	kill -TERM "$MASTER"
	wait_log 'PF0103 .*2000 ms'
	between 1000 5000 wait_exit
	talk_end
}

@test "QUIT is as kind as TERM and has more patience; HUP comes too late" {
	start -w 2 echo
	hold 2
	queue_up 5
	kill -QUIT "$MASTER"
	wait_log 'PF0101 .*60000 ms'
	kill -HUP "$MASTER"
	wait_log PF0109
	release
	queue_served
	wait_exit
	[[ $(log_count PF0105) -eq 0 ]]
}

@test "INT closes at once, and that is no reason to warn" {
	start -w 2 echo
	talk_start -n 5 "$ADDR" connect send word say sent gone
	talk_said sent
	kill -INT "$MASTER"
	within 1000 wait_exit
	talk_end
	is_refused
	grep 'PF0419 .*fast stop while serving 127.0.0.1:' "$T/log"
}

@test "TERM during a reload wins" {
	local before

	expect_message PF0107
	allow_message PF0405
	start_moody -w 2
	before=$(workers)
	hold 1
	mood hang
	kill -HUP "$MASTER"
	wait_log PF0105
	wait_log 'PF0400 .*generation 2'
	queue_up 5
	kill -TERM "$MASTER"
	wait_log 'PF0107 .*the daemon stops'
	wait_for is_refused
	release
	queue_served
	within 1000 wait_exit
	[[ $(log_count PF0106) -eq 0 ]]
}

@test "TERM during the start ends it at once" {
	allow_message PF0116 PF0405 PF0406
	mood hang
	begin -w 2 "$PREFORK_FAULTS/moody.so"
	wait_log PF0400
	kill -TERM "$MASTER"
	within 1000 wait_exit
}

@test "TERM during the start of a daemon: its starter says so and fails" {
	local starter status=0

	preforkd -l 127.0.0.1:0 -p "$T/pid" "$FAULT" init=hang >"$T/err" 2>&1 &
	starter=$!
	wait_for test -s "$T/pid"
	read -r MASTER <"$T/pid"
	# shellcheck disable=SC2004 # by pid, in an associative array
	MASTERS[$MASTER]=daemon
	wait_workers 1
	kill -TERM "$MASTER"
	wait "$starter" || status=$?
	[[ $status -eq 70 ]]
	grep PF0116 "$T/err"
	wait_exit
}
