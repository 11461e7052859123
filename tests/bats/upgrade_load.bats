# Upgrades and reloads while clients come, go and stay: none of them notices.

# shellcheck disable=SC2016,SC2034,SC2154 # scripts, and what make knows
# shellcheck disable=SC2004,SC2030,SC2031 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades

# begin NAME COUNT STEP...: COUNT clients at a time walk through these steps,
# again and again; a dot for each time in $T/NAME.
crowd_begin() {
	local name=$1 count=$2

	shift 2
	(
		close_descriptors -1
		while [[ ! -e $T/enough ]]; do
			talk -t "$DEADLINE" -n "$count" "$ADDR" "$@" || exit 1
			printf .
		done
	) >"$T/crowd.$name" 2>&1 &
	CROWD+=("$!")
}

crowd_end() {
	local pid

	: >"$T/enough"
	for pid in "${CROWD[@]}"; do
		wait "$pid" || {
			tail -n 3 "$T"/crowd.*
			fail 'a client was not served' || return 1
		}
	done
	CROWD=()
	rm "$T/enough"
}

# turns NAME LEAST: it has gone round so often.
has_turned() {
	[[ $(wc -c <"$T/crowd.$1") -ge $2 ]]
}

rounds() {
	local first=$1 last=$2 i

	for ((i = first; i <= last; i++)); do
		kill -HUP "$MASTER"
		wait_log 'PF0106 ' "$i"
	done
}

@test "100 reloads and 3 upgrades under 20,000 exchanges: not one error" {
	local requests=() i

	CROWD=()
	for i in {1..100}; do
		requests+=(line "request$i")
	done
	own_binary
	start -o drain_timeout=10m -w 8 echo
	hold 2
	crowd_begin fresh 2 line one shut eof close connect line two shut eof
	crowd_begin alive 2 "${requests[@]}" shut eof
	rounds 1 33
	for i in 1 2 3; do
		kill -USR2 "$MASTER"
		wait_log 'PF0122 ' "$i"
		wait_log 'PF0106 ' $((i * 34))
		rounds $((i * 34 + 1)) $((i * 34 + (i == 3 ? 1 : 33)))
	done
	wait_for has_turned alive 100
	crowd_end
	release
	wait_for is_quiet
	printf 'reloads: %d\n' "$(log_count 'PF0106 ')"
	[[ $(log_count 'PF0106 ') -ge 103 ]]
	invariants 8
}

@test "USR2 again and again: every client is served, and it ends well" {
	local i

	allow_message PF0107
	own_binary
	start -w 2 echo
	hold 1
	load_begin
	for i in {1..60}; do
		kill -USR2 "$MASTER"
		wait_log 'PF012[1245] ' "$i"
	done
	load_end
	release
	wait_for is_quiet
	invariants 2
}

@test "50 clients with long sessions outlive two upgrades" {
	own_binary
	start -w 50 echo
	hold 50
	kill -USR2 "$MASTER"
	wait_log 'PF0106 '
	kill -USR2 "$MASTER"
	wait_log 'PF0106 ' 2
	wait_workers 100
	echo_once meanwhile
	release
	wait_log 'PF0110 ' 2
	invariants 50
}

@test "several listeners of all kinds are served through it" {
	local address

	own_binary
	start -l 127.0.0.1:0 -l "unix:$T/sock" -l '[::1]:0' -w 3 echo
	for address in "${ADDRS[@]}"; do
		hold 1 "$address"
		HOLDS+=("$HOLD_PID")
	done
	kill -USR2 "$MASTER"
	wait_log 'PF0106 '
	for address in "${ADDRS[@]}"; do
		echo_once word "$address"
	done
	for address in "${HOLDS[@]}"; do
		release "$address"
	done
	wait_for is_quiet
	invariants 3
}

@test "a program of its own with preforkd inside becomes another one" {
	compile caesard <"$abs_top_srcdir/doc/examples/own_main.c"
	own_binary
	GOOD=$T/caesard
	install_binary
	start -w 2 shift=13
	install_binary
	upgrade
	upgrade
	[[ $(talk "$ADDR" send 'Uryyb\n' shut print) == Hello ]]
	invariants 2
}

compile() {
	local flags=''

	[[ -z ${PREFORK_SANITIZED:-} ]] || flags='-fsanitize=address,undefined'
	# shellcheck disable=SC2086 # $CC may have arguments of its own
	$CC $flags -o "$T/$1" -I"$abs_top_srcdir/include" \
		-I"$abs_top_builddir/include" -x c - -x none \
		-L"$abs_top_builddir/.libs" -lprefork \
		-Wl,-rpath,"$abs_top_builddir/.libs"
}

@test "a program that only serves says why it cannot be upgraded" {
	expect_message PF0123
	compile one <<-'C'
		#include <unistd.h>
		#include <prefork/server.h>

		static void
		echo(int sock)
		{
			char b[512];
			ssize_t n;

			while ((n = read(sock, b, sizeof(b))) > 0)
				if (write(sock, b, (size_t)n) != n)
					return;
		}

		int
		main(void)
		{
			return prefork_serve("127.0.0.1:0", 2, echo);
		}
	C
	(
		exec </dev/null >>"$T/out" 2>>"$T/log"
		become -1 "$T/one"
	) &
	MASTER=$!
	MASTERS[$MASTER]=child
	wait_log 'PF0100 '
	read_addresses 1
	kill -USR2 "$MASTER"
	wait_log 'PF0123 .*how this program was called is not known'
	kill -HUP "$MASTER"
	wait_log 'PF0106 '
	echo_once word
	stop
}
