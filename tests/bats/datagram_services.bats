# discard, chargen, daytime and time by datagrams: bytes as the RFCs have them,
# beside xinetd's, and answers that end.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

load helper
load faults
load turns
load control
load client
load post

serve() {
	start -w 1 -l udp:127.0.0.1:0 -S "$T/$1.sock" "$@"
	find_udp
}

# Seconds since 1900 of four bytes in the file $1.
seconds_of() {
	od -An -tu1 "$1" | awk 'NF == 4 {
		printf "%.0f\n", (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'
}

is_now() {
	local now

	now=$(date +%s)
	(($1 - 2208988800 >= BEGIN && $1 - 2208988800 <= now)) ||
		fail "$1 is not between $BEGIN and $now"
}

# The lines that RFC 864 shows, without an end.
ring() {
	awk 'BEGIN {
		for (c = 32; c < 127; c++)
			ring = ring sprintf("%c", c)
		ring = ring ring
		for (i = 0; i < 20; i++)
			printf "%s\r\n", substr(ring, i % 95 + 1, 72)
	}'
}

# accepted NAME: by the instance with the control socket NAME.
accepted() {
	"$PREFORKCTL" -S "$T/$1.sock" metrics |
		sed -n 's/^prefork_connections_accepted_total.* //p'
}

has_accepted() {
	[[ $(accepted "$1") -eq $2 ]]
}

@test "discard says nothing" {
	serve discard
	post "$UDP" send word send '' big 5000
	wait_for has_accepted discard 3
	post "$UDP" send more
	wait_for has_accepted discard 4
	"$PREFORKCTL" -S "$T/discard.sock" -j status >"$T/status"
	grep -q '"received":5008,"sent":0' "$T/status" || fail "$(<"$T/status")"
}

@test "chargen answers with characters of the ring, fewer than were sent" {
	serve chargen
	for _ in {1..20}; do
		post "$UDP" big 5000 print >"$T/got"
		(($(wc -c <"$T/got") <= 512))
		cmp "$T/got" <(ring | head -c "$(wc -c <"$T/got")")
		wc -c <"$T/got" >>"$T/sizes"
		post "$UDP" big 40 bytes 33 39
	done
	(($(sort -u "$T/sizes" | wc -l) > 2)) || fail 'always as many'
	post "$UDP" big 33 send ''
	wait_for has_accepted chargen 42
}

@test "daytime is one line of printable ASCII" {
	serve daytime
	post "$UDP" send '' print >"$T/got"
	[[ $(<"$T/got") =~ ^[A-Z][a-z]+day,\ [A-Z][a-z]+\ [0-9]{2},\ 20[0-9]{2}\ [0-9:]{8}-[A-Za-z0-9+-]+$'\r'$ ]]
	post "$UDP" send 'what is the time?' bytes 30 70
	stop
	serve daytime format=%s
	BEGIN=$(date +%s)
	is_now $(($(post "$UDP" send '' print | tr -d '\r') + 2208988800))
}

@test "time is four bytes, seconds since 1900" {
	serve time
	BEGIN=$(date +%s)
	post "$UDP" send '' print >"$T/got"
	[[ $(wc -c <"$T/got") -eq 4 ]]
	is_now "$(seconds_of "$T/got")"
	post "$UDP" send abc bytes 4 4
}

# loop_ends NAME: the service, if echo is told that NAME asked it.
loop_ends() {
	local other=$UDP count

	forged "$ECHO" forge "$other" 'something that is long enough to begin with'
	# Each was served once more when it has come to an end.
	wait_for quiescent "$1"
	count=$(accepted echo)
	((count >= 1 && count < 600)) || fail "$count datagrams"
}

quiescent() {
	local ours theirs

	ours=$(accepted echo)
	theirs=$(accepted "$1")
	post "$ECHO" send word expect word
	[[ $(accepted echo) -eq $((ours + 1)) && $(accepted "$1") -eq $theirs ]]
}

