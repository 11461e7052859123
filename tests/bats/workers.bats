# Handlers that end their workers, and what everybody else notices: nothing.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults

# Both of its connections are served by one worker and its replacement.
reset_and_come_back() {
	talk "$ADDR" line one reset connect line two shut eof
}

answers() {
	[[ -n $(ask pid) ]]
}

# The pauses that the log promises for a worker, in milliseconds.
pauses() {
	sed -n 's/.*PF0407 .* in \([0-9]*\) ms$/\1/p' "$T/log"
}

@test "a handler of 2004, compiled as it is, serves eight clients at once" {
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC -w -shared -fPIC -o "$T/die2004.so" \
		"$abs_top_srcdir/tests/fault/die2004.c"
	start -w 8 ./die2004.so
	SERVES_ECHO=1
	talk -n 8 "$ADDR" bulk 50000 3 say all shut eof
	invariants 8
}

@test "a client that resets ends its own worker only, and another is there" {
	local before after

	start -w 8 "$PREFORK_FAULTS/die2004.so"
	before=$(workers)
	hold 7
	within 250 reset_and_come_back
	wait_log PF0403
	wait_log 'PF0401 .*/' 9
	invariants 8
	after=$(workers)
	[[ $(comm -12 <(sort <<<"$before") <(sort <<<"$after") | wc -l) -eq 7 ]]
	release
	[[ $(log_count PF0403) -eq 1 ]]
}

@test "an exit is forgiven, whatever its code and however often" {
	local code

	start -w 1 "$FAULT"
	for code in 0 1 75 255 0 1 75 255; do
		talk "$ADDR" send "exit $code\n" gone
	done
	answers
	[[ $(log_count PF0400) -eq 9 ]]
	[[ $(log_count PF0407) -eq 0 ]]
	grep 'PF0403 .*exit code 0 while serving 127' "$T/log"
	invariants 1
}

@test "a crash is logged with its signal and the client's address" {
	local ports=()

	expect_crash
	start -w 1 "$FAULT"
	ports+=("$(talk "$ADDR" port send 'segv\n' gone)")
	ports+=("$(talk "$ADDR" port send 'abort\n' gone)")
	wait_log PF0404 2
	grep "PF0404 .*signal SEGV.* serving 127.0.0.1:${ports[0]}," "$T/log"
	grep "PF0404 .*signal ABRT.* serving 127.0.0.1:${ports[1]}," "$T/log"
	[[ $(log_count PF0407) -eq 0 ]]
	invariants 1
}

@test "two crashes are free, then each pause is twice as long" {
	local pause expected=100

	expect_crash
	expect_message PF0407
	start -w 1 "$FAULT"
	for _ in {1..6}; do
		talk "$ADDR" send 'segv\n' gone
	done
	wait_log PF0404 6
	wait_log PF0407 4
	[[ $(log_count PF0407) -eq 4 ]]
	for pause in $(pauses); do
		printf 'pause: %d ms\n' "$pause"
		((pause >= expected && pause <= expected * 11 / 10))
		expected=$((expected * 2))
	done
	wait_log 'PF0400 ' 7
	answers
	invariants 1
}

@test "clients in the queue are served after all workers were killed" {
	local pids

	expect_message PF0404
	start echo
	mapfile -t pids < <(workers)
	kill -STOP "${pids[@]}"
	queue_up 50
	kill -KILL "${pids[@]}"
	within 1000 queue_served
	wait_log PF0404 4
	invariants 4
}

@test "a handler that hangs, blocks or stops keeps its own place only" {
	local command culprits=()

	expect_message PF0404
	start -w 4 "$FAULT"
	for command in hang block stop; do
		misbehave "$command"
		culprits+=("$CULPRIT")
	done
	for _ in {1..8}; do
		ask pid
	done >"$T/pids"
	[[ $(sort -u "$T/pids" | wc -l) -eq 1 ]]
	[[ $(workers | grep -cxF -f <(printf '%s\n' "${culprits[@]}" \
		"$(head -n 1 "$T/pids")")) -eq 4 ]]
	kill -KILL "${culprits[@]}"
	wait_log 'PF0404 .*signal KILL, not by us while serving 127' 3
	invariants 4
}

@test "a killed worker that served nobody is logged without a client" {
	expect_message PF0404
	start -w 2 echo
	kill -KILL "$(workers | head -n 1)"
	wait_log 'PF0404 .*signal KILL, not by us, after 0 connections'
	wait_log PF0401 3
	invariants 2
}
