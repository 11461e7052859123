# What Prometheus would read: valid, true, and never less than before.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades
load control
load figures

scrape() {
	ctl metrics
	cp "$T/said" "$T/metrics${1:-}"
}

@test "promtool is content, and the figures are true" {
	start -w 3 -S "$T/ctl.sock" -l "unix:$T/a\"b\\c" -l 127.0.0.1:0 \
		-o 'deny=192.0.2.0/24' echo
	echo_once one
	hold 1
	scrape
	[[ $(value 'prefork_connections_accepted_total{service="echo"}') -eq 2 ]]
	[[ $(value 'prefork_connections_active{service="echo"}') -eq 1 ]]
	[[ $(value 'prefork_connections_closed_total{service="echo"}') -eq 1 ]]
	[[ $(value 'prefork_workers{service="echo",state="busy"}') -eq 1 ]]
	[[ $(value 'prefork_workers{service="echo",state="idle"}') -eq 2 ]]
	[[ $(value 'prefork_workers_configured{service="echo"}') -eq 3 ]]
	[[ $(value prefork_generation) -eq 1 ]]
	grep -qF 'address="unix:'"$T"'/a\"b\\c"' "$T/metrics" ||
		! grep -q '^prefork_listener_queue{' "$T/metrics"
	release
	need promtool
	run promtool check metrics <"$T/metrics"
	[[ -z $output ]] || fail "$output"
}

@test "refusals are counted by reason" {
	allow_message PF0224
	start -w 1 -S "$T/ctl.sock" -o 'deny=127.0.0.0/8' echo
	talk "$ADDR" gone
	talk "$ADDR" gone
	wait_for refused_twice
}

refused_twice() {
	scrape
	[[ $(value 'prefork_connections_refused_total{service="echo",reason="rule"}') -eq 2 ]]
}

@test "crashes and kills are counted by reason, over an upgrade" {
	allow_violence
	allow_message PF0404 PF0405 PF0406 PF0407 PF0413 PF0414
	expect_crash
	own_binary
	start -w 2 -S "$T/ctl.sock" "$FAULT"
	talk "$ADDR" send 'segv\n' gone
	talk "$ADDR" send 'segv\n' gone
	talk "$ADDR" send 'abort\n' gone
	wait_for died 3
	kill -KILL $(workers | head -n 1)
	wait_for died 4
	# One slot may have had so many of them that it waits.
	ctl_ends 0 ready wait ready
	ctl_ends 0 '' kill fault/0
	died_of segv 2 abrt 1 kill 1 bus 0
	install_binary
	ctl_ends 0 '' upgrade
	died_of segv 2 abrt 1 kill 1 bus 0
	grep -F '"crashes":4' <(ctl -j status; cat "$T/said")
	talk "$ADDR" send 'segv\n' gone
	wait_for died 5
	died_of segv 3 abrt 1 kill 1 bus 0
}

# All together.
died() {
	scrape
	[[ $(awk '/^prefork_workers_crashed_total/ { n += $2 } END { print n }' \
		"$T/metrics") -eq $1 ]]
}

# died_of REASON COUNT...; and preforkctl has killed one.
died_of() {
	scrape
	[[ $(value 'prefork_workers_killed_total{service="fault",reason="operator"}') -eq 1 ]]
	[[ $(value 'prefork_workers_killed_total{service="fault",reason="no_progress"}') -eq 0 ]]
	while [[ $# -gt 0 ]]; do
		[[ $(value "prefork_workers_crashed_total{service=\"fault\",reason=\"$1\"}") -eq $2 ]]
		shift 2
	done
}

@test "connections that met a limit of time are counted, over an upgrade" {
	need jq
	allow_message PF0420 PF0413 PF0414
	own_binary
	# No space for the client's end: it waits until it is told.
	start -w 1 -S "$T/ctl.sock" -o 'timeout=idle 300ms' -o "access_log=$T/a" \
		-o 'access_fields=result' "$FAULT"
	talk "$ADDR" shut eof
	talk "$ADDR" eof
	wait_for timed_out 1
	talk "$ADDR" send 'hang\n' gone
	wait_for timed_out 2
	install_binary
	ctl_ends 0 '' upgrade
	timed_out 2
	talk "$ADDR" eof
	wait_for timed_out 3
	ctl_ends 0 '' -j status
	jq -e '.services[0].timeouts == 3' "$T/said"
	[[ $(tr '\n' ' ' <"$T/a") == 'result=ok result=timeout result=timeout ' ]]
}

timed_out() {
	scrape
	[[ $(value 'prefork_connections_timed_out_total{service="fault"}') -eq $1 ]]
}

@test "no counter goes back over 50 reloads, 3 upgrades and deaths" {
	local i

	allow_violence
	allow_message PF0404
	own_binary
	start -w 2 -S "$T/ctl.sock" echo
	scrape 0
	load_begin
	for ((i = 1; i <= 53; i++)); do
		if ((i % 16 == 0)); then
			install_binary
			ctl upgrade
		else
			ctl reload
		fi
		((i % 10 != 0)) || kill -TERM $(workers | head -n 1) || :
		scrape
		[[ $(value 'prefork_connections_accepted_total{service="echo"}') -eq \
			$(($(value 'prefork_connections_closed_total{service="echo"}') + \
				$(value 'prefork_connections_active{service="echo"}'))) ]]
		none_less "$T/metrics0" "$T/metrics"
		cp "$T/metrics" "$T/metrics0"
	done
	load_end
	[[ $(value 'prefork_reloads_total{outcome="ok"}') -eq 53 ]]
	[[ $(log_count PF0122) -eq 3 ]]
	need promtool
	run -0 promtool check metrics <"$T/metrics"
}
