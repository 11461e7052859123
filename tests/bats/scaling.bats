#!/usr/bin/env bats
# What doc/scaling.md shows, with two instances and HAProxy in front.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2153 # a test is a subshell

load helper
load faults
load turns
load control
load figures
load http
load haproxy

# block NAME: the one of the page whose first line is "# NAME".
block() {
	awk -v name="# $1" '
		/^```/ { inside = !inside; first = inside; show = 0; next }
		inside && first { show = $0 == name; first = 0 }
		show' "$abs_top_srcdir/doc/scaling.md" | grep . ||
		fail "the page has no block '$1'"
}

# Ports of the machine a, in the order of the services, once it has some.
PORTS=(0 0 0 0)

# The drain_delay of the instances.
DELAY=0s

# localize INSTANCE ADDRESS: the page's addresses and times become the test's.  What a
# machine is there is an address here, which nobody connects from.
localize() {
	sed -e "s,/run/preforkd.sock,$T/$1.sock," \
		-e "s,/run/haproxy.sock,$T/haproxy.sock," \
		-e 's,192\.0\.2\.1:,127.0.0.2:,g; s,192\.0\.2\.2:,127.0.0.3:,g' \
		-e 's,192\.0\.2\.1[01],127.0.0.1,g; s,bind :7$,bind fd@3,' \
		-e "s,\*:\([0-9]\),$2:\1,; s,:7007,:${PORTS[0]}," \
		-e "s,\([: ]\)7017,\1${PORTS[1]},; s,\([: ]\)7027,\1${PORTS[2]}," \
		-e "s,:9117,:${PORTS[3]},g; s,workers 32,workers 8," \
		-e 's,maxconn 32,maxconn 8,; s,maxconn 10000,maxconn 100,' \
		-e 's,drain_delay 5s,drain_delay '"$DELAY"',' \
		-e 's,inter [12]s,inter 100ms,g'
}

# start_machine a|b; sets MASTER_a or MASTER_b.
start_machine() {
	local address=127.0.0.2 i

	[[ $1 == a ]] || address=127.0.0.3
	block preforkd.conf | localize "$1" "$address" >"$T/$1.conf"
	start -f "$T/$1.conf" || return 1
	eval "MASTER_$1=$MASTER"
	for i in 0 1 2 3; do
		PORTS[i]=${ADDRS[i]##*:}
	done
}

start_all() {
	need_haproxy
	start_machine a
	start_machine b
	{
		block "$1" | localize none none
		# The other page has no socket, and the test wants to look.
		grep -q '^[^#]*stats socket' < <(block "$1") ||
			printf 'global\n\tstats socket %s\n' "$T/haproxy.sock"
	} >"$T/haproxy.cfg"
	haproxy_start "$T/haproxy.cfg" || return 1
	wait_for server_is a UP || return 1
	wait_for server_is b UP || return 1
	ADDR=$FRONT
}

# served SERVER: connections that HAProxy gave it.
served() {
	talk "unix:$T/haproxy.sock" send 'show stat\n' print |
		awk -F , -v server="$1" '$2 == server { print $8 }'
}

has_served() {
	[[ $(served "$1") -ge $2 ]]
}

# restart a|b LEAVING: as the page says, while somebody is connected; HAProxy is
# to show LEAVING before it ends.
restart() {
	local behind=MASTER_$1

	hold 3 "$FRONT"
	ctl_start -S "$T/$1.sock" stop
	wait_for server_is "$1" "$2" || return 1
	release || return 1
	ctl_done 0 'the daemon has ended' || return 1
	MASTER=${!behind}
	wait_exit || return 1
	start_machine "$1" || return 1
	ADDR=$FRONT
	wait_for server_is "$1" UP || return 1
	wait_for has_served "$1" $(($(served "$1") + 5))
}

# Without the delay, for which nobody waits any more.
stop_all() {
	local begin

	haproxy_end
	begin=$(clock_ms)
	kill -TERM "${!MASTERS[@]}"
	# A second one sooner is taken for the same.
	wait_for elapsed 110 "$begin"
	kill -TERM "${!MASTERS[@]}"
	for MASTER in "${!MASTERS[@]}"; do
		wait_exit
	done
}

@test "two instances, agent-check: restarted in turn under load, none fails" {
	DELAY=2s
	start_all haproxy.cfg
	load_begin
	wait_for has_served a 5
	wait_for has_served b 5
	restart a 'DRAIN.*'
	restart b 'DRAIN.*'
	load_end
	[[ $(log_count PF0224) -eq 0 ]]
	stop_all
}

@test "the same with health instead of the agent" {
	DELAY=2s
	start_all haproxy-health.cfg
	load_begin
	wait_for has_served a 5
	wait_for has_served b 5
	restart a 'DOWN.*'
	restart b 'DOWN.*'
	load_end
	[[ $(log_count PF0224) -eq 0 ]]
	stop_all
}

@test "the balancer's client is the one that the service sees" {
	start_all haproxy.cfg
	talk_start "$FRONT" port line one say served wait shut eof
	talk_said served
	PORT=$(head -n 1 "${TALKS[$TALK_PID]}.out")
	for machine in a b; do
		ctl -S "$T/$machine.sock" -j status
		cat "$T/said"
	done >"$T/both"
	grep -qF "\"client\":\"127.0.0.1:$PORT\"" "$T/both"
	talk_go
	talk_end
}

@test "Prometheus: the page's targets are the instances, and are read" {
	local target

	start_machine a
	start_machine b
	block prometheus.yml | localize none none >"$T/prometheus.yml"
	for target in "127.0.0.2:${PORTS[3]}" "127.0.0.3:${PORTS[3]}"; do
		grep -qF "\"$target\"" "$T/prometheus.yml"
		get /metrics "$target"
		[[ $STATUS -eq 200 ]]
		cp "$T/body" "$T/metrics"
		[[ $(value 'prefork_workers_configured{service="echo"}') -eq 8 ]]
	done
	need promtool
	run -0 promtool check config "$T/prometheus.yml"
}
