# What cannot be served is refused, in the foreground and as a daemon: with a
# code of its own and one sentence, and nothing stays.  bad_handlers.bats has
# what is wrong with handlers.

# shellcheck disable=SC2154 # what helper.bash and make know

load helper
load faults
load refuse

# preforkd begins as somebody who may write nothing in $T.
preforkd_by_stranger() {
	[[ $EUID -eq 0 ]] || return 0
	as_user test -x "$PREFORKD" -a -r "$PREFORK_MODULES/echo.so" \
		2>/dev/null ||
		skip 'another user cannot run preforkd, or there is no setpriv'
	preforkd_by setpriv --reuid "$STRANGER" --regid "$STRANGER" \
		--clear-groups
}

first_free_port() {
	cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null ||
		printf '1024\n'
}

usage() {
	refused_both 64 PF0500 "$@"
}

address() {
	refused_both "$1" "$2" -l "$3" echo
}

pidfile() {
	refused_both 73 PF0601 -l "unix:$T/sock" -p "$1" echo
}

@test "options that make no sense are refused" {
	preforkd_by_itself
	usage -Z echo
	usage -w 0 echo
	usage -w 4097 echo
	usage -w 3x echo
	usage -w '' echo
	usage -d 99 echo
	usage -d 1 echo
	usage -d x echo
	usage -p '' echo
	usage -p "$T/a" -p "$T/b" echo
	usage -l
}

@test "handlers and their options have to be there and of the right form" {
	preforkd_by_itself
	refused_both 64 PF0501
	usage ''
	usage echo noequals
	usage echo =value
	usage echo max_bytes=1 ''
}

@test "addresses that are none are refused with what is wrong in them" {
	local text

	preforkd_by_itself
	for text in '' 127.0.0.1 127.0.0.1: :7 127.0.0.1:65536 127.0.0.1:-1 \
		127.0.0.1:7x 256.1.1.1:7 '[::1]' '[::1:7' '[zz]:7' ::1:7 \
		'*:*' unix: unix:relative udp: \
		"unix:/$(printf '%0120d' 0)"; do
		address 64 PF0201 "$text"
		grep -F 'bad address "' "$T/err"
	done
}

@test "addresses that nobody has are refused" {
	preforkd_by_itself
	# A name for documentation only, RFC 5737.
	address 69 PF0203 203.0.113.1:0
	address 69 PF0202 127.0.0.1:nosuchservice
}

@test "an address that is taken is refused, and others are closed again" {
	start -w 1 echo
	in_background foreground -F -p "$T/a" -l "unix:$T/sock" -l "$ADDR" echo
	in_background daemon -p "$T/b" -l "unix:$T/other" -l "$ADDR" echo
	told foreground 69 PF0203
	told daemon 69 PF0203
	grep 'PF0203 .*Address already in use ("ss -lptn" shows who has it)' \
		"$T/err"
	is_alone
	nothing_stays
	[[ ! -e $T/other && ! -e $T/a && ! -e $T/b ]]
	invariants 1
}

@test "a file that is no socket is not replaced by one" {
	preforkd_by_itself
	printf 'precious\n' >"$T/file"
	refused_both 73 PF0205 -p "$T/pid" -l "unix:$T/file" echo
	[[ $(<"$T/file") == precious ]]
	refused_both 69 PF0203 -p "$T/pid" -l "unix:$T/none/sock" echo
}

@test "a port of root's is refused to others" {
	if [[ $(first_free_port) -gt 80 ]]; then
		preforkd_by_stranger
	elif unshare --user --net true 2>"$T/err"; then
		preforkd_by unshare --user --net
	else
		skip "every port is free, and unshare: $(<"$T/err")"
	fi
	refused_both 77 PF0204 -l 0.0.0.0:80 echo
}

@test "users and groups that do not exist are refused, all but to root" {
	refused_both 78 PF0602 -l 127.0.0.1:0 -u nosuchuser echo
	refused_both 78 PF0602 -l 127.0.0.1:0 -u root:nosuchgroup echo
	refused_both 78 PF0602 -l 127.0.0.1:0 -u '' echo
	refused_both 78 PF0602 -l 127.0.0.1:0 -u :root echo
	preforkd_by_stranger
	refused_both 77 PF0603 -l 127.0.0.1:0 -u root echo
}

@test "a pidfile that is held is left to its holder" {
	start_daemon -w 1 echo
	refused 75 PF0600 -F -l 127.0.0.1:0 -p "$T/pid" echo
	grep "pid $MASTER)" "$T/err"
	refused 75 PF0600 -l 127.0.0.1:0 -p "$T/pid" echo
	grep "pid $MASTER)" "$T/err"
	[[ $(wc -l <"$T/err") -eq 1 ]]
	[[ $(<"$T/pid") == "$MASTER" ]]
	invariants 1
}

@test "a pidfile that cannot be one is left as it is" {
	printf 'precious\n' >"$T/file"
	ln -s "$T/file" "$T/link"
	mkdir "$T/folder"
	mkfifo "$T/pipe"
	printf '%0100d\n' 0 >"$T/long"
	pidfile "$T/file"
	pidfile "$T/link"
	pidfile "$T/folder"
	pidfile "$T/pipe"
	pidfile "$T/long"
	pidfile "$T/none/file"
	[[ -L $T/link && $(<"$T/file") == precious ]]
	[[ $(wc -c <"$T/long") -eq 101 ]]
	mkdir -m 500 "$T/closed"
	preforkd_by_stranger
	refused_both 73 PF0601 -l 127.0.0.1:0 -p "$T/closed/file" echo
}
