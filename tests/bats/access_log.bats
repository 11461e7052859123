# The access log: a line for each connection that a handler had, whatever the
# client says, whatever becomes of the file.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load control
load logs

# configure [DIRECTIVE...]: of the service.
configure() {
	printf '%s\n' "service echo {" "listen unix:$T/sock" \
		"handler $SCRIBE" 'workers 2' "$@" '}' >"$T/conf"
	AT=unix:$T/sock
}

ALL='time service slot pid generation connection client peer local bytes_in
	bytes_out first_byte duration result note'
ALL=${ALL//$'\n\t'/ }

lines() {
	cat "$@" | wc -l
}

has_lines() {
	[[ $(lines "$2") -eq $1 ]]
}

# wait_lines N FILE: a line is written when the client has gone already.
wait_lines() {
	wait_for has_lines "$@"
}

# bad DIRECTIVE PLACE TEXT: -t says so.
bad() {
	local status=0

	configure "$1"
	preforkd -t -f "$T/conf" >"$T/out" 2>"$T/err" || status=$?
	[[ $status -eq 78 && $(<"$T/err") == *"$T/conf:5:$2: $3"* ]] ||
		fail "$1: $status, $(<"$T/err")"
}

@test "what is wrong is told with its place, and what is right is printed" {
	bad 'access_log log' 12 "PF0503 access_log needs off, or the path"
	bad "access_log $T/" 12 'PF0503 access_log needs off'
	bad "access_log $T/a b" $((12 + ${#T} + 3)) "PF0503 'b' is too much"
	bad 'access_fields time clientt' 20 \
		"PF0503 there is no field 'clientt'; did you mean client?"
	bad 'access_fields time note time' 25 \
		'PF0508 the field time is there twice'
	bad 'access_format xml' 15 \
		"PF0503 access_format is text or json, not 'xml'"
	configure "access_log $T/a" 'access_fields note time' \
		'access_format json'
	preforkd -T -f "$T/conf" >"$T/first"
	grep -x "	access_log $T/a" "$T/first"
	grep -x '	access_fields note time' "$T/first"
	grep -x '	access_format json' "$T/first"
	preforkd -T -f "$T/first" | cmp - "$T/first"
	configure
	preforkd -T -f "$T/conf" | grep -x '	access_log off'
}

@test "text: each field, in the order that was asked for" {
	local id='[0-9]+' ms='[0-9]+[.][0-9]{3}' port
	local day='20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z'

	start -w 1 -o "access_log=$T/a" -o "access_fields=$ALL" "$SCRIBE"
	port=$(talk "$ADDR" port send 'note hello\n' expect 'done\n' shut eof)
	wait_lines 1 "$T/a"
	grep -Ex "time=$day service=scribe slot=0 pid=$(workers)\
 generation=1 connection=1 client=127.0.0.1:$port peer=127.0.0.1:$port\
 local=$ADDR bytes_in=11 bytes_out=5 first_byte=$ms duration=$ms result=ok\
 note=hello" "$T/a"
	[[ $(stat -c %a "$T/a") == 640 ]]
	scribble 'say x'
	talk "$ADDR" send 'fail\n' shut print
	wait_lines 3 "$T/a"
	sed -n 2p "$T/a" | grep -E ' connection=2 .* result=ok note=-$'
	sed -n 3p "$T/a" | grep -E \
		' bytes_out=0 first_byte=- duration=.* result=error:-1 note=-$'
	stop
}

@test "text: no note makes a line or a field" {
	start -w 1 -o "access_log=$T/a" -o 'access_fields=connection note' \
		"$SCRIBE"
	scribble 'note a\rb\x1b[2J\x7f' 'say x'
	scribble 'note x" connection=7 "\x5c'
	scribble 'note -'
	scribble 'note =\xff\xc3\xa9\xc2\x9b'
	scribble "note $(printf 'x%.0s' {1..100})"
	wait_lines 5 "$T/a"
	stop
	cat >"$T/wanted" <<-'TEXT'
		connection=1 note="a\x0Db\x1B[2J\x7F"
		connection=2 note="x\" connection=7 \"\\"
		connection=3 note="-"
		connection=4 note="=\xFFé\xC2\x9B"
	TEXT
	printf 'connection=5 note=%s...\n' "$(printf 'x%.0s' {1..63})" \
		>>"$T/wanted"
	diff "$T/wanted" "$T/a"
}

@test "JSON: an object a line, with numbers that are numbers" {
	need jq
	start -w 1 -o "access_log=$T/a" -o "access_fields=$ALL" \
		-o access_format=json "$SCRIBE"
	scribble 'note a"\\\r\x01\xff'
	scribble 'say x'
	wait_lines 2 "$T/a"
	stop
	jq -es '.[0].note == "a\"\\\r\u0001\u00ff" and .[1].note == null' \
		"$T/a"
	jq -es 'all(.service == "scribe" and .slot == 0 and .bytes_out == 5 and
		(.duration | type == "number") and .first_byte <= .duration and
		(.client | startswith("127.0.0.1:")) and .result == "ok")' \
		"$T/a"
	jq -rs '.[0] | keys_unsorted | join(" ")' "$T/a" >"$T/keys"
	[[ $(<"$T/keys") == "$ALL" ]]
}

@test "a handler of the bare descriptor: its bytes are not known" {
	start -w 1 -o "access_log=$T/a" \
		-o 'access_fields=bytes_in bytes_out first_byte result' \
		"$PREFORK_FAULTS/die2004.so"
	talk "$ADDR" send x expect x shut eof
	wait_lines 1 "$T/a"
	[[ $(<"$T/a") == 'bytes_in=- bytes_out=- first_byte=- result=ok' ]]
	stop
}

@test "a crash leaves no line, and those before it are whole" {
	expect_crash
	start -w 1 -o "access_log=$T/a" -o 'access_fields=result' "$FAULT"
	talk "$ADDR" send 'x' shut print >"$T/out"
	wait_lines 1 "$T/a"
	talk "$ADDR" send 'segv\n' print >"$T/out" || :
	wait_log PF0404
	talk "$ADDR" send 'x' shut print >"$T/out"
	wait_lines 2 "$T/a"
	[[ $(sort -u "$T/a") == result=ok ]]
	stop
}

@test "behind a balancer: client is the header's, peer is the socket's" {
	local port

	start -w 1 -o 'proxy=require from 127.0.0.0/8' -o "access_log=$T/a" \
		-o 'access_fields=client peer local' "$SCRIBE"
	port=$(talk "$ADDR" port send \
		'PROXY TCP4 192.0.2.1 198.51.100.7 4711 443\r\nsay x\n' \
		expect 'done\n' shut eof)
	wait_lines 1 "$T/a"
	[[ $(<"$T/a") == "client=192.0.2.1:4711 peer=127.0.0.1:$port\
 local=198.51.100.7:443" ]]
	stop
}

@test "each line is there once, from 8 workers over 20 rotations" {
	local connections=1000 i all

	[[ -z ${PREFORK_SANITIZED:-} ]] || connections=100
	start -S "$T/ctl.sock" -o "access_log=$T/a" -w 8 \
		-o 'access_fields=pid connection' echo
	# With more at once than the kernel has room for it falls back on
	# cookies, and makes connections of late packets that nobody ends.
	for ((i = 1; i <= 20; i++)); do
		((i % 5 != 1)) || talk_start -n "$connections" -t "$DEADLINE" \
			"$ADDR" send 'x' expect 'x' shut eof
		mv "$T/a" "$T/a.$i"
		ctl reopen
		((i % 5 != 0)) || talk_end
	done
	stop
	all=$(lines "$T"/a "$T"/a.*)
	[[ $all -eq $((4 * connections)) ]] || fail "$all lines"
	[[ $(sort -u "$T"/a "$T"/a.* | wc -l) -eq $all ]]
	run ! grep -hvE '^pid=[0-9]+ connection=[0-9]+$' "$T"/a "$T"/a.*
}

@test "reopen and reload: what cannot be opened is told and changes nothing" {
	mkdir "$T/logs"
	allow_message PF0605 PF0107
	configure "access_log $T/logs/a" 'access_fields connection'
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	scribble 'say x'
	wait_lines 1 "$T/logs/a"
	mv "$T/logs" "$T/moved"
	ctl_ends 1 "reopen $T/logs/a: No such file" reopen
	scribble 'say x'
	wait_lines 2 "$T/moved/a"
	ctl_ends 1 "open $T/logs/a: No such file" reload
	scribble 'say x'
	wait_lines 3 "$T/moved/a"
	mkdir "$T/logs"
	ctl_ends 0 'open again' reopen
	scribble 'say x'
	wait_lines 1 "$T/logs/a"
	configure "access_log $T/logs/b" 'access_fields result'
	ctl_ends 0 generation reload
	scribble 'say x'
	wait_lines 1 "$T/logs/b"
	[[ $(<"$T/logs/b") == result=ok ]]
	configure
	ctl_ends 0 generation reload
	scribble 'say x'
	has_lines 1 "$T/logs/b"
	wait_for nobody_has "$T/logs/a"
	stop
}

nobody_has() {
	local pid

	for pid in $MASTER $(workers); do
		! names_file "$pid" "$1" || return 1
	done
}

@test "upgrade: workers of before and after write to it" {
	configure "access_log $T/a" 'access_fields generation result'
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	scribble 4 'say x'
	talk_start "$AT" send 'say x\n' expect 'done\n' say held wait \
		send 'say x\n' expect 'done\n' shut eof
	talk_said held
	ctl_ends 0 'generation 2 serves' upgrade
	scribble 4 'say x'
	talk_go
	talk_end
	wait_lines 9 "$T/a"
	stop
	[[ $(grep -c '^generation=1 result=ok$' "$T/a") -eq 5 ]]
	[[ $(grep -c '^generation=2 result=ok$' "$T/a") -eq 4 ]]
}

@test "a full disk and a stopped reader: all are served, each loss is told" {
	local reader

	need jq
	[[ -c /dev/full ]] || skip 'there is no /dev/full'
	allow_message PF0606
	mkfifo "$T/pipe"
	cat "$T/pipe" >"$T/read" &
	reader=$!
	configure 'access_log /dev/full'
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	scribble 100 'say x'
	wait_for has_lost 100
	configure "access_log $T/pipe" 'access_fields note'
	ctl_ends 0 generation reload
	kill -STOP "$reader"
	# More than a pipe holds.
	within 10000 scribble 2000 "note $(printf 'x%.0s' {1..63})"
	kill -CONT "$reader"
	wait_for all_are_told 2000
	stop
	wait "$reader"
}

has_lost() {
	ctl -j status && [[ $(jq -r .log.lost "$T/said") -eq $1 ]]
}

# Of the first 100 the log was not to have more.
all_are_told() {
	ctl -j status && [[ $(lines "$T/read") -gt 0 &&
		$(($(jq -r .log.lost "$T/said") - 100 + $(lines "$T/read"))) \
			-eq $1 ]]
}
