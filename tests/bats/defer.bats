# accept defer: a worker is woken when the client has sent.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load faults
load turns
load upgrades

conf() {
	printf '%s\n' "$1" >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
}

reload() {
	local before

	before=$(log_count 'PF0106 ')
	kill -HUP "$MASTER"
	wait_log 'PF0106 ' $((before + 1))
}

# Clients that are silent do not keep the only worker.
silent_wait_outside() {
	talk_start -n 3 "$ADDR" say there wait line word shut eof
	SILENT=$TALK_PID
	talk_said there
	echo_once word
	talk_go "$SILENT"
	talk_end 0 "$SILENT"
}

need_defer() {
	[[ $(log_count PF0223) -eq 0 ]] || {
		grep 'PF0223 accept defer has no effect at ' "$T/log"
		skip 'this system, or build, does not know it'
	}
}

@test "who has not sent keeps no worker" {
	start -w 1 -o accept=defer echo
	need_defer
	silent_wait_outside
	invariants 1
}

@test "each socket of *:0 has it, and a unix socket does not mind" {
	conf "service echo { listen *:0; listen unix:$T/sock; handler echo
		accept defer; workers 1 }"
	start -f conf
	echo_once word "unix:$T/sock"
	need_defer
	silent_wait_outside
	for ADDR in "${ADDRS[@]}"; do
		[[ $ADDR == unix:* ]] || silent_wait_outside
	done
}

@test "a reload switches it on and off, an upgrade keeps it" {
	own_binary
	conf 'service echo { listen 127.0.0.1:0; handler echo; workers 1 }'
	start -f conf
	conf 'service echo { accept defer
		listen 127.0.0.1:0; handler echo; workers 1 }'
	reload
	need_defer
	silent_wait_outside
	upgrade
	silent_wait_outside
	conf 'service echo { listen 127.0.0.1:0; handler echo; workers 1 }'
	reload
	wait_for only_current_is_left
	# Now its worker has it at once.
	connections=$(worker_sockets)
	talk_start "$ADDR" say there wait line word shut eof
	talk_said there
	wait_for worker_has $((connections + 1))
	talk_go
	talk_end
}

only_current_is_left() {
	[[ $(log_count PF0110) -eq $(log_count PF0105) ]]
}

worker_sockets() {
	readlink "/proc/$(workers)/fd/"* | grep -c '^socket:'
}

worker_has() {
	[[ $(worker_sockets) -eq $1 ]]
}

@test "it is written, and refused where it makes no sense" {
	conf 'service echo { listen 127.0.0.1:0; handler echo; accept defer }'
	preforkd -T -f conf | grep -x '	accept defer'
	preforkd -T -f conf >"$T/again"
	preforkd -T -f again | cmp - "$T/again"
	conf 'service echo { listen 127.0.0.1:0; handler echo; accept later }'
	refused 78 PF0503 -F -f conf
	grep 'conf:1:57: PF0503 accept knows defer, not .later.' "$T/err"
	conf 'service echo { listen 127.0.0.1:0; handler echo; accept defer 3 }'
	refused 78 PF0503 -F -f conf
}

@test "of a socket that was passed its giver decides" {
	printf '#!/bin/sh\nexec %q 127.0.0.1:0 -- %q "$@"\n' \
		"$PREFORK_TOOLS/activate" "$PREFORKD" >"$T/start"
	chmod 755 "$T/start"
	PREFORKD=$T/start
	start -l 'fd:*' -o accept=defer -w 1 echo
	grep -E 'PF0223 accept defer has no effect at 127.* (Operation|Not)' \
		"$T/log"
	echo_once word
}
