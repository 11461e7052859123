# -i: one connection, which somebody else has accepted, or a pipe.

# shellcheck disable=SC2034,SC2154,SC2016 # what helper.bash and make know

load helper
load faults

# one_shot argument...: with the standard input of the test.
one_shot() {
	(become -1 timeout -k 1 "$DEADLINE" "$PREFORKD" -i "$@")
}

# ends_with CODE argument...: one_shot; $T/out and $T/err.
ends_with() {
	local code=$1 got=0

	shift
	one_shot "$@" >"$T/out" 2>"$T/err" || got=$?
	cat "$T/out" "$T/err"
	[[ $got -eq $code ]] || fail "exit $got and not $code"
}

# inetd [-e] argument...: a super-server for one client, at ADDR.
inetd() {
	local err=()

	if [[ $1 == -e ]]; then
		err=(-e)
		shift
	fi
	mkfifo "$T/port"
	(
		exec </dev/null >"$T/port" 2>"$T/err"
		become -1 "$PREFORK_TOOLS/inetd" "${err[@]}" "$PREFORKD" -i "$@"
	) &
	SERVER=$!
	read -r -t "$DEADLINE" ADDR <"$T/port"
	rm "$T/port"
}

inetd_ends() {
	local got=0

	wait_gone "$SERVER" || return 1
	wait "$SERVER" 2>/dev/null || got=$?
	[[ $got -eq $1 ]] || fail "exit $got and not $1"
}

@test "a pipe is served as a connection, byte by byte" {
	ends_with 0 echo <"$FAULT"
	cmp "$FAULT" "$T/out"
	ends_with 0 "$PREFORK_FAULTS/die2004.so" <"$FAULT"
	cmp "$FAULT" "$T/out"
	[[ $(printf 'pipe\n' | one_shot echo | cat) == pipe ]]
	ends_with 0 echo </dev/null
	[[ ! -s $T/out && ! -s $T/err ]]
}

@test "a handler that has enough ends it, whatever its client still has" {
	mkfifo "$T/input"
	exec {input}<>"$T/input"
	printf 'hello, there' >&"$input"
	ends_with 0 echo max_bytes=5 <&"$input"
	[[ $(<"$T/out") == hello ]]
	ends_with 3 "$FAULT" < <(printf 'exit 3\n')
}

@test "a reader that goes away ends it, however much there is to come" {
	(one_shot echo </dev/zero || printf '%d\n' "$?" >"$T/code") |
		head -c 10 | cmp -n 10 - /dev/zero
	wait_for nobody_left
	# Not by its deadline.
	run ! grep -E '124|137' "$T/code"
}

@test "standard descriptors that are closed do no harm" {
	# A script before it would open files of its own there.
	preforkd_by ''
	[[ $(printf 'word\n' | one_shot echo 2>&-) == word ]]
	# Not even by a log that would get into what takes their place.
	[[ -z $(one_shot "$FAULT" init=fail </dev/null 2>&- || :) ]]
	printf 'word\n' | one_shot echo >&-
	ends_with 0 echo <&-
	[[ ! -s $T/out && ! -s $T/err ]]
}

@test "what goes wrong is told on standard error, with its code" {
	ends_with 78 nosuch </dev/null
	grep 'PF0300 ' "$T/err"
	ends_with 78 echo max_bytes=x </dev/null
	grep 'PF0306 ' "$T/err"
	ends_with 78 "$FAULT" init=fail </dev/null
	grep 'PF0309 ' "$T/err"
	ends_with 64 </dev/null
	grep 'PF0501 ' "$T/err"
}

@test "a handler that crashes is told of" {
	CRASHING=1
	ends_with 78 "$FAULT" < <(printf 'segv\n')
	grep 'PF0310 .*SEGV' "$T/err"
}

@test "a socket is handed to the handler, which is alone with it" {
	inetd echo
	talk "$ADDR" bulk 1000000 9 shut eof
	inetd_ends 0
	inetd "$PREFORK_FAULTS/die2004.so"
	talk "$ADDR" line word shut eof
	inetd_ends 0
	inetd "$FAULT"
	[[ $(talk "$ADDR" send 'fds\n' shut print) == 'fds 0 1 2 3' ]]
	inetd_ends 0
}

@test "a client that resets ends it" {
	inetd echo
	talk "$ADDR" line word reset
	wait_gone "$SERVER"
}

