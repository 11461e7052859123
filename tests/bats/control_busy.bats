# How soon the control socket answers while there is much else to do.

# shellcheck disable=SC2034,SC2046,SC2154 # what make and the helpers know

load helper
load faults
load turns
load upgrades
load control

# took COMMAND...: microseconds.
took() {
	local begin=${EPOCHREALTIME/[.,]/}

	timeout -k 1 "$DEADLINE" "$PREFORKCTL" "$@" >"$T/said" || return 1
	printf '%d\n' $((${EPOCHREALTIME/[.,]/} - begin))
}

# 200 requests, by turns ping and status, and beside them what a process takes
# that asks nothing.
ask_200() {
	local i

	rm -f "$T/alone" "$T/took"
	for ((i = 0; i < 100; i++)); do
		took -V >>"$T/alone" || return 1
		took -S "$T/ctl.sock" ping >>"$T/took" || return 1
		took -V >>"$T/alone" || return 1
		took -S "$T/ctl.sock" status >>"$T/took" || return 1
	done
}

p99() {
	sort -n "$1" | sed -n 198p
}

# p99 of 200 is 50 ms at most, without what any process takes on this machine
# now.  It may have had others to serve: the best of five counts.
is_soon() {
	local i alone asked limit=50000

	# An instrumented program has more to do.
	[[ -z ${PREFORK_SANITIZED:-} ]] || limit=250000
	for i in 1 2 3 4 5; do
		ask_200
		alone=$(p99 "$T/alone") asked=$(p99 "$T/took")
		printf 'p99: %d us, of which %d alone\n' "$asked" "$alone"
		((asked - alone > limit)) || return 0
	done
	fail 'the control socket is slow'
}

@test "with every worker busy and clients in the queue" {
	start -w 4 -S "$T/ctl.sock" echo
	hold 4
	queue_up 20
	is_soon
	release
	queue_served
}

@test "under load" {
	start -w 4 -S "$T/ctl.sock" echo
	load_begin
	is_soon
	load_end
}

@test "during a reload whose worker takes its time" {
	start_moody -w 2 -S "$T/ctl.sock" -o start_timeout=2m
	mkfifo "$T/gate"
	mood wait
	ctl_start reload
	wait_log PF0105
	is_soon
	open_gate
	ctl_done 0 'generation 2'
}

@test "with workers that are stopped, and others that hang on the processor" {
	local hung stopped

	allow_violence
	allow_message PF0404
	start -w 3 -S "$T/ctl.sock" "$FAULT"
	talk_start "$ADDR" send 'hang\n' gone
	hung=$TALK_PID
	talk_start "$ADDR" send 'stop\n' gone
	stopped=$TALK_PID
	wait_for has_stopped
	is_soon
	kill -KILL $(workers)
	talk_end 0 "$hung"
	talk_end 0 "$stopped"
	wait_workers 3
}

has_stopped() {
	local pid

	for pid in $(workers); do
		! is_stopped "$pid" || return 0
	done
	return 1
}
