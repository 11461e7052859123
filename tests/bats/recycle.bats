#!/usr/bin/env bats
# Workers that are recycled: when, and that nobody notices.

load helper
load faults
load turns

# serve N: so many connections, one after the other.
serve() {
	local script=() i

	for ((i = 1; i < $1; i++)); do
		script+=(line "word$i" close connect)
	done
	talk "$ADDR" "${script[@]}" line last shut eof
}

# Connections one by one until N workers have been recycled.
serve_until_recycled() {
	local end=$((SECONDS + DEADLINE))

	until log_has PF0412 "$1"; do
		((SECONDS < end)) || fail "$1 were not recycled" || return 1
		echo_once word || return 1
	done
}

# recycled WHY: how many connections each had had that was recycled for it.
recycled() {
	sed -n "s/.* PF0412 .* recycled after \([0-9]*\) connections: $1\$/\1/p" \
		"$T/log"
}

lines_in_order() {
	local first second

	first=$(grep -nE -- "$1" "$T/log" | head -n 1 | cut -d: -f1)
	second=$(grep -nE -- "$2" "$T/log" | head -n 1 | cut -d: -f1)
	[[ -n $first && -n $second && $first -lt $second ]]
}

@test "max_requests: after so many connections there is a new worker" {
	start -w 1 -o 'max_requests=5 jitter 0%' echo
	old=$(workers)
	serve 4
	[[ $(workers) == "$old" ]]
	serve 1
	wait_gone "$old"
	wait_log 'PF0412 .*recycled after [5-9] connections: max_requests$'
	lines_in_order 'echo/1 .* is ready' PF0412
	invariants 1
}

@test "max_requests: a bare handler's workers too" {
	start -w 2 -o 'max_requests=1 jitter 0%' "$PREFORK_FAULTS/die2004.so"
	talk "$ADDR" send 'x' shut gone
	wait_log 'PF0412 .*: max_requests$'
	invariants 2
}

@test "max_requests: jitter makes each limit another one, and lower" {
	start -w 1 -o 'max_requests=40 jitter 50%' echo
	serve_until_recycled 6
	[[ $(recycled max_requests | sort -n | head -n 1) -ge 20 ]]
	[[ $(recycled max_requests | sort -nu | wc -l) -ge 2 ]]
	invariants 1
}

@test "a worker serves on until its replacement is ready" {
	start_moody -w 1 -o 'max_requests=3 jitter 0%'
	old=$(workers)
	mkfifo "$T/gate"
	mood wait
	serve 30
	[[ $(workers | grep -cxF "$old") -eq 1 ]]
	[[ $(log_count PF0412) -eq 0 ]]
	open_gate
	wait_log PF0412
	mapfile -t counts < <(recycled max_requests)
	((counts[0] >= 30))
	invariants 1
}

# One worker may serve all: who comes to the queue first is the kernel's choice.
serves_and_recycles() {
	serve 4 && (($(log_count PF0412) >= $1))
}

@test "a replacement that cannot start takes nothing away" {
	expect_message PF0406 PF0407
	start_moody -w 2 -o 'max_requests=3 jitter 0%'
	old=$(workers)
	mood fail
	serve 12
	wait_log PF0407
	[[ $(workers | grep -cxF "$old") -eq 2 ]]
	serve 12
	mood ok
	wait_for serves_and_recycles 2
	invariants 2
}

@test "max_rss: who has grown is replaced, and nobody else" {
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer needs memory of its own'
	start -w 2 -o max_rss=96m "$FAULT"
	ask pid 'leakmem 1'
	ask pid 'leakmem 1'
	[[ $(log_count PF0412) -eq 0 ]]
	ask pid 'leakmem 120'
	wait_log 'PF0412 .*: max_rss$'
	invariants 2
	ask 'echo hello'
	[[ $(log_count PF0412) -eq 1 ]]
}

@test "max_age: idle workers are replaced too, each in its time" {
	start -w 3 -o max_age=1s echo
	old=$(workers)
	load_begin
	for pid in $old; do
		wait_gone "$pid"
	done
	load_end
	wait_log 'PF0412 .*: max_age$' 3
	kill -HUP "$MASTER"
	wait_log PF0106
	invariants 3
}

@test "a handler retires its worker: after this connection, replaced at once" {
	start -w 2 "$FAULT"
	talk_start "$ADDR" send 'pid\nretire\n' say asked wait \
		send 'echo still here\n' shut print
	talk_said asked
	wait_workers 3
	[[ $(log_count PF0412) -eq 0 ]]
	talk_go
	talk_end
	wait_log 'PF0412 .*recycled after 1 connections: its handler asked$'
	grep -qx 'still here' "$T"/talk1.out
	WORKERS=2 invariants 2
}

@test "a worker that retires serves nobody after that, and nobody waits long" {
	start -w 1 "$FAULT"
	for ((i = 0; i < 20; i++)); do
		talk "$ADDR" send 'pid\nretire\n' shut print \
			close connect send 'pid\n' shut print >"$T/pids"
		mapfile -t pids <"$T/pids"
		[[ ${#pids[@]} -eq 3 && ${pids[0]} -ne ${pids[2]} ]]
	done
	wait_log 'PF0412 .*its handler asked' 20
	wait_workers 1
	invariants 1
}

@test "recycling under load loses nobody, and the numbers agree" {
	start -w 4 -o 'max_requests=20 jitter 50%' echo
	load_begin
	wait_log PF0412 40
	load_end
	[[ $(recycled max_requests | sort -n | head -n 1) -ge 10 ]]
	invariants 4
}

@test "a stop while a replacement is under way" {
	allow_message PF0405
	start_moody -w 1 -o 'max_requests=1 jitter 0%'
	mkfifo "$T/gate"
	mood wait
	serve 1
	wait_workers 2
	hold 1
	kill -TERM "$MASTER"
	wait_log PF0101
	release
	within 4000 wait_exit
	[[ $(log_count PF0104) -eq 0 ]]
}
