# HAProxy itself in front of instances, and its end in teardown.  Load it after
# helper.bash and faults.bash.
#
#	need_haproxy		skips the test where there is none
#	haproxy_start FILE	with this configuration, whose listening socket
#				is fd@3; sets FRONT
#	haproxy_begin WORD...	stands before $ADDR, with these words for its
#				server, and the line HAPROXY_MORE; sets FRONT
#	haproxy_end
#	server_is NAME STATUS [WEIGHT]	what the statistics at the socket
#				$T/haproxy.sock say of a server, a regex

# shellcheck disable=SC2034,SC2153,SC2154 # what helper.bash and make know

eval "$(declare -f teardown | sed '1s/teardown/teardown_instances/')"

teardown() {
	haproxy_end
	teardown_instances
}

need_haproxy() {
	need haproxy
	[[ -r /proc/self/exe ]] || skip 'there is no /proc/self/exe'
}

haproxy_start() {
	(
		close_descriptors -1
		exec "$PREFORK_TOOLS/activate" 127.0.0.1:0 -- \
			"$(command -v haproxy)" -db -f "$1"
	) >"$T/haproxy.log" 2>&1 </dev/null &
	HAPROXY=$!
	wait_for listens "$HAPROXY" || {
		cat "$T/haproxy.log"
		return 1
	}
	FRONT=127.0.0.1:$(ports_of "$HAPROXY")
}

# The part of a configuration that is the same everywhere.
haproxy_defaults() {
	cat <<-TEXT
		defaults
		  mode tcp
		  timeout connect 10s
		  timeout client 60s
		  timeout server 60s
		  timeout check 10s
	TEXT
}

haproxy_begin() {
	local server=$ADDR

	[[ $ADDR != unix:* ]] || server=unix@${ADDR#unix:}
	cat >"$T/haproxy.cfg" <<-TEXT
		global
		  nbthread 1
		  maxconn 100
		$(haproxy_defaults)
		listen front
		  bind fd@3
		  ${HAPROXY_MORE:-}
		  server one $server $*
	TEXT
	haproxy_start "$T/haproxy.cfg"
}

# It has become HAProxy by the time that it waits for events.
listens() {
	[[ $(readlink "/proc/$1/exe") == */haproxy && -n $(ports_of "$1") ]]
}

haproxy_end() {
	[[ -n ${HAPROXY:-} ]] || return 0
	kill "$HAPROXY" 2>/dev/null || :
	wait "$HAPROXY" 2>/dev/null || :
	rm -f "$T/haproxy.sock"
	HAPROXY=''
}

# "STATUS WEIGHT" of a server.
server_state() {
	talk "unix:$T/haproxy.sock" send 'show stat\n' print >"$T/stat" &&
		awk -F , -v server="$1" '$2 == server { print $18, $19 }' "$T/stat"
}

server_is() {
	local state

	state=$(server_state "$1") || cat "$T/haproxy.log"
	[[ $state =~ ^($2)\ (${3:-.*})$ ]] || fail "$1 is $state and not $2"
}
