#!/usr/bin/env bats
# Connections that are kept open between requests, when their worker has to
# leave: each ends at once, by its handler's goodbye, and no request is lost.
# And the limits of time that the connection API keeps.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

LINES="$PREFORK_FAULTS/lines.so"

# N connections that have been served once and are silent.
keep_open() {
	talk_start -n "$1" "$ADDR" line one say idle expect 'bye\n' eof
	talk_said idle
}

# Well before any deadline.
all_say_goodbye() {
	within 3000 talk_end
}

@test "reload: silent connections end at once, by goodbye" {
	start -w 8 "$LINES"
	keep_open 8
	kill -HUP "$MASTER"
	all_say_goodbye
	wait_log PF0110
	[[ $(log_count 'PF0111|PF0405') -eq 0 ]]
	invariants 8
}

@test "stop: 200 connections over 8 workers, all answered, all said goodbye" {
	start -w 8 "$LINES"
	talk_start -n 200 "$ADDR" send 'one\n' say sent \
		expect 'one\nbye\n' eof close
	talk_said sent
	kill -TERM "$MASTER"
	talk_end
	within 3000 wait_exit
	[[ $(log_count 'PF0104|PF0405') -eq 0 ]]
}

@test "reloads under load: each request is answered" {
	start -w 4 "$LINES"
	for i in 1 2 3 4; do
		"$PREFORK_TOOLS/requests" "$ADDR" 20000 >"$T/requests$i" 2>&1 &
		pids[i]=$!
	done
	# To the end of the last: on a busy machine one may begin late.
	for ((i = 1; i <= 5 || $(jobs -r | wc -l) > 1; i++)); do
		kill -HUP "$MASTER"
		wait_log PF0106 "$i"
	done
	for i in 1 2 3 4; do
		wait "${pids[i]}" || {
			cat "$T/requests$i"
			fail 'a request was lost' || return 1
		}
		grep -qE '^20000 answered, [1-9]' "$T/requests$i"
	done
	invariants 4
}

@test "a request that came together with the order is answered" {
	start -w 1 "$LINES"
	talk_start "$ADDR" line one say idle wait send 'two\n' say sent \
		expect 'two\nbye\n' eof
	talk_said idle
	old=$(workers)
	kill -STOP "$old"
	talk_go
	talk_said sent
	kill -HUP "$MASTER"
	wait_log PF0106
	kill -CONT "$old"
	all_say_goodbye
	invariants 1
}

@test "TERM to a worker: its silent connection ends, another takes its place" {
	start -w 1 "$LINES"
	keep_open 1
	kill -TERM "$(workers)"
	all_say_goodbye
	wait_log PF0401 2
	invariants 1
}

@test "TERM to a worker in the midst of a request: the answer is the last" {
	start -w 1 "$LINES"
	talk_start "$ADDR" line one send 'as' say half wait send 'k\n' \
		expect 'leaving\nbye\n' eof
	talk_said half
	kill -TERM "$(workers)"
	talk_go
	all_say_goodbye
	wait_log PF0401 2
	invariants 1
}

@test "the master's death: silent connections end at once" {
	start -w 4 "$LINES"
	keep_open 4
	kill_master
	all_say_goodbye
	wait_for nobody_left
}

@test "the master's death is known to a handler that asks" {
	start -w 1 "$LINES"
	talk_start "$ADDR" send 'ask\npart' expect 'staying\n' say asked wait \
		send '\nask\n' expect 'part\nbye\n' eof
	talk_said asked
	begin=$(clock_ms)
	kill_master
	# It looks every 50 ms.
	wait_for elapsed 60 "$begin"
	talk_go
	all_say_goodbye
	wait_for nobody_left
}

@test "a worker that is recycled says goodbye when another is ready" {
	start -w 2 -o 'max_requests=1 jitter 0%' "$LINES"
	keep_open 2
	all_say_goodbye
	wait_log PF0412 2
	invariants 2
}

@test "a handler that retires its worker is told to end, too" {
	start -w 1 "$LINES"
	talk "$ADDR" send 'ask\nretire\nask\nmore\n' \
		expect 'staying\nretire\nleaving\nbye\n' eof
	wait_log 'PF0412 .*its handler asked'
	invariants 1
}

@test "drain_delay: said with the next answer, no silent connection is ended" {
	start -w 2 -o drain_delay=30s "$LINES"
	talk_start "$ADDR" line one say idle wait line two expect 'bye\n' eof
	silent=$TALK_PID
	talk_said idle
	begin=$(clock_ms)
	kill -TERM "$MASTER"
	wait_log PF0118
	talk "$ADDR" send 'ask\n' expect 'leaving\nbye\n' eof
	talk_go "$silent"
	all_say_goodbye
	wait_for elapsed 110 "$begin"
	kill -TERM "$MASTER"
	wait_exit
}

@test "a plain echo keeps its connection until the client ends" {
	start -w 2 echo
	hold 2
	kill -HUP "$MASTER"
	wait_log PF0106
	settled
	[[ $(log_count PF0110) -eq 0 ]]
	release
	wait_log PF0110
	invariants 2
}

@test "timeout idle: between requests and within one, and the worker is free" {
	start -w 1 -o 'timeout=idle 400ms' "$LINES"
	# Neither ends its side before it is told.
	talk_start "$ADDR" line one expect 'late\n' say late wait eof
	between 350 4000 talk_said late
	talk_start "$ADDR" line one send 'tw' say half wait
	talk_said half
	between 350 4000 talk "$ADDR" line three shut eof
	[[ $(log_count PF0420) -eq 0 ]]
	clients_kill
	invariants 1
}

@test "timeout total: however busy the client is" {
	start -w 1 -o 'timeout=total 600ms' "$LINES"
	begin=$(clock_ms)
	run "$PREFORK_TOOLS/requests" "$ADDR" 100000000
	[[ $status -eq 1 && $output == *'no goodbye: end' ]]
	elapsed 550 "$begin"
	[[ -n $PREFORK_SANITIZED ]] || run ! elapsed 4000 "$begin"
	[[ $(log_count PF0420) -eq 0 ]]
	invariants 1
}
