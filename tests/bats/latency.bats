# How long connections took, as it is counted and told.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

load helper
load faults
load turns
load upgrades
load control

# of_service FILTER: of the first service.
of_service() {
	ctl -j status
	jq -r ".services[0]$1" "$T/said"
}

ended() {
	[[ $(of_service .latency.connection.count) -eq $1 ]]
}

# Nothing ever comes, so that this takes $1 seconds.
pass_time() {
	read -r -t "$1" <>"$T/nap" || :
}

now_us() {
	printf '%s\n' "${EPOCHREALTIME/[.,]/}"
}

@test "the time from accept to close, and to the first byte" {
	local begun took p50 first

	need jq
	start -w 1 -S "$T/ctl.sock" echo
	[[ $(of_service .latency.connection) == *'"max_us": 0'* ]]
	begun=$(now_us)
	hold 1
	pass_time 0.4
	release
	wait_for ended 1
	took=$(($(now_us) - begun))
	p50=$(of_service .latency.connection.p50_us)
	# The bucket's middle is within a sixteenth.
	((p50 >= 400000 * 15 / 16 && p50 <= took * 17 / 16)) ||
		fail "p50 is $p50 us, and it took $took us"
	first=$(of_service .latency.first_byte.max_us)
	((first < p50)) || fail "the first byte came after $first us"
	[[ $(of_service .latency.first_byte.count) -eq 1 ]]
	ctl status
	grep -qE '^  took ms: [0-9.e+]+ half, .* max$' "$T/said"
}

@test "a handler that never writes has no first byte" {
	need jq
	start -w 1 -S "$T/ctl.sock" "$FAULT"
	talk "$ADDR" shut eof
	wait_for ended 1
	[[ $(of_service .latency.first_byte.count) -eq 0 ]]
}

@test "bytes are counted both ways" {
	need jq
	start -w 2 -S "$T/ctl.sock" echo
	talk -n 5 "$ADDR" bulk 100000 7 shut eof
	wait_for ended 5
	[[ $(of_service .bytes.received) -eq 500000 ]]
	[[ $(of_service .bytes.sent) -eq 500000 ]]
}

@test "nothing is counted twice or forgotten over deaths, reloads, upgrades" {
	local i count

	need jq
	allow_violence
	# Of the worker that is killed, of kill, and of their replacements.
	allow_message PF0404 PF0405 PF0413 PF0414
	own_binary
	start -w 2 -S "$T/ctl.sock" echo
	for ((i = 1; i <= 12; i++)); do
		talk -n 5 "$ADDR" line x shut eof
		wait_for ended $((5 * i))
		case $((i % 4)) in
		0) ctl reload ;;
		1)
			kill -KILL "$(workers | head -n 1)"
			wait_workers 2
			;;
		2) ctl kill 1 ;;
		3)
			install_binary
			ctl upgrade
			;;
		esac
		ctl wait drained
	done
	ended 60
	[[ $(of_service .bytes.sent) -eq 120 ]]
	count=$(of_service .latency.first_byte.count)
	[[ $count -eq 60 ]] || fail "$count first bytes"
	ctl metrics
	grep -qF 'prefork_connection_duration_seconds_count{service="echo"} 60' \
		"$T/said"
}
