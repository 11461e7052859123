# Handlers that change or break their process: its descriptors, its signals,
# its surroundings.  Others never notice.

# shellcheck disable=SC2154 # what is in the environment

load helper
load faults

# The listeners of all are shut, by a handler that returns as if nothing were.
shut_listeners() {
	start -w 2 -l "${1:-127.0.0.1:0}" "$PREFORK_FAULTS/shut.so"
	[[ $(talk "$ADDR" print) == shut ]]
}

serves_again() {
	[[ $(talk "$ADDR" print) == shut ]]
} 2>/dev/null

# Nobody of the instance works, over at least 20 naps.
is_quiet() {
	local before after

	before=$(spent)
	for _ in {1..20}; do
		nap
	done
	after=$(spent)
	printf 'ticks: %d\n' $((after - before))
	((after - before <= 5))
}

spent() {
	local pid sum=0

	for pid in $MASTER $(workers); do
		sum=$((sum + $(ticks "$pid")))
	done
	printf '%d\n' "$sum"
}

@test "a handler that ignores TERM obeys its master all the same" {
	local pid

	start -w 1 "$FAULT"
	pid=$(ask pid)
	[[ $(ask ignoreterm) == ok ]]
	kill -TERM "$pid"
	[[ $(ask pid) == "$pid" ]]
	stop
	[[ $(log_count PF0402) -eq 1 ]]
}

@test "a handler that blocks every signal obeys its master all the same" {
	local pid

	start -w 1 "$FAULT"
	pid=$(ask pid)
	[[ $(ask mask 'echo masked') == $'ok\nmasked' ]]
	kill -HUP "$MASTER"
	wait_log PF0110
	wait_gone "$pid"
	[[ $(ask blocked) == blocked ]]
}

@test "a handler that closes every descriptor is replaced" {
	start -w 2 "$FAULT"
	[[ $(ask closelisteners) == ok ]]
	wait_log 'PF040[2345] .* ended'
	wait_log PF0401 3
	[[ $(ask 'echo still here') == 'still here' ]]
	invariants 2
}

@test "a listener that a handler shut is open again" {
	expect_message PF0208 PF0210
	allow_message PF0404 PF0407
	shut_listeners
	wait_log PF0210
	wait_for serves_again
}

@test "a unix listener that a handler shut is open again" {
	expect_message PF0208 PF0210
	allow_message PF0404 PF0407
	shut_listeners "unix:$T/sock"
	wait_for serves_again
	wait_log PF0210
	is_quiet
}

@test "the last bytes arrive, though the handler left some unread" {
	local junk

	junk=$(printf '%020000d' 0)
	start -w 1 "$FAULT"
	talk "$ADDR" send "$(lines 'echo last' noclose)$junk" \
		expect 'last\n' shut eof
	invariants 1
}

@test "directory and umask of a handler are its own worker's" {
	local before

	start -w 2 "$FAULT"
	before=$(ask where)
	misbehave 'chdir /' 'umask 077' where
	talk_said '077 /'
	[[ $(ask pid) != "$CULPRIT" ]]
	[[ $(ask where) == "$before" ]]
	[[ $(readlink "/proc/$MASTER/cwd") == "${before#* }" ]]
}

@test "what a handler does to its connection's descriptor harms no other" {
	start -w 1 "$FAULT"
	ask close
	ask close
	[[ $(ask 'echo still here') == 'still here' ]]
	[[ $(log_count PF0400) -eq 1 ]]
	invariants 1
}
