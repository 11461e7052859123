# prefork-client: the verbs echo, lookup and script, and its command line.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

load helper
load faults
load client

@test "a port above 65535 is none" {
	client_ends 68 'PF0700 127.0.0.1:77597: the port is above 65535' \
		echo 127.0.0.1 77597 word
	client_ends 68 'PF0700' load -n 1 127.0.0.1 00065536
}

@test "echo prints what comes back" {
	start -w 2 -l 127.0.0.1:0 -l "unix:$T/sock" echo
	client_ends 0 '^Received: hello$' echo "$HOST" "$PORT" hello
	client_ends 0 '^Received: a b$' echo localhost "$PORT" 'a b'
	client_ends 0 '^Received: $' echo "$HOST" "$PORT" ''
	client_ends 0 '^Received: hello$' -U "$T/sock" echo hello
	client_ends 0 '"received": ?"h\\"i"' echo -j "$HOST" "$PORT" 'h"i'
}

@test "a word longer than all buffers between does not block" {
	local word

	start -w 1 echo
	word=$(head -c 130000 /dev/zero | tr '\0' x)
	client echo "$HOST" "$PORT" "$word"
	printf 'Received: %s\n' "$word" | cmp - "$T/said"
}

@test "what is wrong with an answer is told" {
	expect_crash
	start -w 1 "$FAULT"
	# A prompt of its own, and nothing else.
	client_ends 75 'PF0702 .*3 of 17 bytes' -w 200ms \
		echo "$HOST" "$PORT" $'umask 077\n.......'
	grep -q '^Received: ok$' "$T/said"
	client_ends 1 'PF0703 .*(ended after 0 of 5|reset)' \
		echo "$HOST" "$PORT" $'segv\n'
	client_ends 75 'PF0702 .*0 of 5 bytes' -w 200ms echo "$HOST" "$PORT" hello
}

@test "nobody there, and names that are none" {
	client_ends 69 'PF0701 127.0.0.1:1: connect: ' echo 127.0.0.1 1 hello
	client_ends 69 'PF0701 unix:/nonexistent: ' -U /nonexistent echo hello
	client_ends 68 'PF0700 no-such-host.invalid:7' \
		echo no-such-host.invalid 7 hello
	client_ends 68 'PF0700 127.0.0.1:no-such-port' \
		echo 127.0.0.1 no-such-port hello
	client_ends 64 'PF0500 unix:.*108 bytes|between 1 and' \
		-U "$(printf '%0200d' 0)" echo hello
}

@test "an address that does not answer is passed over" {
	# localhost is both, and we listen on one of them.
	start -w 1 -l 127.0.0.1:0 echo
	client_ends 0 '^Received: x$' echo localhost "$PORT" x
}

@test "lookup prints the addresses of a name, one a line" {
	client_ends 0 '^127\.0\.0\.1$' lookup 127.0.0.1
	client_ends 0 '^::1$' lookup ::1
	client_ends 0 '"name": ?"127.0.0.1", ?"addresses": ?\["127.0.0.1"\]' \
		-j lookup 127.0.0.1
	client lookup localhost
	getent ahosts localhost | awk '$2 == "STREAM" { print $1 }' | sort -u |
		diff - <(sort "$T/said")
	client_ends 68 'PF0700 no-such-host.invalid: ' \
		lookup no-such-host.invalid
}

@test "a command line that is wrong" {
	client_ends 64 'a verb is missing'
	client_ends 64 "no verb 'dance'" dance
	client_ends 64 "unknown option '-z'" -z
	client_ends 64 "missing value of option '-w'" -w
	client_ends 64 'echo HOST PORT WORD' echo 127.0.0.1 7
	client_ends 64 'lookup NAME' lookup
	client_ends 64 "does not take '-c'" echo -c 3 127.0.0.1 7 x
	client_ends 64 'exclude each other' load -n 3 -d 3s 127.0.0.1 7
	client_ends 64 'exclude each other' load -u -U /x
	client_ends 64 'connect or keepalive' load -m both 127.0.0.1 7
	client_ends 64 "size from 1 to 64m, not '0'" load -s 0 127.0.0.1 7
	client_ends 64 'no room' load -u -s 65508 127.0.0.1 7
	client_ends 0 '^usage: prefork-client' -h
	client_ends 0 '^prefork-client [0-9]' -V
	! "$PREFORK_CLIENT" lookup 127.0.0.1 >/dev/full 2>"$T/err" ||
		fail 'it did not see that nothing was written'
	grep -q PF0006 "$T/err" || grep -q 'cannot write' "$T/err"
}

