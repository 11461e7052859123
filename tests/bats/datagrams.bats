# Services of datagrams: echo, addresses, what is refused, what is shown.

# shellcheck disable=SC2034,SC2046,SC2154 # what make and the helpers know

load helper
load faults
load turns
load control
load client
load post

@test "echo of datagrams and of connections by one service" {
	start_udp -w 2 echo
	post "$UDP" send word expect word send '' expect '' big 1 same 1 \
		big 1473 same 1473 big 65507 same 65507
	echo_once word
	[[ ${ADDRS[1]} == "udp:$UDP" ]]
	post -b 127.0.0.1:0 "$UDP" many 60 all 60
	invariants 2
}

@test "over IPv6, and every address answers for itself" {
	start -w 2 -l 'udp:*:0' echo
	find_udp
	post "127.0.0.1:$UDPPORT" send a expect a from 127.0.0.1
	if [[ ${ADDRS[0]} == udp:'['* ]]; then
		post "[::1]:$UDPPORT" send a expect a from ::1 \
			big 60000 same 60000
	fi
	tells_address || skip 'POSIX does not tell which address was asked'
	post "127.0.0.2:$UDPPORT" send b expect b from 127.0.0.2
	post "127.1.2.3:$UDPPORT" big 9000 same 9000 from 127.1.2.3
}

@test "the handler is told who asked whom, and may answer once, not longer" {
	start -w 1 -l 'udp:*:0' "$PREFORK_FAULTS/letters.so"
	find_udp
	[[ $(post "$UDP" send 'pid.......' print) == "$(workers)" ]]
	post "$UDP" send kept expect kept send twice expect one silent
	wait_log 'twice: -1 Operation not permitted'
	post "$UDP" send long silent
	wait_log 'PF0311 connection [0-9]* of 127.0.0.1:[0-9]*: long: -1 Message too'
	post "$UDP" send stream silent
	wait_log 'stream: 4 refused'
	tells_address || skip 'POSIX does not tell which address was asked'
	post "127.0.0.3:$UDPPORT" send local................. \
		expect "127.0.0.3:$UDPPORT"
}

@test "a handler of the other kind is refused before it listens" {
	cp "$PREFORK_MODULES/metrics.so" "$T/streams.so"
	for address in udp:127.0.0.1:0 'udp:*:0'; do
		refused 78 PF0209 -F -l 127.0.0.1:0 -l "$address" "$T/streams.so"
		grep 'takes connections, not the datagrams of udp:' "$T/err"
		run ! grep PF0200 "$T/err"
	done
	refused 78 PF0209 -t -l udp:127.0.0.1:0 "$T/streams.so"
	refused 78 PF0209 -F -l udp:127.0.0.1:0 -l 127.0.0.1:0 \
		"$PREFORK_FAULTS/letters.so"
	grep 'takes datagrams, not the connections of 127.0.0.1:' "$T/err"
	refused 78 PF0209 -t "$PREFORK_FAULTS/letters.so"
	# At a reload the daemon goes on with what it has.
	conf() {
		printf 'service s { listen udp:127.0.0.1:0; handler %s }\n' \
			"$1" >"$T/conf"
	}
	conf echo
	expect_message PF0107
	start -f "$T/conf" -S "$T/ctl.sock"
	find_udp
	conf "$T/streams.so"
	ctl_ends 1 'takes connections, not the datagrams' reload
	post "$UDP" send word expect word
	SERVES_ECHO=''
	invariants 4
}

@test "what might be answered without an end is not served" {
	start_udp -w 1 -S "$T/ctl.sock" echo
	post -b "127.0.0.2:$UDPPORT" "$UDP" send forged silent
	wait_for says_reason unsafe 1
	wait_log 'PF0224 refused 127.0.0.2:.*source_ports'
	# Itself, whom it would answer for ever.
	forged "$UDP" forge "$UDP" itself
	wait_for says_reason unsafe 2
	forged "$UDP" forge 127.0.0.1:7 echo
	forged "$UDP" forge 127.0.0.1:1023 privileged
	forged "$UDP" forge 127.0.0.1:2049 nfs
	wait_for says_reason unsafe 5
	ctl metrics
	grep -q 'refused_total{service="echo",reason="unsafe"} 5' "$T/said"
	stop
	start_udp -w 1 -S "$T/ctl.sock" -o source_ports=any echo
	forged "$UDP" forge 127.0.0.1:7 echo
	forged "$UDP" forge "$UDP" itself
	wait_for says_reason unsafe 1
	ctl metrics
	grep -q '^prefork_connections_accepted_total{.*} 1$' "$T/said"
}