@test "echo set upon another service does not go on for ever" {
	serve echo
	ECHO=$UDP
	for service in chargen daytime time discard; do
		serve "$service"
		loop_ends "$service"
		stop
	done
	# Nor where the other one begins.
	serve chargen
	forged "$UDP" forge "$ECHO" 'something that is long enough to begin with'
	wait_for quiescent chargen
}

is_still() {
	[[ $(accepted chargen) -eq $(accepted chargen) &&
		$(accepted "$1") -eq $(accepted "$1") ]]
}

@test "chargen set upon another service does not go on for ever" {
	local chargen before

	serve chargen
	chargen=$UDP
	for service in daytime time; do
		serve "$service"
		for bytes in 1 4 5 33 34 60 100; do
			before=$(accepted chargen)
			forged "$chargen" forge "$UDP" \
				"$(printf 'x%.0s' $(seq "$bytes"))"
			forged "$UDP" forge "$chargen" ''
			wait_for is_still "$service"
			(($(accepted chargen) < before + 600))
		done
		stop
	done
}

# xinetd takes no port 0: in a network of its own all are free.
beside_xinetd() {
	need xinetd unshare
	{
		printf 'defaults\n{\n\tlog_type = FILE /dev/null\n}\n'
		for service in echo discard chargen daytime time; do
			printf 'service %s\n{\n\ttype = INTERNAL\n' "$service"
			printf '\tid = %s-dgram\n\tsocket_type = dgram\n' \
				"$service"
			printf '\tprotocol = udp\n\twait = yes\n\tuser = root\n'
			printf '\tbind = 127.0.0.1\n}\n'
		done
	} >"$T/xinetd.conf"
	cat >"$T/ask" <<-'TEXT'
		T=$1 post=$2
		ip link set lo up || ifconfig lo up || exit 77
		xinetd -dontfork -f "$T/xinetd.conf" -pidfile "$T/xinetd.pid" &
		ask() {
		    timeout 10 "$post" -t "$3" "127.0.0.1:$1" "${@:4}" >"$T/x.$2" \
		        2>"$T/x.err"
		}
		# A datagram that came before it listens is refused or lost.
		for i in 1 2 3 4 5; do
		    ask 13 daytime 2 send '' print && break
		    read -r -t 0.2 <>"$T/nap"
		done
		ask 7 echo 9 send 'a b' print
		ask 7 big 9 big 1400 print
		ask 9 discard 9 send 'a b'
		ask 19 chargen 9 big 600 print
		ask 37 time 9 send '' print
		kill %1
		wait
	TEXT
	unshare --net true 2>"$T/err" || skip "unshare: $(<"$T/err")"
	timeout -k 1 60 unshare --net bash "$T/ask" "$T" "$PREFORK_TOOLS/post" ||
		[[ $? -ne 77 ]] || skip 'the loopback interface cannot be had'
	[[ -s $T/x.daytime ]] || skip "xinetd does not run here: $(<"$T/x.err")"
}

@test "the same as xinetd's" {
	local BEGIN

	BEGIN=$(date +%s)
	beside_xinetd
	[[ $(wc -c <"$T/x.time") -eq 4 ]]
	is_now "$(seconds_of "$T/x.time")"
	serve time
	post "$UDP" send '' bytes 4 4
	stop
	serve echo
	post "$UDP" send 'a b' print | cmp - "$T/x.echo"
	post "$UDP" big 1400 print | cmp - "$T/x.big"
	stop
	# Its ring has no blank, so that it begins one character later; and it
	# sends more than the RFC allows.
	(($(wc -c <"$T/x.chargen") >= 512))
	head -c 512 "$T/x.chargen" | cmp - <(ring | tail -c +75 | head -c 512)
	serve daytime 'format=%d %b %Y %T %Z'
	[[ $(post "$UDP" send '' print | tr '[:lower:]' '[:upper:]' |
		cut -d: -f1) == \
		$(tr '[:lower:]' '[:upper:]' <"$T/x.daytime" | cut -d: -f1) ]]
}
