#!/usr/bin/env bats
# health and agent tell of a service whatever state it can be in, and both the
# same.  What agent says HAProxy has to understand: haproxy_agent.bats.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2153 # a test is a subshell; STATUS is ours

load helper
load faults
load turns
load upgrades
load control
load http
load watched

start_watched() {
	watched "$@"
	start -f "$T/watched.conf" || return 1
	watched_ends
}

@test "ready, and the answers are whole" {
	start_watched 4
	wait_for is_watched 200 ready 'ready up 100%'
	talk "$AGENT" expect 'ready up 100%\n' eof
	answers 200 'HEAD /any/thing HTTP/1.0\r\n\r\n' "$HEALTH"
	[[ ! -s $T/body && $(header Cache-Control) == no-store ]]
	answers 405 'OPTIONS / HTTP/1.0\r\n\r\n' "$HEALTH"
	answers 400 'GET\r\n\r\n' "$HEALTH"
	# What HAProxy's agent-send would be.
	talk "$AGENT" send 'hello\n' expect 'ready up 100%\n' eof
	talk "$AGENT" shut expect 'ready up 100%\n' eof
}

@test "the weight is the share of the workers that are idle, at least 1" {
	local held=() n

	start_watched 4
	for n in 75 50 25 1; do
		hold 1
		held+=("$HOLD_PID")
		agent_says "ready up $n%"
		health_says 200 ready
	done
	for n in "${held[@]}"; do
		release "$n"
	done
	wait_for agent_says 'ready up 100%'
	ctl scale work 3
	wait_for agent_says 'ready up 100%'
	hold 1
	agent_says 'ready up 66%'
	release
}

@test "drain, maint and resume" {
	start_watched 2
	ctl_ends 0 'work has 0 workers' drain work
	is_watched 503 'work: drained' drain
	ctl_ends 0 'work has 2 workers' resume work
	wait_for is_watched 200 ready 'ready up 100%'
	ctl_ends 0 'work has 0 workers' drain -maint work
	is_watched 503 'work: maintenance' maint
	ctl_ends 0 'work has 0 workers' drain work
	is_watched 503 'work: drained' drain
	ctl_ends 0 'work has 0 workers' drain -maint work
	is_watched 503 'work: maintenance' maint
	ctl_ends 0 'all services serve' resume
	wait_for is_watched 200 ready 'ready up 100%'
	ctl drain -maint work
	ctl scale work 2
	wait_for is_watched 200 ready 'ready up 100%'
	ctl drain -maint work
	ctl reload
	wait_for is_watched 200 ready 'ready up 100%'
}

@test "a drain says so from the beginning on, while it serves the last" {
	start_watched 2
	hold 1
	ctl_start drain -maint work
	wait_for is_watched 503 'work: maintenance' maint
	release
	ctl_done 0 'work has 0 workers'
}

@test "words that drain does not know" {
	start_watched 1
	ctl_ends 64 "drain knows -maint and a service, not 'b'" drain a b
	ctl_ends 64 "not '-now'" drain -now
	ctl_ends 64 "not '-maint'" drain work -maint
	ctl_ends 1 "there is no service 'none'" drain -maint none
	wait_for is_watched 200 ready 'ready up 100%'
}

@test "not yet ready: starting" {
	watched 1
	mkfifo "$T/gate"
	mood wait
	begin -f "$T/watched.conf"
	wait_for test -s "$T/waits"
	wait_log 'PF0401 worker agent'
	wait_log 'PF0401 worker health'
	read_addresses "$LOG_BEGIN"
	watched_ends
	is_watched 503 'work: starting' 'down #work: starting'
	open_gate
	wait_for is_watched 200 ready 'ready up 100%'
}

@test "not ready any more: no worker stays alive" {
	allow_message PF0404 PF0406 PF0407
	start_watched 1
	mood fail
	kill -KILL "$(children_named work)"
	wait_log PF0407
	is_watched 503 'work: no worker is ready' \
		'down #work: no worker is ready'
	mood ok
	wait_for is_watched 200 ready 'ready up 100%'
}

# Pids of the workers of a service, as the log knows them.
children_named() {
	sed -n "s,.*PF0400 worker $1/[0-9]* (pid \([0-9]*\)).*,\1,p" "$T/log" |
		grep -xF -f <(workers)
}

@test "a stop is told for drain_delay, while everybody is served" {
	start_watched 2 'drain_delay 30s'
	kill -TERM "$MASTER"
	wait_log PF0118
	is_watched 503 'work: the daemon stops' drain
	echo_once still
	wait_for elapsed 110 "$(clock_ms)"
	kill -TERM "$MASTER"
	wait_exit
}

@test "reloads and upgrades do not make it unready" {
	local looks=0

	own_binary
	start_watched 2
	: >"$T/looks"
	(
		while [[ ! -e $T/enough ]]; do
			health_says 200 ready || exit 1
			[[ $(agent_line) == 'ready up '* ]] || exit 1
			printf . >>"$T/looks"
		done
	) >"$T/looking" 2>&1 &
	looks=$!
	ctl reload
	ctl reload
	install_binary
	ctl upgrade
	ctl reload
	wait_for looked 3
	touch "$T/enough"
	wait "$looks" || fail "$(<"$T/looking")"
}

looked() {
	[[ $(wc -c <"$T/looks") -ge $1 ]]
}

@test "without a name: all others, the worst of them" {
	watched 2
	sed -i 's/ { service work }//; s/^service health/service more {\
listen 127.0.0.1:0\
handler echo\
workers 2\
}\
&/' "$T/watched.conf"
	start -f "$T/watched.conf"
	HEALTH=${ADDRS[2]}
	AGENT=${ADDRS[3]}
	# work 2 of 2, more 2 of 2, health 1 of 1
	wait_for is_watched 200 ready 'ready up 100%'
	hold 2
	agent_says 'ready up 60%'
	release
	ctl drain more
	is_watched 503 'more: drained' drain
	ctl drain -maint work
	is_watched 503 'work: maintenance' maint
}

@test "alone, it is itself that is watched" {
	start -w 2 health
	answers 200 'GET / HTTP/1.0\r\n\r\n'
	stop
	start -w 2 agent
	AGENT=$ADDR
	agent_says 'ready up 50%'
}

@test "a service that is not there" {
	start -w 1 health service=none
	answers 503 'GET / HTTP/1.0\r\n\r\n'
	[[ $(<"$T/body") == "there is no service 'none'" ]]
	stop
	start -w 1 agent service=none
	AGENT=$ADDR
	agent_says 'down #there is no service none'
}

@test "a master that does not answer: 503, and not a word" {
	watched 1
	sed -i 's/health { service work/&; timeout 1s/' "$T/watched.conf"
	start -f "$T/watched.conf"
	watched_ends
	kill -STOP "$MASTER"
	get / "$HEALTH"
	[[ $STATUS -eq 503 ]]
	agent_says ''
	kill -CONT "$MASTER"
	wait_for is_watched 200 ready 'ready up 100%'
	wait_log 'PF0311 .*: the daemon does not tell'
}
