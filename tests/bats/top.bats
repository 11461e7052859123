# preforkctl top, with a terminal and without.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031 # a test is a subshell

load helper
load faults
load turns
load control

eval "$(declare -f teardown | sed '1s/teardown/teardown_instances/')"

teardown() {
	[[ -z ${TERMINAL:-} ]] ||
		tmux -S "$T/tmux" kill-server 2>/dev/null || :
	wait_for no_terminal
	rm -f "$T/tmux"
	teardown_instances
}

no_terminal() {
	[[ -z ${TERMINAL:-} ]] || ! tmux -S "$T/tmux" ls 2>/dev/null
}

two_services() {
	cat >"$T/conf" <<-TEXT
		control $T/ctl.sock
		service one { listen 127.0.0.1:0; handler echo; workers 2 }
		service two { listen 127.0.0.1:0; handler echo; workers 3 }
	TEXT
	start -f "$T/conf"
}

# terminal COLUMNS ROWS: top runs in one.
terminal() {
	need tmux
	TERMINAL=1
	(
		close_descriptors -1
		TMUX='' TERM=screen exec tmux -S "$T/tmux" -f /dev/null \
			new-session -d -x "$1" -y "$2" \
			"'$PREFORKCTL' -S '$T/ctl.sock' top; echo \$? >'$T/code'"
	)
}

screen() {
	tmux -S "$T/tmux" capture-pane -p >"$T/screen"
}

shows() {
	screen
	grep -qE -- "$1" "$T/screen"
}

@test "without a terminal it prints plain lines, and rates" {
	two_services
	hold 1
	echo_once more
	ctl_ends 0 '^preforkd .* pid [0-9]+  serving  generation 1' top 2
	[[ $(grep -c '^SERVICE' "$T/said") -eq 2 ]]
	[[ $(grep -cE '^one +2 +1 +50% +0\.0 +- +- +1 +([0-9]+/[0-9]+|-) ' \
		"$T/said") -eq 2 ]] || fail "$(<"$T/said")"
	grep -qE '^two +3 +0 +0%' "$T/said"
	[[ $(grep -c $'\033' "$T/said") -eq 0 ]]
	release
	ctl_ends 64 'top needs a number' top many
}

@test "on a terminal it is drawn in place, sorted, resized and left" {
	two_services
	terminal 80 24
	wait_for shows '^one +2 +0'
	wait_for shows 'sort \(name\) +q quit'
	[[ $(wc -l <"$T/screen") -le 24 ]]
	# Lines are cut, and not wrapped.
	[[ $(grep -cE '^(one|two|SERVICE|preforkd)' "$T/screen") -eq 4 ]]
	tmux -S "$T/tmux" send-keys s
	wait_for shows 'sort \(rate\)'
	tmux -S "$T/tmux" resize-window -x 200 -y 50
	wait_for shows 'ACCEPTED +START +DRAIN +BACK'
	ctl_ends 0 'generation 2' reload
	wait_for shows 'generation 2 .* reloads 1'
	tmux -S "$T/tmux" send-keys q
	wait_for test -s "$T/code"
	[[ $(<"$T/code") -eq 0 ]]
}

@test "it ends with the daemon, and says so" {
	start -w 1 -S "$T/ctl.sock" echo
	ctl_start top
	wait_for grep -q ^echo "$T/later"
	ctl stop
	ctl_done 69 'PF0612|PF0615'
	wait_exit
	ctl_ends 69 PF0612 top
}
