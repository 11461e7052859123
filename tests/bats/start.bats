# How preforkd begins: in the foreground, as a daemon, at all kinds of address.
# surroundings.bats has what is odd.

# shellcheck disable=SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load faults

need_ipv6() {
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null ||
		skip 'there is no IPv6 loopback'
}

serves_all() {
	local address

	for address in "${ADDRS[@]}"; do
		echo_once word "$address" || return 1
	done
}

# field NAME PID: as ps knows it.
field() {
	ps -o "$1=" -p "$2" | tr -d ' '
}

# The daemon that $T/pid names is one that this test has started.
adopt() {
	read -r MASTER <"$T/pid"
	# shellcheck disable=SC2004 # by pid, in an associative array
	MASTERS[$MASTER]=daemon
}

descriptor() {
	readlink "/proc/$2/fd/$1"
}

# script_file NAME < COMMANDS
script_file() {
	{
		printf '#!/bin/sh\n'
		cat
	} >"$T/$1"
	chmod 755 "$T/$1"
}

# preforkd begins with this umask; the test keeps its own.
preforkd_mask() {
	printf 'umask %s\nexec "$@"\n' "$1" | script_file masked
	[[ $PREFORKD == "$T/preforkd" ]] || preforkd_by "$T/masked"
}

@test "in the foreground it serves when it says that it is ready" {
	start_only -w 2 echo
	echo_once word
	[[ $(grep -oE 'PF0(100|200)' "$T/log" | tr '\n' ' ') == \
		'PF0200 PF0100 ' ]]
	[[ $(descriptor 1 "$MASTER") == "$T/out" ]]
	[[ $(field sid "$MASTER") == "$(field sid $$)" ]]
	stop
	[[ $(log_count PF0102) -eq 1 ]]
}

@test "a daemon serves as soon as its starter ends with 0, time and again" {
	local i

	for i in 1 2 3; do
		start_daemon -w 2 echo
		echo_once "$i"
		printf '%s\n' "$MASTER" | cmp - "$T/pid"
		[[ $(workers) ]]
		stop
		[[ ! -e $T/pid ]]
	done
}

@test "a daemon has a session of its own, no terminal, no descriptor" {
	local fd

	need script
	script_file terminal <<-'END'
		inside=$PREFORK_TEST_INSTANCE/inside
		exec script -qec "$inside $(printf "'%s' " "$@")" /dev/null
	END
	# While the terminal is there.
	script_file inside <<-'END'
		cd "$PREFORK_TEST_INSTANCE"
		"$@" || exit
		ps -o sid= -o tty= -p $$ >starter
		ps -o sid= -o tty= -p "$(cat pid)" >daemon
	END
	preforkd_by "$T/terminal"
	start_daemon -w 1 "$FAULT"
	run ! grep '?' "$T/starter"
	grep '?' "$T/daemon"
	run ! grep "$(awk '{ print $1 }' "$T/starter")" "$T/daemon"
	# Its session has no leader, so that it never gets a terminal.
	[[ $(field sid "$MASTER") != "$MASTER" ]]
	for fd in 0 1 2; do
		[[ $(descriptor "$fd" "$MASTER") == /dev/null ]]
	done
	[[ $(readlink "/proc/$MASTER/cwd") == / ]]
	[[ $(ask where) == '022 /' ]]
}

@test "a daemon lets go of the pipe of who started it" {
	(preforkd -p "$T/pid" -l "unix:$T/sock" -w 1 echo 2>&1) |
		timeout 10 cat >"$T/err"
	[[ ! -s $T/err ]]
	adopt
	echo_once word "unix:$T/sock"
}

@test "the descriptor of -d gets a newline, is closed, or gets nothing" {
	local pid

	INHERIT=1 start_daemon -d 9 -w 1 echo 9>"$T/newline"
	printf '\n' | cmp - "$T/newline"
	for pid in "$MASTER" $(workers); do
		run ! grep -F "$T/newline" <(descriptors "$pid")
	done
	stop
	INHERIT=1 refused 78 PF0309 -d 9 -l 127.0.0.1:0 "$FAULT" init=fail \
		9>"$T/newline"
	[[ ! -s $T/newline ]]
	start_only -w 1 echo
	for pid in "$MASTER" $(workers); do
		run ! grep -F "$T/ready" <(descriptors "$pid")
	done
}

@test "port 0 is any free port, -l may come often, one worker serves all" {
	start -w 1 -l 127.0.0.1:0 -l "unix:$T/a.sock" -l 127.0.0.1:0 \
		-l "unix:$T/b.sock" echo
	[[ ${#ADDRS[@]} -eq 4 ]]
	[[ ${ADDRS[0]} != *:0 && ${ADDRS[0]} != "${ADDRS[2]}" ]]
	serves_all
	invariants 1
	stop
	[[ ! -e $T/a.sock && ! -e $T/b.sock ]]
}

@test "every address is IPv4 and IPv6, with one port for both" {
	need_ipv6
	start -w 1 -l '*:0' echo
	[[ ${#ADDRS[@]} -eq 2 ]]
	[[ ${ADDRS[0]##*:} == "${ADDRS[1]##*:}" ]]
	[[ ${ADDRS[*]} == *127.0.0.1:* && ${ADDRS[*]} == *'[::1]:'* ]]
	serves_all
}

@test "an IPv6 address and a name are served" {
	if getent hosts localhost >/dev/null; then
		start -w 1 -l localhost:0 echo
		serves_all
		stop
	fi
	need_ipv6
	start -w 1 -l '[::1]:0' echo
	[[ $ADDR == '[::1]:'* ]]
	echo_once word
	[[ $(talk -q "127.0.0.1:$PORT") == refused ]]
}

@test "a unix socket has its mode whatever the umask, and goes at the end" {
	local mask

	for mask in 000 077 777; do
		preforkd_mask "$mask"
		start -w 1 -l "unix:$T/sock" echo
		[[ $(stat -c '%a %F' "$T/sock") == '660 socket' ]]
		echo_once word
		stop
		[[ ! -e $T/sock ]]
	done
}

@test "the socket of the dead is replaced, that of the living is not" {
	local inode

	start -w 1 -l "unix:$T/sock" echo
	kill_master
	wait_for nobody_left
	[[ -S $T/sock ]]
	start -w 1 -l "unix:$T/sock" echo
	inode=$(stat -c %i "$T/sock")
	refused 69 PF0203 -F -l "unix:$T/sock" echo
	[[ $(stat -c %i "$T/sock") -eq $inode ]]
	echo_once word
	stop
	[[ ! -e $T/sock ]]
}

@test "ten starts with one pidfile: one serves, nine are told so" {
	local i pid codes=() starters=()

	for i in {1..10}; do
		preforkd -p "$T/pid" -l 127.0.0.1:0 -w 1 echo 2>"$T/err$i" &
		starters+=($!)
	done
	for pid in "${starters[@]}"; do
		i=0
		wait "$pid" || i=$?
		codes+=("$i")
	done
	printf '%s\n' "${codes[@]}"
	adopt
	[[ $(printf '%s\n' "${codes[@]}" | grep -cx 0) -eq 1 ]]
	[[ $(printf '%s\n' "${codes[@]}" | grep -cx 75) -eq 9 ]]
	[[ $(cat "$T"/err* | grep -c PF0600) -eq 9 ]]
	echo_once word "127.0.0.1:$(ports_of "$MASTER")"
	wait_for nobody_outside
}