# script TEXT
script() {
	printf '%s\n' "$1" >"$T/script"
}

@test "a script is played" {
	start -w 2 -l 127.0.0.1:0 -l "unix:$T/sock" echo
	script '# a comment
send "ab\x41\n\0\"\\\t\r" 3 # behind a step, too
expect "abA\n\0\"\\\t\rabA\n\0\"\\\t\rabA\n\0\"\\\t\r"
pause 20ms
send word
expect word
shut
eof'
	client_ends 0 '^$' script "$T/script" "$HOST" "$PORT"
	client_ends 0 '"ok": ?true, ?"steps": ?7' -j script "$T/script" \
		"$HOST" "$PORT"
	client_ends 0 '^$' -U "$T/sock" script "$T/script"
	client_ends 0 '^$' script - "$HOST" "$PORT" <"$T/script"
	script "within 5s
	connect $HOST $PORT
	send x
	expect x
	reset
	connect unix $T/sock
	send y
	close
	connect $HOST $PORT
	shut
	eof"
	client_ends 0 '^$' script "$T/script"
}

@test "a script stops where the server does something else" {
	start -w 1 echo
	script $'send ab\nexpect "ac"\n'
	client_ends 1 "PF0703 $T/script:2: expect: it got 2 bytes: \"ab\"" \
		script "$T/script" "$HOST" "$PORT"
	script $'send ab\nwithin 100ms\nexpect abc\n'
	client_ends 75 "PF0702 $T/script:3: expect: it took too long" \
		script "$T/script" "$HOST" "$PORT"
	script $'send a\nshut\nexpect ab\n'
	client_ends 1 "PF0703 $T/script:3: expect: it got 1 bytes: \"a\"" \
		script "$T/script" "$HOST" "$PORT"
	script $'send a\neof\n'
	client_ends 1 "PF0703 $T/script:2: eof: it got 1 bytes: \"a\"" \
		script "$T/script" "$HOST" "$PORT"
	script $'shut\nexpect a\n'
	client_ends 1 "PF0703 $T/script:2: expect: the server ended" \
		script "$T/script" "$HOST" "$PORT"
	script 'connect 127.0.0.1 1'
	client_ends 69 PF0701 script "$T/script"
	script $'# nobody\nsend a\n'
	client_ends 65 "PF0704 $T/script:2: send: there is no connection" \
		script "$T/script"
}

# is_refused LINE:COLUMN REGEX TEXT
is_refused() {
	script "$3"
	client_ends 65 "PF0704 $T/script:$1: .*$2" script "$T/script" 127.0.0.1 1
}

@test "a script that is wrong is refused as a whole, with the place" {
	is_refused 1:1 "no step 'sand'" 'sand x'
	is_refused 2:3 "no step 'sand'" $'connect\n  sand x'
	is_refused 1:6 'does not end' 'send "x'
	is_refused 1:8 'no escape' 'send "x\q"'
	is_refused 1:7 'no escape' 'send "\x4g"'
	is_refused 1:9 'a blank belongs' 'send "x"y'
	is_refused 1:10 "time or number that fits: 'y'" 'send "x" y'
	is_refused 1:10 "time or number that fits: '0'" 'send "x" 0'
	is_refused 1:5 'send takes bytes' 'send'
	is_refused 1:10 'send takes bytes' 'send x 2 3'
	is_refused 1:7 "time or number that fits: '1x'" 'pause 1x'
	is_refused 1:6 'shut takes nothing' 'shut x'
	is_refused 3:1 "no step 'x'" $'shut\r\n\r\nx\r'
	script 'connect one'
	client_ends 65 'takes HOST PORT' script "$T/script"
	client_ends 65 'PF0704 /nonexistent: ' script /nonexistent
	client_ends 65 'PF0704 /: ' script /
	printf 'send a\0b\n' >"$T/script"
	client_ends 65 'a zero byte' script "$T/script"
	head -c 1048577 /dev/zero | tr '\0' '\n' >"$T/script"
	client_ends 65 'longer than 1048576 bytes' script "$T/script"
	yes eof | head -n 10001 >"$T/script"
	client_ends 65 ':10001:1: too many steps' script "$T/script"
}
