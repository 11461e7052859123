# Datagrams when workers come and go: reload, upgrade, stop and deaths lose none
# that is queued.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2046 # tests are functions; pids

load helper
load faults
load turns
load upgrades
load control
load client
load post

LETTERS=$PREFORK_FAULTS/letters.so

# One worker that is kept busy until let_go, and N datagrams behind; the client
# is TALK_PID.
queue_behind() {
	mkfifo "$T/door"
	post "$UDP" send "wait $T/door"
	wait_for is_waiting
	post_start "$UDP" many "$1" say sent all "$1" say served
	talk_said sent
}

is_waiting() {
	ctl -j status && grep -q '"note":"waiting"' "$T/said"
}

let_go() {
	: <>"$T/door"
}

# Datagrams come and go until udp_load_end; each is answered.
udp_load_begin() {
	timeout -k 1 120 "$PREFORK_CLIENT" load -u -m keepalive -c 4 -d 1h \
		-w 15s "$HOST" "$UDPPORT" >"$T/udp_load" 2>&1 &
	UDP_LOAD_PID=$!
	wait_for counted "$(closed)"
}

closed() {
	"$PREFORKCTL" -S "$T/ctl.sock" metrics |
		sed -n 's/^prefork_connections_closed_total.* //p'
}

counted() {
	[[ $(closed) -gt $(($1 + 100)) ]]
}

udp_load_end() {
	wait_for counted "$(closed)"
	kill -INT "$UDP_LOAD_PID"
	wait "$UDP_LOAD_PID" || fail "$(<"$T/udp_load")"
	grep -q '^failed      0$' "$T/udp_load" || fail "$(<"$T/udp_load")"
}

@test "reloads under load lose none" {
	start_udp -w 3 -S "$T/ctl.sock" echo
	udp_load_begin
	for _ in 1 2 3 4 5; do
		ctl reload || fail "$(<"$T/err")"
	done
	udp_load_end
	invariants 3
}

@test "upgrades under load lose none, and keep what is queued" {
	own_binary
	start_udp -w 2 -S "$T/ctl.sock" echo
	udp_load_begin
	for _ in 1 2; do
		install_binary
		ctl upgrade || fail "$(<"$T/err")"
	done
	udp_load_end
	ctl_ends 0 "udp:$UDP" listeners
	post "$UDP" send word expect word
	tells_address || return 0
	stop
	start -w 1 -l 'udp:*:0' -S "$T/ctl.sock" echo
	find_udp
	install_binary
	ctl upgrade || fail "$(<"$T/err")"
	post "127.0.0.9:$UDPPORT" send word expect word from 127.0.0.9
}

@test "what is queued is served at a stop" {
	start -w 1 -l udp:127.0.0.1:0 -S "$T/ctl.sock" "$LETTERS" pause=10ms
	find_udp
	queue_behind 30
	kill "$MASTER"
	wait_log PF0101
	let_go
	talk_said served
	talk_end
	wait_exit
}

@test "it is by others, if a worker is told to go" {
	start -w 1 -l udp:127.0.0.1:0 -S "$T/ctl.sock" "$LETTERS"
	find_udp
	queue_behind 30
	kill -HUP "$MASTER"
	talk_said served
	talk_end
	let_go
	wait_log PF0110
}

@test "an address that is left out is served to the end of its queue" {
	conf() {
		printf 'service s { workers 1; handler %s; %s }\n' \
			"$LETTERS" "$1" >"$T/conf"
	}
	conf 'listen udp:127.0.0.1:0; listen udp:127.0.0.2:0'
	start -f "$T/conf" -S "$T/ctl.sock"
	SERVES_ECHO=''
	find_udp
	UDP=${ADDRS[1]#udp:}
	queue_behind 30
	conf 'listen udp:127.0.0.1:0'
	ctl_start reload
	wait_log 'PF0211 .*udp:127.0.0.2'
	let_go
	talk_said served
	talk_end
	ctl_done 0 ''
	wait_for is_closed
	# Another one can have the address.
	conf "listen udp:127.0.0.1:0; listen udp:$UDP"
	ctl reload || fail "$(<"$T/err")"
	post "$UDP" send again expect again
}

# As the system has it.
is_closed() {
	! grep -q ": 0200007F:$(printf '%04X' "${UDP##*:}") " /proc/net/udp
}

@test "queued datagrams wait for the workers that follow dead ones" {
	allow_message PF0404
	start -w 2 -l udp:127.0.0.1:0 -S "$T/ctl.sock" echo
	find_udp
	kill -STOP $(workers)
	wait_log PF0415 2
	post_start "$UDP" many 30 say sent all 30 say served
	talk_said sent
	kill -KILL $(workers)
	talk_said served
	talk_end
	wait_workers 2
	post "$UDP" many 30 all 30
}

@test "what is queued while a service is drained is served when it comes back" {
	start -w 2 -l udp:127.0.0.1:0 -S "$T/ctl.sock" echo
	find_udp
	ctl drain
	post_start "$UDP" many 10 say sent all 10 say served
	talk_said sent
	ctl resume
	talk_said served
	talk_end
}

@test "after the death of the master workers serve, and the address is free" {
	start -w 1 -l udp:127.0.0.1:0 -S "$T/ctl.sock" "$LETTERS"
	find_udp
	queue_behind 20
	kill_master
	let_go
	talk_said served
	talk_end
	start -w 1 -l "udp:$UDP" -S "$T/ctl2.sock" echo
	post "$UDP" send word expect word
}

@test "a load on connections and datagrams of one service, reloaded" {
	start_udp -w 4 -S "$T/ctl.sock" echo
	udp_load_begin
	load_begin
	ctl reload
	ctl reload
	load_end
	udp_load_end
	invariants 4
}

@test "a hanging handler is ended as with connections" {
	expect_message PF0420
	allow_message PF0404 PF0405 PF0413 PF0414
	start -w 1 -l udp:127.0.0.1:0 -S "$T/ctl.sock" -o 'timeout=total 200ms' \
		"$LETTERS"
	find_udp
	mkfifo "$T/door"
	post "$UDP" send "wait $T/door"
	wait_log 'PF0420 .*127.0.0.1:[0-9]*.*waiting'
	post "$UDP" send word expect word
}
