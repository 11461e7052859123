#!/usr/bin/env bats
# What the connection API keeps from a handler: clients that are slow, greedy or
# endless.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults

WORDS="$PREFORK_FAULTS/words.so"

# The most that the worker has had in memory, in KiB.
high_water() {
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(workers)/status"
}

# A byte at a time, several in a second, until nobody takes them.
drip() {
	while read -r -t 0.1 <>"$T/nap" || printf d >&"$1"; do
		:
	done 2>/dev/null
}

@test "10 MB, both ways at once" {
	start -w 1 -o 'timeout=idle 20s write 20s' echo
	talk -t 60 "$ADDR" bulk 10485760 3 shut eof
	invariants 1
}

@test "each line is answered, however many come together" {
	start -w 1 "$WORDS"
	talk "$ADDR" send 'one\r\ntwo\nthr' expect 'line one\nline two\n' \
		send 'ee\nfo' expect 'line three\n' shut \
		expect 'partial fo\n' eof
	invariants 1
}

@test "a line of 1 GB takes no memory" {
	[[ -r /proc/self/status ]] || skip 'there is no /proc/self/status'
	start -w 1 "$WORDS"
	talk "$ADDR" send 'x\n' expect 'line x\n' shut eof
	before=$(high_water)
	exec {long}<>"/dev/tcp/127.0.0.1/$PORT"
	head -c 1073741824 /dev/zero >&"$long"
	printf '\nafter\n' >&"$long"
	read -r first <&"$long"
	read -r second <&"$long"
	exec {long}>&-
	[[ $first == 'too long' && $second == 'line after' ]]
	(($(high_water) - before < 1024))
	invariants 1
}

@test "a client that never reads is cut at the write timeout" {
	start -w 1 -o 'timeout=write 200ms' "$WORDS"
	talk_start "$ADDR" send 'pour\n' say asked wait gone
	talk_said asked
	wait_log 'pour: .*timed out'
	talk_go
	talk_end
	invariants 1
}

@test "a client that sends slowly is cut by min_rate" {
	start -w 1 -o 'timeout=idle 20s min_rate 50' "$WORDS"
	exec {slow}<>"/dev/tcp/127.0.0.1/$PORT"
	drip "$slow" &
	dripping=$!
	read -r -t "$DEADLINE" answer <&"$slow"
	[[ $answer == timeout ]]
	exec {slow}>&-
	kill "$dripping" 2>/dev/null || :
	wait "$dripping" || :
	invariants 1
}
