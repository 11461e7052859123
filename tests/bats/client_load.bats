# prefork-client load: what it counts is true.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

load helper
load faults
load turns
load upgrades
load control
load client

# reported FILTER: of the JSON report.
reported() {
	jq -r "$1" "$T/said"
}

@test "operations and connections are those that the server counts" {
	need jq
	start -w 4 -S "$T/ctl.sock" echo
	client -j load -n 500 "$HOST" "$PORT"
	[[ $(reported '.operations, .connections, .failed' | xargs) == \
		'500 500 0' ]] || fail "$(<"$T/said")"
	[[ $(reported '.latency_us | [.p50, .p90, .p99, ."p99.9", .max] |
		. == sort and .[0] > 0') == true ]]
	wait_for counts 500
	client load -j -m keepalive -c 3 -n 1000 -s 5k "$HOST" "$PORT"
	[[ $(reported '.operations, .connections' | xargs) == '1000 3' ]]
	wait_for counts 503
	[[ $(jq '.services[0].bytes.received' "$T/status") -eq \
		$((500 * 32 + 1000 * 5120)) ]]
}

counts() {
	"$PREFORKCTL" -S "$T/ctl.sock" -j status >"$T/status"
	[[ $(jq '.services[0].closed' "$T/status") -eq $1 ]]
}

@test "a time, a size and a unix socket; the report in words" {
	start -w 4 -l "unix:$T/sock" echo
	between 1000 10000 client load -d 1s -c 2 -s 100k -U "$T/sock"
	grep -qE '^operations  [1-9][0-9]* in 1\.[0-9]+ s, [0-9.]+/s$' "$T/said"
	grep -qE '^failed      0$' "$T/said"
	grep -qE '^latency ms  p50 [0-9.]+, p90 [0-9.]+, p99 [0-9.]+, p99.9 [0-9.]+, max [0-9.]+$' \
		"$T/said"
}

@test "nothing is lost by reloads and an upgrade" {
	own_binary
	start -w 4 -S "$T/ctl.sock" echo
	client load -d 3s -m connect "$HOST" "$PORT" &
	wait_for has_served
	ctl_quietly reload
	install_binary
	ctl_quietly upgrade
	ctl_quietly reload
	wait $! || fail "$(cat "$T/said" "$T/err")"
	grep -q '^failed      0$' "$T/said"
}

has_served() {
	[[ $("$PREFORKCTL" -S "$T/ctl.sock" metrics |
		sed -n 's/^prefork_connections_closed_total.* //p') -gt 0 ]]
}

ctl_quietly() {
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" "$@" >/dev/null
}

@test "failures are told apart, and are its exit code" {
	need jq
	start -w 1 "$FAULT"
	# Other bytes: 32 of the pattern are no command of the handler's.
	client -w 300ms load -j -n 2 -c 1 -m connect "$HOST" "$PORT" &&
		fail 'nothing failed'
	[[ $(reported '.operations, .failed' | xargs) == '0 2' ]] ||
		fail "$(<"$T/said")"
	grep -q 'PF0705' "$T/err"
	stop
	[[ $(client -j load -c 2 -n 1000 127.0.0.1 1; echo $?) -eq 1 ]]
	# Each was refused three times.
	[[ $(reported '.errors.refused == .failed and .failed < 100') == true ]]
}

@test "an interrupt ends it with a report" {
	local pid

	start -w 2 -S "$T/ctl.sock" echo
	for signal in INT TERM; do
		timeout -k 1 60 "$PREFORK_CLIENT" load -d 1h "$HOST" "$PORT" \
			>"$T/said" 2>"$T/err" &
		pid=$!
		wait_for is_active
		kill "-$signal" "$pid"
		wait "$pid" || fail "$(cat "$T/said" "$T/err")"
		grep -qE '^operations  [1-9]' "$T/said"
		ctl_quietly wait idle
	done
}

is_active() {
	"$PREFORKCTL" -S "$T/ctl.sock" metrics >"$T/metrics"
	! grep -q '^prefork_connections_active{.* 0$' "$T/metrics"
}

@test "progress: lines elsewhere, one line in place on a terminal" {
	start -w 2 echo
	client load -d 6s -c 1 "$HOST" "$PORT"
	grep -qE '^5\.[0-9]+ s: [1-9][0-9]* operations, [0-9.]+/s, 0 failed$' \
		"$T/err"
	command -v script >/dev/null || skip 'there is no script(1)'
	timeout -k 1 60 script -qec "'$PREFORK_CLIENT' load -d 1200ms -c 1 $HOST $PORT" \
		/dev/null >"$T/terminal" </dev/null
	[[ $(tr '\r' '\n' <"$T/terminal" | grep -cE '^[01]\.[0-9] s: ') -ge 2 ]]
}

@test "more connections than descriptors are allowed" {
	(
		ulimit -n 64
		client_ends 64 'PF0500 -c 100: only 64 descriptors' \
			load -c 100 127.0.0.1 1
	)
}
