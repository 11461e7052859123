# The directive proxy: what a header says holds, who may send one, and how long
# it may take.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

SIG='\r\n\r\n\0\r\nQUIT\n'
V1='PROXY TCP4 192.0.2.1 198.51.100.7 4711 443\r\n'
INET=$SIG'\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x07\x12\x67\x01\xbb'
HOST='\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0'
INET6=$SIG'\x21\x21\0\x24'$HOST'\x01'$HOST'\x02\x12\x67\x01\xbb'
LOCAL=$SIG'\x20\0\0\x03\x01\x02\x03'
UNSPEC=$SIG'\x21\0\0\0'

# start_behind WORDS... [-- argument...]: with proxy require from WORDS.
start_behind() {
	local words=()

	while [[ $# -gt 0 && $1 != -- ]]; do
		words+=("$1")
		shift
	done
	shift || :
	start -o "proxy=require from ${words[*]}" "$@"
}

# names HEADER: peer and local as the handler sees them.
names() {
	talk "$ADDR" send "$1peer\nlocal\n" shut print
}

# named HEADER PEER LOCAL
named() {
	local got

	got=$(names "$1")
	[[ $got == "$2"$'\n'"$3" ]] || fail "$1: $got"
}

# The connection's own addresses.
own() {
	local got port

	got=$(talk "$ADDR" port send "$1peer\nlocal\n" shut print)
	port=${got%%$'\n'*}
	[[ $got == "$port"$'\n'"127.0.0.1:$port"$'\n'"$ADDR" ]] ||
		fail "$1: $got"
}

# turned_away TEXT: who sends it, perhaps too late already, gets nothing.
turned_away() {
	local got status=0

	got=$(talk "$ADDR" send "$1" print 2>/dev/null) || status=$?
	[[ -z $got && ($status -eq 0 || $status -eq 4) ]] ||
		fail "$status: $got"
}

# has_one REGEX: in the status.
has_one() {
	run -0 timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" status
	[[ $output =~ $1 ]]
}

@test "peer and local are the header's" {
	start_behind 127.0.0.1 -- -w 1 "$FAULT"
	named "$V1" 192.0.2.1:4711 198.51.100.7:443
	named "$INET" 192.0.2.1:4711 198.51.100.7:443
	named "$INET6" '[2001:db8::1]:4711' '[2001:db8::2]:443'
	named 'PROXY TCP6 ::1 ::2 3 4\r\n' '[::1]:3' '[::2]:4'
}

# says HEADER LINE...: what the handler answers to tlv with the types TLVS.
says() {
	local got

	got=$(talk "$ADDR" send "$1$(printf 'tlv %s\\n' "${TLVS[@]}")" \
		shut print)
	[[ $got == "$(printf '%s\n' "${@:2}")" ]] || fail "$1: $got"
}

@test "a handler can ask for what else a header says, and gets that only" {
	local all=${INET/\\0\\x0c/\\0\\x25}

	all+='\x02\0\x04host'
	all+='\xe4\0\x02\0\x01'
	all+='\x20\0\x0a\x01\0\0\0\0\x22\0\x02me'
	start_behind 127.0.0.1 -- -w 1 "$FAULT"
	TLVS=(0x02 0xe4 0x20 0x22 0x21 0x05 0 0x102)
	says "$all" '4 68 6f 73 74' '2 00 01' \
		'10 01 00 00 00 00 22 00 02 6d 65' '2 6d 65' \
		none none none none
	says "$INET" none none none none none none none none
	says "$all" '4 68 6f 73 74' '2 00 01' \
		'10 01 00 00 00 00 22 00 02 6d 65' '2 6d 65' \
		none none none none
	says "$V1" none none none none none none none none
	says "$LOCAL" none none none none none none none none
	# Empty, twice, and the checksum itself.
	TLVS=(0x01 0xe4)
	says "${INET/\\0\\x0c/\\0\\x16}"'\x01\0\0\xe4\0\x01a\xe4\0\0' \
		0 '1 61'
	invariants 1
}

@test "there is nothing to ask for where no header is required" {
	start -w 1 "$FAULT"
	TLVS=(0x02 0x22)
	says '' none none
	invariants 1
}

@test "where a header names nobody the connection's own addresses hold" {
	start_behind 127.0.0.0/8 -- -w 1 "$FAULT"
	named "$V1" 192.0.2.1:4711 198.51.100.7:443
	own "$LOCAL"
	own "$UNSPEC"
	own 'PROXY UNKNOWN\r\n'
	named "$INET" 192.0.2.1:4711 198.51.100.7:443
}

@test "a handler of the bare descriptor finds the first byte behind it" {
	start_behind 127.0.0.1 -- -w 1 "$PREFORK_FAULTS/die2004.so"
	talk "$ADDR" send "${V1}hello" expect hello shut eof
	talk "$ADDR" send "${INET}PROXY" expect PROXY shut eof
	talk "$ADDR" send "$LOCAL" shut eof
}

@test "a header may come in pieces" {
	start_behind 127.0.0.1 -- -w 1 "$FAULT"
	talk_start "$ADDR" send P say first wait send "${V1#P}peer\n" \
		expect '192.0.2.1:4711\n' shut eof
	talk_said first
	talk_go
	talk_end
	talk_start "$ADDR" send "$SIG" say second wait \
		send "${INET#"$SIG"}" say third wait \
		send 'peer\n' expect '192.0.2.1:4711\n' shut eof
	talk_said second
	talk_go
	talk_said third
	talk_go
	talk_end
}

@test "a header of somebody else is refused" {
	start_behind 10.0.0.0/8 ::1 unix -- -w 1 "$FAULT"
	turned_away "${V1}pid\n"
	wait_log 'PF0224 refused 127\.0\.0\.1:[0-9]*: a PROXY header of it'
	talk "$ADDR" gone
	invariants 1
}

@test "what is no header, or a bad one, is refused" {
	start_behind 127.0.0.1 -- -w 1 echo
	turned_away 'GET / HTTP/1.0\r\n\r\n'
	wait_log 'PF0224 .*: PROXY header: it does not begin with one'
	turned_away "${V1/443/0443}hello"
	turned_away "$SIG"'\x21\x11\0\x13\xc0\0\x02\x01\xc6\x33\x64\x07\x12\x67\x01\xbb\x03\0\x04\0\0\0\0'
	talk "$ADDR" send "${V1%??}" shut eof
	talk "$ADDR" send "${V1}hello" expect hello shut eof
}

@test "a header that does not come in time is refused" {
	start_behind 127.0.0.1 -- -w 1 -o 'timeout=header 200ms' echo
	talk_start "$ADDR" send PROXY eof
	talk "$ADDR" send "${V1}hello" expect hello shut eof
	talk_end
	wait_log 'PF0224 .*: PROXY header: it did not come in time'
}

@test "who connects and leaves is refused without a warning" {
	start_behind 127.0.0.1 -- -w 1 echo
	talk "$ADDR" close
	wait_log 'PF0229 127\.0\.0\.1:[0-9]* left without a word'
	talk "$ADDR" reset
	wait_log 'PF0229 ' 2
	talk "$ADDR" send "${V1}hello" expect hello shut eof
}

@test "who sends its header slowly is served by a worker that has to leave" {
	local old

	start_behind 127.0.0.1 -- -w 1 -o 'timeout=header 10s' "$FAULT"
	old=$(workers)
	talk_start "$ADDR" send PROXY say begun wait \
		send "${V1#PROXY}peer\n" expect '192.0.2.1:4711\n' shut eof
	talk_said begun
	kill -HUP "$MASTER"
	wait_log PF0106
	talk "$ADDR" send "${V1}peer\n" expect '192.0.2.1:4711\n' shut eof
	talk_go
	talk_end
	wait_gone "$old"
	invariants 1
}

@test "at a stop it is served as well" {
	start_behind 127.0.0.1 -- -w 1 -o 'timeout=header 10s' "$FAULT"
	talk_start "$ADDR" send PROXY say begun wait \
		send "${V1#PROXY}peer\n" expect '192.0.2.1:4711\n' shut eof
	talk_said begun
	kill -TERM "$MASTER"
	wait_log PF0101
	talk_go
	talk_end
	wait_exit
}

@test "a unix socket needs to be named" {
	start_behind unix -- -w 1 -l "unix:$T/sock" "$FAULT"
	named "$V1" 192.0.2.1:4711 198.51.100.7:443
	named 'PROXY UNKNOWN\r\n' unix: "unix:$T/sock"
	stop
	start_behind 0.0.0.0/0 ::/0 -- -w 1 -l "unix:$T/sock" "$FAULT"
	turned_away "${V1}peer\n"
	wait_log 'PF0224 refused unix:: a PROXY header of it is not believed'
}

@test "the last words of a worker name the header's client" {
	expect_crash
	start_behind 127.0.0.1 -- -w 1 "$FAULT"
	talk "$ADDR" send "${INET6}abort\n" gone
	wait_log 'PF0413 .*, connection 1 of \[2001:db8::1\]:4711'
	wait_log 'PF0404 '
	invariants 1
}

@test "a single connection (-i) has no header" {
	refused 64 PF0500 -i -o 'proxy=require from ::1' echo
}

@test "a reload brings it" {
	printf '%s\n' "service echo { listen 127.0.0.1:0; handler echo
		workers 1 }" >"$T/conf"
	start -f "$T/conf"
	echo_once plain
	sed -i 's/workers/proxy require from 127.0.0.1; workers/' "$T/conf"
	kill -HUP "$MASTER"
	wait_log PF0106
	read_addresses "$LOG_BEGIN"
	talk "$ADDR" send "${V1}hello" expect hello shut eof
}

@test "what is refused is counted, and not among what was accepted" {
	start_behind 127.0.0.1 -- -w 1 -S "$T/ctl.sock" echo
	talk "$ADDR" send "${V1}hello" expect hello shut eof
	turned_away 'GET /\r\n'
	turned_away 'GET /\r\n'
	talk "$ADDR" close
	wait_log 'PF0229 '
	has_one 'echo +1 +1 +0 +0 +0 +1 +0'
	has_one 'refused: proxy 3'
	[[ $(log_count PF0224) -eq 1 ]] # in a second
}

@test "allow and deny are about whom the header names" {
	printf '%s\n' "service fault { listen 127.0.0.1:0; workers 1
		handler $FAULT; proxy require from 127.0.0.1
		deny 192.0.2.0/24; timeout header 1m }" >"$T/conf"
	start -f "$T/conf" -S "$T/ctl.sock"
	SERVES_ECHO=''
	turned_away "${V1}peer\n"
	wait_log 'PF0224 refused 192\.0\.2\.1:4711: '
	# One that the worker has waited for.
	talk_start "$ADDR" send PROXY say begun wait send "${V1#PROXY}" gone
	talk_said begun
	wait_for has_one 'fault +1 +0 +1 +'
	talk_go
	talk_end
	wait_for has_one 'fault +1 +1 +0 +0 +0 +0 +0'
	named "$INET6" '[2001:db8::1]:4711' '[2001:db8::2]:443'
	has_one 'refused: rule 2'
	invariants 1
}

