# An instance that is watched: a service that echoes, called work, and beside it
# health and agent, which watch it.  After helper.bash, turns.bash, http.bash.
#
#	watched N [DIRECTIVE]	writes $T/watched.conf: N workers of the handler
#				moody, a directive of the daemon's
#	watched_ends		sets HEALTH and AGENT, where they listen
#	agent_line		what the agent says
#	agent_says LINE		it must say this
#	health_says STATUS TEXT	likewise
#	is_watched STATUS TEXT LINE	both, for wait_for

# shellcheck disable=SC2034,SC2153,SC2154 # what make and the helpers know

watched() {
	cat >"$T/watched.conf" <<-TEXT
		control $T/ctl.sock
		${2:-}
		service work {
			listen 127.0.0.1:0
			handler "$PREFORK_FAULTS/moody.so"
			workers $1
		}
		service health {
			listen 127.0.0.1:0
			handler health { service work }
			workers 1
		}
		service agent {
			listen 127.0.0.1:0
			handler agent { service work }
			workers 1
		}
	TEXT
}

watched_ends() {
	HEALTH=${ADDRS[1]}
	AGENT=${ADDRS[2]}
}

agent_line() {
	talk "$AGENT" print
}

agent_says() {
	local said

	said=$(agent_line)
	[[ $said == "$1" ]] || fail "the agent says '$said' and not '$1'"
}

health_says() {
	get / "$HEALTH" || return 1
	[[ $STATUS -eq $1 && $(<"$T/body") == "$2" ]] ||
		fail "health says $STATUS '$(<"$T/body")' and not $1 '$2'"
}

is_watched() {
	health_says "$1" "$2" && agent_says "$3"
}
