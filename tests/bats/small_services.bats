# discard, chargen, daytime, time and static_reply: bytes as the RFCs have
# them, and beside xinetd's.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

load helper
load faults
load client

# The lines that RFC 864 shows, to $1 of them.
chargen_lines() {
	awk -v lines="$1" 'BEGIN {
		for (c = 32; c < 127; c++)
			ring = ring sprintf("%c", c)
		ring = ring ring
		for (i = 0; i < lines; i++)
			printf "%s\r\n", substr(ring, i % 95 + 1, 72)
	}'
}

# Seconds since 1900 of four bytes in the file $1.
seconds_of() {
	od -An -tu1 "$1" | awk 'NF == 4 {
		printf "%.0f\n", (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'
}

# is_now SECONDS: between $BEGIN and now, in seconds since 1900.
is_now() {
	local now

	now=$(date +%s)
	(($1 - 2208988800 >= BEGIN && $1 - 2208988800 <= now)) ||
		fail "$1 is not between $BEGIN and $now"
}

@test "discard takes all and says nothing" {
	start -w 2 discard max_bytes=1m
	[[ $(talk "$ADDR" send 'x\n' shut print | wc -c) -eq 0 ]]
	client load -n 2 -c 1 -s 100k -w 200ms "$HOST" "$PORT" &&
		fail 'it answered'
	grep -q '^failed      2: timed out 2$' "$T/said"
}

@test "discard ends after max_bytes" {
	start -w 1 discard max_bytes=4
	talk "$ADDR" send 'abcd' eof
}

@test "chargen sends the ring of lines, whatever it hears" {
	start -w 2 chargen
	talk "$ADDR" send 'something\n' print 2>/dev/null |
		head -c $((74 * 300)) | cmp - <(chargen_lines 300)
	# Its clients end rudely, and that is no failure.
	talk "$ADDR" expect ' !"#$%&' reset connect expect ' !"#$%&' close
	invariants 2
}

@test "chargen ends after max_bytes, and the last bytes arrive" {
	start -w 1 chargen max_bytes=100000
	[[ $(talk "$ADDR" send 'unread\n' print | wc -c) -eq 100000 ]]
}

@test "daytime is one line of printable ASCII" {
	start -w 1 daytime
	[[ $(talk "$ADDR" send 'unread\n' print | od -An -c | tail -n 2 |
		tr -d ' \n') =~ \\r\\n$ ]]
	[[ $(talk "$ADDR" print) =~ ^[A-Z][a-z]+day,\ [A-Z][a-z]+\ [0-9]{2},\ 20[0-9]{2}\ [0-9:]{8}-[A-Za-z0-9+-]+$'\r'$ ]]
	stop
	start -w 1 daytime format=%s
	BEGIN=$(date +%s)
	is_now $(($(talk "$ADDR" print | tr -d '\r') + 2208988800))
}

@test "a format that is no line is refused" {
	refused_by() {
		run -78 preforkd -t daytime "format=$1"
		[[ $output == *PF0308*'no line of 1 to 253 printable ASCII'* ]]
	}
	refused_by 'two%nlines'
	refused_by ''
	refused_by "$(printf 'x%.0s' {1..254})"
	refused_by $'\303\244'
	run -0 preforkd -t daytime "format=$(printf 'x%.0s' {1..253})"
}

@test "time is four bytes, seconds since 1900" {
	start -w 1 time
	BEGIN=$(date +%s)
	talk "$ADDR" send 'unread\n' print >"$T/got"
	[[ $(wc -c <"$T/got") -eq 4 ]]
	is_now "$(seconds_of "$T/got")"
}

@test "static_reply gives a text or a file to everybody" {
	start -w 2 static_reply 'text=busy, come again'
	[[ $(talk "$ADDR" send 'unread\n' print) == 'busy, come again' ]]
	stop
	head -c 3000000 /dev/urandom >"$T/banner"
	start -w 2 static_reply "file=$T/banner"
	talk "$ADDR" send 'unread\n' print | cmp - "$T/banner"
	talk "$ADDR" print | cmp - "$T/banner"
	# Another file of the name is served after a reload.
	printf new >"$T/other"
	mv "$T/other" "$T/banner"
	kill -HUP "$MASTER"
	wait_log PF0110
	[[ $(talk "$ADDR" print) == new ]]
}

@test "what static_reply cannot give is refused" {
	run -78 preforkd -t static_reply
	[[ $output == *'needs either a text or a file'* ]]
	run -78 preforkd -t static_reply text=a file=/b
	[[ $output == *'not both'* ]]
	mkfifo "$T/fifo"
	for file in "$T/fifo" "$T"; do
		run -78 preforkd -F -l 127.0.0.1:0 static_reply "file=$file"
		[[ $output == *'this is no file'* ]]
	done
	run -78 preforkd -F -l 127.0.0.1:0 static_reply file=/nonexistent
	[[ $output == *'/nonexistent: No such file'* ]]
}

# xinetd takes no port 0: in a network of its own all are free.
beside_xinetd() {
	need xinetd unshare
	{
		printf 'defaults\n{\n\tlog_type = FILE /dev/null\n}\n'
		for service in echo discard chargen daytime time; do
			printf 'service %s\n{\n\ttype = INTERNAL\n' "$service"
			printf '\tid = %s-stream\n\tsocket_type = stream\n' \
				"$service"
			printf '\tprotocol = tcp\n\twait = no\n\tuser = root\n'
			printf '\tbind = 127.0.0.1\n}\n'
		done
	} >"$T/xinetd.conf"
	cat >"$T/ask" <<-'TEXT'
		T=$1 talk=$2
		ip link set lo up || ifconfig lo up || exit 77
		xinetd -dontfork -f "$T/xinetd.conf" -pidfile "$T/xinetd.pid" &
		ask() {
		    timeout 10 "$talk" -t 10 "127.0.0.1:$1" "${@:3}" >"$T/x.$2" \
		        2>"$T/x.err"
		}
		for i in 1 2 3 4 5 6 7 8 9 10; do
		    ask 13 daytime print && break
		    read -r -t 0.2 <>"$T/nap"
		done
		ask 7 echo send 'a\0b\xff\r\n' shut print
		ask 9 discard send 'a\0b\n' shut print
		"$talk" 127.0.0.1:19 print 2>/dev/null | head -c 22200 >"$T/x.chargen"
		ask 37 time print
		kill %1
		wait
	TEXT
	unshare --net true 2>"$T/err" || skip "unshare: $(<"$T/err")"
	timeout -k 1 60 unshare --net bash "$T/ask" "$T" "$PREFORK_TOOLS/talk" ||
		[[ $? -ne 77 ]] || skip 'the loopback interface cannot be had'
	[[ -s $T/x.daytime ]] || skip "xinetd does not run here: $(<"$T/x.err")"
}

@test "the same as xinetd's" {
	local BEGIN

	BEGIN=$(date +%s)
	beside_xinetd
	is_now "$(seconds_of "$T/x.time")"
	start -w 1 echo
	talk "$ADDR" send 'a\0b\xff\r\n' shut print | cmp - "$T/x.echo"
	stop
	start -w 1 discard
	talk "$ADDR" send 'a\0b\n' shut print | cmp - "$T/x.discard"
	stop
	start -w 1 chargen
	# Its ring has no blank, so that it begins one character later; up to
	# there the lines are the same.
	talk "$ADDR" print 2>/dev/null | tail -c +75 | head -c $((22 * 74)) |
		cmp - <(head -c $((22 * 74)) "$T/x.chargen")
	stop
	start -w 1 daytime 'format=%d %b %Y %T %Z'
	[[ $(talk "$ADDR" print | tr '[:lower:]' '[:upper:]' | cut -d: -f1) == \
		$(tr '[:lower:]' '[:upper:]' <"$T/x.daytime" | cut -d: -f1) ]]
	stop
}
