#!/usr/bin/env bats
# HAProxy understands what agent says: it shows it, and does it.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2153 # a test is a subshell; STATUS is ours

load helper
load faults
load turns
load control
load http
load watched
load haproxy

# In front of $1 workers, whose agent it asks all the time.
start_behind() {
	need_haproxy
	watched "$@"
	start -f "$T/watched.conf" || return 1
	watched_ends
	cat >"$T/haproxy.cfg" <<-TEXT
		global
		  nbthread 1
		  stats socket $T/haproxy.sock level admin
		$(haproxy_defaults)
		listen front
		  bind fd@3
		  server one $ADDR weight 100 agent-check agent-port \
		    ${AGENT##*:} agent-inter 50ms check inter 50ms
	TEXT
	haproxy_start "$T/haproxy.cfg"
}

@test "the weight follows the idle workers" {
	local n held=()

	start_behind 4
	wait_for server_is one UP 100
	for n in 75 50 25 1; do
		hold 1 "$FRONT"
		held+=("$HOLD_PID")
		wait_for server_is one UP "$n"
	done
	for n in "${held[@]}"; do
		release "$n"
	done
	wait_for server_is one UP 100
}

@test "drain, maint and back" {
	start_behind 2
	ctl drain work
	wait_for server_is one 'DRAIN.*'
	ctl drain -maint work
	wait_for server_is one 'MAINT.*'
	ctl resume work
	wait_for server_is one UP 100
	echo_once through "$FRONT"
}

@test "no worker: down, with the reason, and up again" {
	allow_message PF0404 PF0406 PF0407
	start_behind 1
	wait_for server_is one UP
	mood fail
	kill -KILL "$(sed -n 's,.*PF0400 worker work/0 (pid \([0-9]*\)).*,\1,p' \
		"$T/log" | tail -n 1)"
	wait_for server_is one 'DOWN.*'
	talk "unix:$T/haproxy.sock" send 'show stat\n' print |
		grep -q 'work: no worker is ready'
	mood ok
	wait_for server_is one UP 100
}

@test "a stop is a drain for it, and nobody is refused" {
	start_behind 2 'drain_delay 30s'
	hold 1 "$FRONT"
	kill -TERM "$MASTER"
	wait_for server_is one 'DRAIN.*'
	# Who comes now is told at once by HAProxy that nobody is there; who was
	# there before is served to the end.
	wait_for elapsed 110 "$(clock_ms)"
	kill -TERM "$MASTER"
	release
	wait_exit
	[[ $(log_count PF0405) -eq 0 ]]
}