@test "nor what was sent to many" {
	need unshare ip
	tells_address || skip 'POSIX does not tell which address was asked'
	unshare --net true 2>"$T/err" || skip "unshare: $(<"$T/err")"
	cat >"$T/many" <<-'TEXT'
		ip link set lo up && ip address add 10.9.8.1/24 dev lo || exit 77
		"$1" -F -w 1 -S "$2/ctl.sock" -l udp:0.0.0.0:40000 -d 9 echo \
		    9> >(head -n 1 >"$2/ready") &
		until [ -s "$2/ready" ]; do read -r -t 0.02 <>"$2/nap"; done
		python3 - <<-'PYTHON'
			import socket
			s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
			s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
			s.sendto(b"all", ("10.9.8.255", 40000))
			s.sendto(b"one", ("10.9.8.1", 40000))
			s.settimeout(10)
			data, source = s.recvfrom(100)
			assert data == b"one" and source[0] == "10.9.8.1", (data, source)
		PYTHON
		result=$?
		"$3" -S "$2/ctl.sock" status
		kill %1
		wait %1
		exit $result
	TEXT
	need python3
	PREFORK_TEST_INSTANCE=$T PREFORK_MODULE_PATH=$PREFORK_MODULES \
		timeout -k 1 60 unshare --net bash "$T/many" "$PREFORKD" "$T" \
		"$PREFORKCTL" >"$T/said" 2>&1 || {
		[[ $? -ne 77 ]] || skip 'no network can be made here'
		fail "$(<"$T/said")"
	}
	grep -q 'unsafe 1' "$T/said" || fail "$(<"$T/said")"
}

@test "allow, deny and rate count for each source" {
	start_udp -w 1 -S "$T/ctl.sock" -o 'deny=127.0.0.66 127.0.0.77' echo
	post -b 127.0.0.66:0 "$UDP" send word silent
	wait_for says_reason rule 1
	stop
	start_udp -w 1 -S "$T/ctl.sock" -o 'rate=1/s burst 3' echo
	# Three at once, and the others of this source are dropped.
	post -b 127.0.0.5:0 "$UDP" send a expect a send b expect b \
		send c expect c many 30
	wait_for says_reason rate '[0-9][0-9]'
	post -b 127.0.0.6:0 "$UDP" send a expect a
	stop
	start_udp -w 2 -S "$T/ctl.sock" -o per_source=1 -o max_connections=2 echo
	post "$UDP" send a expect a send b expect b
}

@test "a handler that crashes is replaced, and nobody else notices" {
	local pid

	expect_crash
	start -w 2 -l udp:127.0.0.1:0 "$PREFORK_FAULTS/letters.so"
	find_udp
	pid=$(workers | head -n 1)
	post "$UDP" send segv silent
	wait_log 'PF0404 .*SEGV'
	wait_workers 2
	post "$UDP" many 40 all 40
	invariants 2
}

@test "workers are recycled after so many datagrams, and none is lost" {
	start -w 2 -l udp:127.0.0.1:0 -o max_requests=50 echo
	find_udp
	client load -u -c 4 -n 3000 "$HOST" "$PORT" || fail "$(cat "$T/err")"
	wait_log PF0412 2
	post "$UDP" send word expect word
}