@test "the log does not go to the client's socket" {
	inetd -v echo
	talk "$ADDR" line word shut eof
	inetd_ends 0
	inetd -v nosuch
	talk "$ADDR" eof
	inetd_ends 78
	inetd echo max_bytes=x
	talk "$ADDR" eof
	inetd_ends 78
	inetd "$FAULT" init=fail
	talk "$ADDR" eof
	inetd_ends 78
}

@test "what is wrong with the options does not go there either" {
	inetd -w 0 echo
	talk "$ADDR" eof
	inetd_ends 64
}

@test "the log goes to standard error where that is something else" {
	inetd -e nosuch
	talk "$ADDR" eof
	inetd_ends 78
	grep 'PF0300 ' "$T/err"
}

# An input that says this and then nothing, and does not end, as descriptor 7.
silent_after() {
	mkfifo "$T/input"
	exec 7<>"$T/input"
	printf '%b' "$1" >&7
}

@test "timeout idle holds, between pipes and on a socket" {
	local words=$PREFORK_FAULTS/words.so idle='timeout=idle 200ms'

	silent_after 'one\n'
	ends_with 0 -o "$idle" "$words" <&7
	[[ $(<"$T/out") == $'line one\ntimeout' ]]
	# One that reads for itself ends, too, and not by our deadline.
	one_shot -o "$idle" "$PREFORK_FAULTS/die2004.so" <&7 >"$T/out" \
		2>"$T/err" || [[ $? -ne 124 && $? -ne 137 ]]
	exec 7<&-
	inetd -o "$idle" "$words"
	[[ $(talk "$ADDR" send 'one\n' print) == $'line one\ntimeout' ]]
	inetd_ends 0
	inetd -e -o "$idle" "$PREFORK_FAULTS/die2004.so"
	talk "$ADDR" line word eof
	wait_gone "$SERVER"
}

@test "timeout write holds where nobody reads what comes out" {
	mkfifo "$T/output"
	exec 8<>"$T/output"
	printf 'pour\n' |
		one_shot -o 'timeout=write 200ms' "$PREFORK_FAULTS/words.so" \
			>&8 2>"$T/err"
	wait_for nobody_left
	exec 8<&-
}

@test "timeout total ends a handler that does not come back" {
	ends_with 78 -o 'timeout=total 200ms' "$FAULT" < <(printf 'hang\n')
	grep 'PF0310 .*KILL' "$T/err"
	wait_for nobody_left
}

@test "allow and deny hold for who comes by a socket" {
	inetd -e -o deny=all echo
	[[ -z $(talk "$ADDR" print) ]]
	inetd_ends 77
	grep 'PF0224 refused 127.0.0.1.* allow and deny' "$T/err"
	inetd -o allow=127.0.0.1 echo
	talk "$ADDR" line word shut eof
	inetd_ends 0
	inetd -o allow=192.0.2.1 "$FAULT" init=fail
	[[ -z $(talk "$ADDR" print) ]]
	inetd_ends 77
	# Whoever has the pipe has started us.
	[[ $(printf 'word\n' | one_shot -o deny=all echo) == word ]]
}

@test "a copy that the handler forks and lets return says nothing" {
	ends_with 0 "$PREFORK_FAULTS/twin.so" </dev/null
	[[ $(<"$T/out") == $'kept\nchild 0' ]]
	start -w 1 "$PREFORK_FAULTS/twin.so"
	for _ in 1 2 3; do
		[[ $(talk "$ADDR" print) == $'kept\nchild 0' ]]
	done
	invariants 1
}

@test "what cannot be written or read is told, and is a failure" {
	[[ -c /dev/full ]] || skip 'there is no /dev/full'
	export PREFORK_MODULE_PATH=$PREFORK_MODULES
	run -71 bash -c 'echo word | "$1" -i echo >/dev/full' - "$PREFORKD"
	[[ $output == *'PF0117 one-shot: standard output: No space'* ]]
	run -71 bash -c '"$1" -i echo <"$2"' - "$PREFORKD" "$T"
	[[ $output == *'PF0117 one-shot: standard input: Is a directory'* ]]
	# Who does not want more is no failure.
	run -0 bash -c 'set -o pipefail; "$1" -i chargen </dev/null |
		head -n 1 >"$2"' - "$PREFORKD" "$T/first"
	[[ $(wc -c <"$T/first") -eq 74 ]]
}
