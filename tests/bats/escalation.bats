# Workers that are ended by force: how late, with what evidence, and what
# follows.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# It took from $1 to $2 ms until the log had $3.
logged_between() {
	between "$1" "$2" wait_log "$3"
}

# So many ms pass.
window_of() {
	local begin

	begin=$(clock_ms)
	wait_for elapsed "$1" "$begin"
}

# hold_process PID, let_go: see holder.c.
hold_process() {
	mkfifo "$T/held"
	"$PREFORK_TOOLS/holder" "$1" <"$T/held" >"$T/holder" 2>&1 &
	HOLDER=$!
	exec {HELD}>"$T/held"
	wait_for test -s "$T/holder"
	[[ $(cat "$T/holder") == held ]] ||
		skip "no process can be traced: $(cat "$T/holder")"
}

let_go() {
	exec {HELD}>&-
	wait "$HOLDER"
}

is_reaped() {
	[[ ! -e /proc/$1 ]]
}

start_guarded() {
	expect_message PF0420 PF0413
	allow_message PF0414
	start -w 2 -o "timeout=$1" "$FAULT"
}

replaced() {
	wait_log PF0401 3 && wait_gone "$CULPRIT"
}

# hangs COMMAND...: is killed within a fifth of its limit, with evidence.
hangs() {
	start_guarded 'total 1s'
	misbehave "$@"
	[[ -n $PREFORK_SANITIZED ]] || logged_between 900 1200 PF0420
	wait_log "PF0420 killing worker .*pid $CULPRIT.: .*timeout total .limit 1000 ms.: busy for 1[0-9]* ms while serving 127.0.0.1:"
	wait_log "\[$CULPRIT\]: .* PF0413 aborted by the master, busy for 1[0-9]* ms, connection 1 of 127.0.0.1:"
	within 200 replaced
	[[ $(ask 'echo still here') == 'still here' ]]
	clients_kill
	invariants 2
}

@test "a handler that computes for ever is killed at timeout total" {
	hangs hang
}

@test "a handler that hangs in a call is killed at timeout total" {
	hangs block
}

@test "a worker that is stopped is killed at timeout total" {
	hangs stop
}

@test "a bare handler whose client is silent for timeout idle hears of it" {
	start -w 1 -o 'timeout=idle 400ms' "$PREFORK_FAULTS/die2004.so"
	talk_start "$ADDR" say there gone
	talk_said there
	between 350 3000 wait_log 'PF0403 .*exit code'
	talk_end
	wait_log PF0401 2
}

@test "a bare handler whose client speaks is not hung, however long it takes" {
	local i

	start -w 1 -o 'timeout=idle 1s write 1s' "$PREFORK_FAULTS/die2004.so"
	talk_start "$ADDR" line one say 1 wait line two say 2 wait \
		line three say 3 wait line four shut eof
	for i in 1 2 3; do
		talk_said "$i"
		window_of 500
		talk_go
	done
	talk_end
	[[ $(log_count PF0401) -eq 1 ]]
}

@test "a slow connection within its time is left alone" {
	start -w 2 -o 'timeout=total 5s' echo
	hold 2
	window_of 1000
	release
	settled
	[[ $(log_count PF0420) -eq 0 ]]
	invariants 2
}

# The master stands still for longer than the limit.
@test "nobody is late because the master was stopped" {
	start -w 2 -o 'timeout=total 1s' -o start_timeout=500ms \
		"$PREFORK_FAULTS/die2004.so"
	hold 1
	kill -STOP "$MASTER"
	window_of 1500
	kill -CONT "$MASTER"
	release
	settled
	[[ $(log_count PF0420) -eq 0 ]]
	[[ $(log_count PF0409) -eq 0 ]]
	invariants 2
}

@test "a stop of the master does not make a reload fail" {
	start_moody -w 2 -o start_timeout=700ms
	mkfifo "$T/gate"
	mood wait
	kill -HUP "$MASTER"
	wait_log PF0105
	kill -STOP "$MASTER"
	window_of 1500
	kill -CONT "$MASTER"
	open_gate
	wait_log PF0106
	invariants 2
}

@test "start_timeout is kept for a reload's workers" {
	expect_message PF0107
	allow_message PF0405 PF0406 PF0407
	start_moody -w 2 -o start_timeout=500ms
	mood hang
	kill -HUP "$MASTER"
	logged_between 300 1500 PF0107
	mood ok
	kill -HUP "$MASTER"
	wait_log PF0106
	invariants 2
}

@test "an old generation is ended at drain_timeout" {
	expect_message PF0111 PF0405
	start -w 2 -o drain_timeout=500ms echo
	hold 1
	kill -HUP "$MASTER"
	wait_log PF0106
	logged_between 300 1500 PF0111
	clients_kill
	wait_log PF0110
	invariants 2
}

# Somebody else's tracee cannot be reaped.
@test "a worker that does not die of KILL gives its place to another" {
	expect_message PF0420 PF0421
	start -w 1 -o 'timeout=total 500ms' "$FAULT"
	misbehave block
	hold_process "$CULPRIT"
	wait_log PF0421
	[[ $(ask 'echo still here') == 'still here' ]]
	let_go
	clients_kill
	wait_for is_reaped "$CULPRIT"
	invariants 1
}