@test "what is queued at a stop brings its header as well" {
	local held queued

	start_behind 127.0.0.1 -- -w 1 "$FAULT"
	talk_start "$ADDR" send "${V1}echo one\n" expect 'one\n' say held \
		wait shut eof
	held=$TALK_PID
	talk_said held
	talk_start "$ADDR" send "${INET6}peer\n" say queued \
		expect '[2001:db8::1]:4711\n' shut eof
	queued=$TALK_PID
	talk_said queued
	kill -TERM "$MASTER"
	wait_log PF0101
	talk_go "$held"
	talk_end 0 "$held"
	talk_end 0 "$queued"
	wait_exit
}

@test "timeout idle and total hold for the header, and kill no worker" {
	local limit pid

	for limit in idle total; do
		start_behind 127.0.0.1 -- -w 1 \
			-o "timeout=header 1h $limit 200ms" echo
		pid=$(workers)
		talk "$ADDR" send PROXY eof
		wait_log 'PF0224 .*: PROXY header: it did not come in time'
		talk "$ADDR" send "${V1}hello" expect hello shut eof
		[[ $(workers) == "$pid" ]]
		stop
		: >"$T/log"
	done
}

@test "who has gone from the queue before a stop is no stranger" {
	start -w 1 -o 'proxy=require from 127.0.0.1' "$FAULT"
	talk_start "$ADDR" send 'PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n' \
		send 'echo here\n' expect 'here\n' say there wait close
	talk_said there
	talk -n 3 "$ADDR" reset
	kill -TERM "$MASTER"
	wait_log PF0101
	talk_go
	talk_end
	wait_exit
	[[ $(log_count PF0224) -eq 0 ]]
}
