# HAProxy itself in front, with the headers that it makes.

# shellcheck disable=SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load faults
load turns
load haproxy

status() {
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" -j status
}

status_has() {
	status >"$T/status"
	grep -F -- "$1" "$T/status"
}

has_accepted() {
	[[ $(status) =~ \"accepted\":([0-9]+) && ${BASH_REMATCH[1]} -ge $1 ]]
}

# The handler sees the client of HAProxy and where that connected to.
handler_sees() {
	local said port

	said=$(talk "$FRONT" port send 'peer\nlocal\n' shut print)
	port=${said%%$'\n'*}
	[[ $said == "$port"$'\n'"127.0.0.1:$port"$'\n'"$FRONT" ]] ||
		fail "$said"
}

# So does who asks for the status while it is served.
status_sees() {
	talk_start "$FRONT" port send 'echo here\n' expect 'here\n' \
		say served wait shut eof
	talk_said served || return 1
	status_has "\"client\":\"127.0.0.1:$(
		head -n 1 "${TALKS[$TALK_PID]}.out")\"" || return 1
	talk_go
	talk_end
}

@test "send-proxy" {
	need_haproxy
	start -w 2 -S "$T/ctl.sock" -o 'proxy=require from 127.0.0.1' "$FAULT"
	haproxy_begin send-proxy
	handler_sees
	status_sees
	[[ $(log_count PF0224) -eq 0 ]]
}

@test "send-proxy-v2" {
	need_haproxy
	start -w 2 -S "$T/ctl.sock" -o 'proxy=require from 127.0.0.1' "$FAULT"
	haproxy_begin send-proxy-v2
	handler_sees
	status_sees
	[[ $(log_count PF0224) -eq 0 ]]
}

@test "send-proxy-v2 with a checksum, to IPv6" {
	need_haproxy
	start -w 2 -l '[::1]:0' -S "$T/ctl.sock" -o 'proxy=require from ::1' \
		"$FAULT"
	haproxy_begin send-proxy-v2 proxy-v2-options crc32c,unique-id
	handler_sees
	status_sees
	[[ $(log_count PF0224) -eq 0 ]]
}

@test "what it says of a connection can be asked for" {
	need_haproxy
	start -w 2 -o 'proxy=require from 127.0.0.1' "$FAULT"
	HAPROXY_MORE='unique-id-format id-%cp'
	haproxy_begin send-proxy-v2 proxy-v2-options crc32c,unique-id
	said=$(talk "$FRONT" port send 'tlv 5\ntlv 3\ntlv 2\n' shut print)
	{
		read -r port
		read -r id
		read -r checksum
		read -r authority
	} <<<"$said"
	[[ $id == "$(printf 'id-%s' "$port" | od -An -v -tx1 |
		awk -v n="$((3 + ${#port}))" '{ print n $0 }')" ]] ||
		fail "$said"
	[[ $checksum == '4 '* && $authority == none ]] || fail "$said"
}

@test "over a unix socket" {
	need_haproxy
	start -w 2 -l "unix:$T/sock" -S "$T/ctl.sock" \
		-o 'proxy=require from unix' "$FAULT"
	haproxy_begin send-proxy-v2
	handler_sees
	status_sees
	haproxy_end
	haproxy_begin send-proxy
	handler_sees
	[[ $(log_count PF0224) -eq 0 ]]
}

@test "its checks of health, which are nobody's connections" {
	need_haproxy
	start -w 2 -S "$T/ctl.sock" -o 'proxy=require from 127.0.0.1' "$FAULT"
	haproxy_begin send-proxy-v2 check inter 20ms
	wait_for has_accepted 4
	haproxy_end
	haproxy_begin send-proxy check inter 20ms
	wait_for has_accepted 8
	handler_sees
	status_has '"refused":0,'
	[[ $(log_count PF0224) -eq 0 ]]
}

@test "without its header it is refused" {
	need_haproxy
	start -w 2 -S "$T/ctl.sock" -o 'proxy=require from 127.0.0.1' "$FAULT"
	haproxy_begin
	talk "$FRONT" send 'peer\n' gone
	wait_log 'PF0224 refused 127\.0\.0\.1:[0-9]*: PROXY header: it does not'
	status_has '"refused":1,'
	status_has '"proxy":1'
}

@test "reloads under load lose nothing" {
	local behind turn

	need_haproxy
	start -w 4 -o 'proxy=require from 127.0.0.1' echo
	haproxy_begin send-proxy-v2
	behind=$ADDR ADDR=$FRONT
	load_begin
	for turn in 1 2 3 4 5; do
		kill -HUP "$MASTER"
		wait_log PF0106 "$turn"
	done
	load_end
	ADDR=$behind
	[[ $(log_count PF0224) -eq 0 ]]
	SERVES_ECHO=''
	invariants 4
}

@test "a program of the exec handler finds the client in its environment" {
	local header port

	need_haproxy
	for header in send-proxy send-proxy-v2; do
		start -w 1 -o 'proxy=require from 127.0.0.1' exec /usr/bin/env
		haproxy_begin "$header"
		port=${FRONT##*:}
		talk "$FRONT" port print >"$T/env"
		grep -qx "TCPREMOTEPORT=$(head -n 1 "$T/env")" "$T/env"
		grep -qx "REMOTE_PORT=$(head -n 1 "$T/env")" "$T/env"
		grep -qx 'TCPREMOTEIP=127.0.0.1' "$T/env"
		grep -qx "TCPLOCALPORT=$port" "$T/env"
		haproxy_end
		stop
	done
}
