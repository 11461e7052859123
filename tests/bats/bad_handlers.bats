# Handlers that cannot serve are refused, in the foreground and as a daemon:
# with one sentence and 78, and nothing stays.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load refuse

setup_file() {
	# A core that nobody looks for would be in the daemon's folder, /.
	ulimit -S -c 0
}

# handler ID argument...: refused by -t, too, and there without a word more.
handler() {
	local id=$1 got=0

	shift
	unstarted "$id" "$@" || return 1
	preforkd -t -p "$T/pid" -l "unix:$T/sock" "$@" \
		>"$T/out" 2>"$T/err" || got=$?
	judged 78 "$id" || return 1
	is_alone || return 1
	nothing_stays
}

# The same of what only a start finds out.
unstarted() {
	refused_both 78 "$1" -p "$T/pid" -l "unix:$T/sock" "${@:2}"
}

said() {
	grep -F -- "$1" "$T/err" || fail "not said: $1"
}

# compile FILE [option...] < C
compile() {
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC -w -shared -fPIC -o "$1" "${@:2}" -x c -
}

@test "a handler that is nowhere is unknown, and the nearest is proposed" {
	preforkd_by_itself
	handler PF0300 nosuch
	said "$PREFORK_MODULES"
	handler PF0300 ecko
	said 'did you mean echo?'
	handler PF0300 echo.so
	said 'write ./echo.so'
	handler PF0301 ./nosuch.so
	handler PF0301 "$T/none/nosuch.so"
}

@test "what is no shared object is refused, and nothing waits for a FIFO" {
	preforkd_by_itself
	printf 'no shared object\n' >"$T/text.so"
	handler PF0301 "$T/text.so"
	: >"$T/empty.so"
	handler PF0301 "$T/empty.so"
	handler PF0301 "$T/"
	mkfifo "$T/fifo.so"
	handler PF0301 "$T/fifo.so"
	ln -s nowhere "$T/link.so"
	handler PF0301 "$T/link.so"
}

@test "a shared object that is cut off is refused, wherever it is cut" {
	local bytes

	# To the linker it may be whole, and loading it ends in a SIGBUS.
	CRASHING=1
	preforkd_by_itself
	for bytes in 10 100 1000 5000; do
		head -c "$bytes" "$FAULT" >"$T/cut.so"
		handler 'PF03(01|10)' "$T/cut.so"
	done
}

@test "a missing symbol, on either side, is named" {
	preforkd_by_itself
	handler PF0301 "$PREFORK_FAULTS/undefined.so"
	said nobody_has_this_function
	# Not only at the first call, as it was linked for.
	compile "$T/lazy.so" -Wl,-z,lazy <<-'END'
		void nobody_has_this_function(int sock);
		void HandleClient(int sock)
		{
			nobody_has_this_function(sock);
		}
	END
	handler PF0301 "$T/lazy.so"
	said nobody_has_this_function
	handler PF0302 "$PREFORK_FAULTS/noentry.so"
	said HandleClient
}

@test "another interface is refused with both numbers and the path" {
	preforkd_by_itself
	handler PF0303 "$PREFORK_FAULTS/abi.so"
	said "$PREFORK_FAULTS/abi.so"
	grep -E 'ABI ([0-9]+), this is ABI [0-9]+' "$T/err"
	handler PF0303 "$PREFORK_FAULTS/size.so"
	said "$PREFORK_FAULTS/size.so"
	grep -E '[0-9]+ bytes, this is one of [0-9]+' "$T/err"
	handler PF0304 "$PREFORK_FAULTS/noname.so"
	said name
}

@test "options that the handler does not have are refused" {
	preforkd_by_itself
	handler PF0305 echo nosuch=1
	handler PF0305 echo max_byte=1
	said 'did you mean max_bytes?'
	handler PF0305 "$PREFORK_FAULTS/die2004.so" x=1
	handler PF0307 echo max_bytes=1 max_bytes=1
	said max_bytes
}

@test "values that an option does not take are refused" {
	local value

	preforkd_by_itself
	for value in '' x -1 1q 1.5 99999999999999999999; do
		handler PF0306 echo "max_bytes=$value"
		said max_bytes
	done
	handler PF0306 "$FAULT" init=maybe
	handler PF0306 "$FAULT" init=
}

@test "a handler's own check is listened to, and may crash" {
	handler PF0308 "$FAULT" check=fail
	said 'check was told to fail'
	CRASHING=1
	handler PF0310 "$FAULT" check=crash
	said SEGV
}

@test "a handler whose init fails, exits or crashes does not start" {
	unstarted PF0309 "$FAULT" init=fail
	said 'init was told to fail'
	unstarted PF0310 "$FAULT" init=exit
	said 'exit code 3'
	CRASHING=1
	unstarted PF0310 "$FAULT" init=crash
	said SEGV
}

@test "datagrams are not for a handler that takes connections" {
	refused_both 78 PF0209 -p "$T/pid" -l "unix:$T/sock" \
		-l udp:127.0.0.1:0 metrics
}

@test "who hangs is given up, as a server, as a daemon and when looked at" {
	mkdir "$T/modules"
	compile "$T/modules/hang.so" <<-'END'
		int pause(void);
		__attribute__((constructor)) void hang(void)
		{
			for (;;)
				pause();
		}
		void HandleClient(int sock) { }
	END
	in_background foreground -F -l "unix:$T/sock" "$FAULT" init=hang
	in_background daemon -p "$T/pid" -l 127.0.0.1:0 "$FAULT" init=hang
	in_background check -t "$T/modules/hang.so"
	in_background describe -H "$T/modules/hang.so"
	in_background list -M "$T/modules" -L
	told foreground 78 PF0409
	told daemon 78 PF0409
	is_alone
	told check 78 PF0310
	is_alone
	told describe 78 PF0310
	wait_for test -s "$T/list.code"
	[[ $(<"$T/list.code") -eq 0 ]]
	grep '^echo .*RFC 862' "$T/list.out"
	grep '^hang .*cannot be used: ' "$T/list.out"
	nothing_stays
}