@test "status, listeners, metrics and -T show it" {
	need jq
	start_udp -w 1 -S "$T/ctl.sock" echo
	post "$UDP" send one expect one send two expect two
	ctl_ends 0 "listening on udp:$UDP" status
	ctl_ends 0 "udp:$UDP" listeners
	ctl -j status
	[[ $(jq -c '.services[0] | [.accepted, .closed, .bytes.received,
		.bytes.sent, .refused]' "$T/said") == '[2,2,6,6,0]' ]] ||
		fail "$(<"$T/said")"
	[[ $(jq -c '.services[0].listeners[1] | [.address, .queue, .backlog]' \
		"$T/said") == "[\"udp:$UDP\",null,null]" ]]
	ctl metrics
	grep -q '^prefork_connections_closed_total{service="echo"} 2$' "$T/said"
	preforkd -T -l "udp:$UDP" -o source_ports=any echo >"$T/conf"
	grep -qx "	listen udp:$UDP" "$T/conf" || fail "$(<"$T/conf")"
	grep -qx '	source_ports any' "$T/conf"
	preforkd -T -f "$T/conf" | cmp - "$T/conf"
	stop
	start -f "$T/conf"
	post "$UDP" send again expect again
	SERVES_ECHO=''
}

@test "datagrams that find no room are counted" {
	grep -q '^#define HAVE_UNIX_QUEUE 1' "$abs_top_builddir/config.h" ||
		skip 'the system does not tell'
	start_udp -w 1 -S "$T/ctl.sock" echo
	kill -STOP $(workers)
	wait_log PF0415
	post "$UDP" many 20000
	ctl metrics
	grep -q "overflows_total{.*\"udp:$UDP\"} [1-9]" "$T/said" ||
		fail "$(<"$T/said")"
	kill -CONT $(workers)
	# This one may find no room as well.
	wait_for "$PREFORK_TOOLS/post" -t 1 "$UDP" send word expect word
}

@test "a datagram costs a receive, a send and at most a wait" {
	local tracer calls

	need strace
	[[ -z ${PREFORK_SANITIZED:-} && -z ${PREFORKD_WRAPPER:-} ]] ||
		skip 'not as it is in use'
	start_udp -w 1 echo
	timeout 60 strace -c -o "$T/calls" -p "$(workers)" 2>"$T/err" &
	tracer=$!
	wait_for has_attached "$tracer"
	! is_gone "$tracer" || skip "strace: $(<"$T/err")"
	client load -u -m keepalive -c 4 -n 3000 "$HOST" "$UDPPORT"
	kill -INT "$tracer"
	wait "$tracer" || :
	calls=$(awk '$NF ~ /^[a-z_0-9]+$/ && $4 ~ /^[0-9]+$/ &&
		$NF != "total" { n += $4 } END { print n }' "$T/calls")
	((calls >= 6000 && calls < 10000)) || fail "$(<"$T/calls")"
	run ! grep -E 'mmap|brk' "$T/calls"
}

has_attached() {
	is_gone "$1" || grep -q attached "$T/err"
}

@test "each datagram is a line of the access log" {
	start -w 1 -l 'udp:*:0' -o "access_log=$T/access" \
		-o 'access_fields=client local bytes_in bytes_out result' echo
	find_udp
	post -b 127.0.0.8:0 "$UDP" send word expect word
	wait_for grep -qE \
		'client=127\.0\.0\.8:[0-9]+ .*bytes_in=4 bytes_out=4 result=ok' \
		"$T/access" || fail "$(<"$T/access")"
	! tells_address || grep -q "local=127\.0\.0\.1:$UDPPORT " "$T/access" ||
		fail "$(<"$T/access")"
}

@test "what makes no sense for datagrams is refused" {
	refused 78 PF0503 -t -o source_ports=some echo
	refused 78 PF0503 -t -o 'source_ports=any safe' echo
	refused 78 PF0503 -t -l udp:127.0.0.1:0 \
		-o 'proxy=require from 127.0.0.1' echo
	grep 'proxy is for connections' "$T/err"
	printf 'service s { listen udp:127.0.0.1:0 backlog 5; handler echo }\n' \
		>"$T/conf"
	refused 78 PF0503 -t -f "$T/conf"
	grep 'backlog is for connections' "$T/err"
}

@test "prefork-client and the tutorial's client" {
	start_udp -w 2 echo
	client echo -u "$HOST" "$UDPPORT" hello
	[[ $(<"$T/said") == 'Received: hello' ]]
	client load -u -m keepalive -c 3 -n 3000 -s 1k "$HOST" "$UDPPORT"
	grep -q '^operations  3000 ' "$T/said"
	grep -q '^failed      0$' "$T/said"
	need python3
	[[ $(timeout -k 1 "$DEADLINE" python3 \
		"$abs_top_srcdir/doc/examples/python/echo_client.py" \
		-u "$HOST" "$UDPPORT" hello) == 'Received: hello' ]]
}
