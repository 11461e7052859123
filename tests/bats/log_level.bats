# preforkctl log: the level at run time.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load control
load faults
load logs

configure() {
	printf '%s\n' "log file $T/log $1" 'service echo {' \
		"listen unix:$T/sock" "handler $SCRIBE" 'workers 2' '}' \
		>"$T/conf"
	AT=unix:$T/sock
}

has_lines() {
	[[ $(log_count PF0311) -eq $1 ]]
}

level_is() {
	ctl status
	grep -q "^log: level $1, 0 lines lost" "$T/said" ||
		fail "$(cat "$T/said")"
}

@test "it holds for master and workers at once, and status has it" {
	configure info
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	level_is info
	all_scribble 2
	has_lines 2
	ctl_ends 0 'the level of the log is warning' log warning
	level_is warning
	all_scribble 2
	kill -USR1 "$MASTER"
	ctl ping
	has_lines 2
	[[ $(log_count PF0114) -eq 0 ]]
	ctl log debug
	kill -TTIN "$MASTER"
	wait_log PF0401
	all_scribble 2
	has_lines 4
	stop
}

@test "it holds through reloads and upgrades, until a file says another" {
	configure info
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	ctl log warning
	ctl_ends 0 generation reload
	level_is warning
	all_scribble 2
	ctl_ends 0 generation upgrade
	level_is warning
	all_scribble 2
	has_lines 0
	configure notice
	ctl_ends 0 generation reload
	level_is notice
	configure info
	ctl_ends 0 generation upgrade
	level_is info
	all_scribble 2
	has_lines 2
	stop
}

@test "words that are none are refused" {
	configure info
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	ctl_ends 64 "a level is error.*not 'loud'" log loud
	ctl_ends 64 'a word is missing behind .log.' log
	level_is info
	stop
}

@test "-v is a level like another, and can be taken back" {
	start -S "$T/ctl.sock" -w 1 echo
	level_is debug
	ctl_ends 0 'log is error' log error
	ctl_ends 0 generation reload
	stop
	[[ $(log_count PF0106) -eq 0 ]]
}
