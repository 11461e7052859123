# What preforkd does besides serving: help, version, lists, check.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load refuse

# command_ends CODE argument...: with $T/out, and no complaint if CODE is 0.
command_ends() {
	local code=$1 got=0

	shift
	preforkd "$@" >"$T/out" 2>"$T/err" || got=$?
	cat "$T/out" "$T/err"
	[[ $got -eq $code ]] || fail "exit $got and not $code" || return 1
	[[ $code -ne 0 || ! -s $T/err ]] || fail 'it complains'
}

says() {
	command_ends 0 "${@:2}" || return 1
	grep -qE -- "$1" "$T/out" || fail "not said: $1"
}

refuses() {
	local code=$1 id=$2 got=0

	shift 2
	preforkd "$@" >"$T/out" 2>"$T/err" || got=$?
	judged "$code" "$id" || return 1
	is_alone
}

# From here on modules are found in $1 and where preforkd is told.
modules_in() {
	printf '#!/bin/sh\nPREFORK_MODULE_PATH=%q exec "$@"\n' "$1" >"$T/path"
	chmod 755 "$T/path"
	preforkd_by "$T/path"
}

@test "-h tells all that there is, and is no error" {
	local letter

	says '^usage: preforkd ' -h
	for letter in F L t V h i v d H l M p u w; do
		grep -E -- "\\[-[A-Za-z]*${letter}[] A-Za-z]" "$T/out"
	done
	says '^usage: preforkd ' -h -t nosuch
	says '^usage: preforkd ' -L -F -h
}

@test "-V prints one line with the version and that of the interface" {
	says '^preforkd [0-9]+\.[0-9]+\.[0-9]+ \(module ABI [0-9]+\)$' -V
	[[ $(wc -l <"$T/out") -eq 1 ]]
	says '^preforkd ' -t -V nosuch
}

@test "-L lists handlers by name, a line each" {
	mkdir "$T/modules"
	cp "$FAULT" "$PREFORK_FAULTS/die2004.so" "$T/modules"
	: >"$T/modules/README"
	ln -s nowhere "$T/modules/gone.so"
	mkdir "$T/modules/folder.so"
	says '^fault +1\.0 +does what the client says' -L -M "$T/modules"
	grep '^die2004 .*HandleClient' "$T/out"
	grep '^echo .*RFC 862' "$T/out"
	run ! grep -E 'README|gone|folder' "$T/out"
	[[ $(cut -d ' ' -f 1 "$T/out" | tr '\n' ' ') == \
		'chargen daytime die2004 discard echo exec fault static_reply time ' ]]
}

@test "-L says of a broken module that it is, and lists the others" {
	CRASHING=1
	mkdir "$T/modules"
	cp "$FAULT" "$PREFORK_FAULTS/abi.so" "$PREFORK_FAULTS/undefined.so" \
		"$T/modules"
	printf 'no module\n' >"$T/modules/text.so"
	head -c 5000 "$FAULT" >"$T/modules/cut.so"
	says '^abi .*cannot be used: .* ABI 1$' -M "$T/modules" -L
	grep '^cut .*cannot be used: ' "$T/out"
	grep '^text .*cannot be used: ' "$T/out"
	grep '^undefined .*cannot be used: .*nobody_has' "$T/out"
	grep '^fault ' "$T/out"
	grep '^echo ' "$T/out"
}

@test "-H describes a handler and each of its options" {
	says '^echo [0-9.]+$' -H echo
	grep -E '^ +max_bytes +size; default 0$' "$T/out"
	says '^ +init +one of ok, fail, crash, hang, exit; default ok$' \
		-H "$FAULT"
	says 'HandleClient' -H "$PREFORK_FAULTS/die2004.so"
	refuses 78 PF0300 -H nosuch
	refuses 78 PF0303 -H "$PREFORK_FAULTS/abi.so"
}

@test "-t says nothing of what is right, and does nothing" {
	command_ends 0 -t -p "$T/pid" -l "unix:$T/sock" -w 9 echo max_bytes=1k
	[[ ! -s $T/out ]]
	nothing_stays
	start_daemon -w 1 -l "unix:$T/sock" echo
	command_ends 0 -t -p "$T/pid" -l "unix:$T/sock" echo
	# init is for workers only.
	command_ends 0 -t "$FAULT" init=crash
	invariants 1
}

@test "-t names what is wrong, whatever the module does meanwhile" {
	CRASHING=1
	refuses 78 PF0308 -t "$FAULT" check=fail
	refuses 78 PF0310 -t "$FAULT" check=crash
	refuses 78 PF0306 -t echo max_bytes=x
	refuses 64 PF0500 -t -w 0 echo
	refuses 64 PF0501 -t
}

@test "modules are looked for in -M, then along PREFORK_MODULE_PATH" {
	mkdir "$T/a" "$T/b" "$T/c"
	cp "$PREFORK_MODULES/echo.so" "$T/a/who.so"
	cp "$FAULT" "$T/b/who.so"
	cp "$PREFORK_FAULTS/die2004.so" "$T/c/who.so"
	modules_in ":$T/none::$T/b:$T/c:"
	says 'does what the client says' -H who
	says 'RFC 862' -M "$T/a" -H who
	says 'HandleClient' -M "$T/c" -H who
	says '^who .*RFC 862' -M "$T/a" -L
	[[ $(grep -c '^who ' "$T/out") -eq 1 ]]
	refuses 78 PF0300 -H nosuch
	grep -F "$T/none, $T/b, $T/c" "$T/err"
}

@test "with -v it tells of each worker, without it does not" {
	VERBOSE='' start -w 2 echo
	echo_once word
	stop
	run ! grep -E 'PF040[0-2]' "$T/log"
	[[ $(log_count 'PF0(100|102|200)') -eq 3 ]]
	start -w 2 echo
	stop
	[[ $(log_count PF0400) -eq 2 && $(log_count PF0402) -eq 2 ]]
}

@test "a parent that ignores its children's deaths changes nothing" {
	env --ignore-signal=CHLD true 2>/dev/null ||
		skip 'env cannot ignore signals'
	preforkd_by env --ignore-signal=CHLD
	command_ends 0 -t echo
	says '^echo 1' -H echo
	says '^echo ' -L
	run ! grep 'cannot' "$T/out"
	refuses 78 PF0300 -t nosuch
}
