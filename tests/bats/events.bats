# The stream of events: what is told, in order, over an upgrade, to whom.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades
load control

# follow [NUMBER]: preforkctl events writes to $T/events.
follow() {
	need jq
	"$PREFORKCTL" -S "$T/ctl.sock" events "$@" >"$T/events" 2>"$T/err" &
	FOLLOWER=$!
	[[ $# -gt 0 ]] || wait_for is_followed
}

# Only who is listened to by the master hears what comes.
is_followed() {
	ctl reopen
	[[ -s $T/events ]]
}

# told FILTER [N]: N events, or at least one, for which the filter holds.
told() {
	local count

	count=$(jq -c "select($1)" "$T/events" | wc -l)
	[[ $count -eq ${2:-$count} && $count -gt 0 ]]
}

@test "a start, a reload, deaths and a stop are told with their details" {
	allow_violence
	allow_message PF0404
	start -w 2 -S "$T/ctl.sock" echo
	follow 1
	wait_for told '.event == "worker-ready"' 2
	told '.event == "start" and .generation == 1' 1
	told ".event == \"listening\" and .address == \"$ADDR\"" 1
	told '.event == "worker-start" and .service == "echo" and .slot == 1 and
		.generation == 1 and .pid > 1' 1
	ctl reload
	wait_for told '.event == "generation-drained" and .generation == 1' 1
	told '.event == "reload-begin" and .generation == 2' 1
	told '.event == "reload-done" and .generation == 2' 1
	told '.event == "listening"' 1
	told '.event == "worker-exit" and .generation == 1 and .status == 0 and
		.reason == "exit code 0"' 2
	kill -KILL $(workers | head -n 1)
	wait_for told '.event == "worker-exit" and .signal == "KILL" and
		(.reason | test("not by us"))' 1
	ctl_ends 0 'the daemon has ended' stop
	wait "$FOLLOWER"
	told '.event == "stop" and (.reason | test("preforkctl"))' 1
	jq -e . "$T/events" >/dev/null
	[[ $(jq .seq "$T/events") == $(seq "$(wc -l <"$T/events")") ]]
	jq -r .time "$T/events" | while read -r time; do
		[[ $time =~ ^20..-..-..T..:..:..\....Z$ ]]
	done
	wait_exit
}

@test "a reload that fails is told with its reason, and so is a pause" {
	expect_message PF0107
	allow_message PF0404 PF0405 PF0406 PF0407
	allow_violence
	start_moody -w 1 -S "$T/ctl.sock"
	follow
	mood fail
	ctl_ends 1 worker_init reload
	wait_for told '.event == "reload-failed" and .generation == 1 and
		(.reason | test("worker_init"))' 1
	kill -KILL $(workers)
	wait_for told '.event == "backoff" and .service == "moody" and
		.slot == 0 and .delay_ms >= 100'
	mood ok
	ctl_ends 0 generation reload
}

@test "events go on through an upgrade without a gap" {
	own_binary
	start -w 2 -S "$T/ctl.sock" echo
	follow
	install_binary
	ctl_ends 0 'generation 2 serves' upgrade
	wait_for told '.event == "reload-done" and .generation == 2' 1
	told '.event == "upgrade-begin"' 1
	told '.event == "upgrade-done"' 1
	install_script 'exit 3'
	expect_message PF0123
	ctl_ends 1 'exit code 3' upgrade
	wait_for told '.event == "upgrade-failed" and
		(.reason | test("exit code 3"))' 1
	install_binary
	ctl_ends 0 'generation 3 serves' upgrade
	wait_for told '.event == "reload-done" and .generation == 3' 1
	[[ $(jq .seq "$T/events") == $(seq "$(jq .seq "$T/events" | head -n 1)" \
		"$(jq .seq "$T/events" | tail -n 1)") ]]
}

@test "twenty readers hear the same, and one who does not read keeps nobody" {
	local i deaf

	need jq
	start -w 1 -S "$T/ctl.sock" echo
	for ((i = 0; i < 20; i++)); do
		"$PREFORKCTL" -S "$T/ctl.sock" events 1 >"$T/many.$i" &
	done
	wait_for all_say '"start"'
	talk_start "unix:$T/ctl.sock" send 'prefork/1 events\n' say deaf wait
	deaf=$TALK_PID
	talk_said deaf
	# More than the kernel keeps for one reader.
	for ((i = 0; i < 12; i++)); do
		ctl_ends 0 'echo has 60 workers' scale echo 60
		ctl_ends 0 'echo has 1 workers' scale echo 1
	done
	within 500 ctl_ends 0 serving ping
	ctl_ends 64 'takes the number' events zero
	ctl_ends 0 'generation 2' reload
	wait_for all_say '"reload-done"'
	kill "$deaf"
	follow 1
	wait_for told '.event == "worker-exit"'
	[[ $(wc -l <"$T/events") -ge 256 ]]
}

all_say() {
	[[ $(grep -l -- "$1" "$T"/many.* | wc -l) -eq 20 ]]
}
