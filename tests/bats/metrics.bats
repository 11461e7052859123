# What Prometheus would read: valid, true, and never less than before.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades
load control

scrape() {
	ctl metrics
	cp "$T/said" "$T/metrics${1:-}"
}

# value SERIES: of the last scrape.
value() {
	awk -v series="$1" 'index($0, series " ") == 1 { print $NF }' \
		"$T/metrics"
}

# One line for each counter, sorted.
counters() {
	awk '/^# TYPE .* counter$/ { counter[$3] = 1 }
		/^# TYPE .* histogram$/ { counter[$3 "_bucket"] = 1
			counter[$3 "_sum"] = counter[$3 "_count"] = 1 }
		!/^#/ { name = $1; sub(/{.*/, "", name)
			if (counter[name]) print }' "$1" | sort
}

# none_less BEFORE AFTER: no counter of the first is less in the second, or
# gone.
none_less() {
	counters "$1" >"$T/before"
	counters "$2" >"$T/after"
	join "$T/before" "$T/after" | awk '$3 < $2 { print; bad = 1 }
		END { exit bad }' || fail 'a counter went back'
	[[ $(join -v 1 "$T/before" "$T/after") == '' ]] ||
		fail 'a counter is gone'
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
