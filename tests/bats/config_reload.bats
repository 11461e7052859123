# Reloads that read a changed file.

# shellcheck disable=SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load faults

# conf TEXT: the file, as an editor leaves it: whole or not at all.
conf() {
	printf '%s\n' "$1" >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
}

reload_count() {
	log_count "PF010[67] "
}

# reload: until it is done or has failed.
reload() {
	local before

	before=$(reload_count)
	kill -HUP "$MASTER"
	wait_log 'PF010[67] ' $((before + 1))
}

# reload_fails REASON: and nothing has changed.
reload_fails() {
	local before

	before=$(workers)
	reload || return 1
	grep 'PF010[67] ' "$T/log" | tail -n 1 | grep -E "PF0107 .*$1" ||
		fail "not failed for $1" || return 1
	wait_for has_only "$before" || return 1
	echo_once still
}

reload_succeeds() {
	reload || return 1
	grep 'PF010[67] ' "$T/log" | tail -n 1 | grep PF0106
}

has_only() {
	[[ $(workers) == "$1" ]]
}

# The address that the last line of the log with this text names.
logged_address() {
	sed -n "s/.*$1 \\([^ ]*\\)\$/\\1/p" "$T/log" | tail -n 1
}

is_refused() {
	[[ $(talk -q "$1") == refused ]]
}

port_is_same() {
	[[ $(ports_of "$MASTER") == "$1" ]]
}

# Where a queue cannot be kept from growing it is not closed while it has any.
can_be_quiet() {
	grep -q '^#define HAVE_LINUX_FILTER_H 1' "$abs_top_builddir/config.h"
}

# Neither old workers nor sockets of theirs.
only_current_is_left() {
	[[ $(log_count PF0110) -eq $(log_count PF0105) ]]
}

echo_service='listen 127.0.0.1:0; handler echo'

@test "HUP reads the file again: workers, options, deadlines" {
	conf "service echo { $echo_service; workers 2 }"
	start -f conf
	conf "stop_timeout 3s
		service echo { $echo_service { max_bytes 5 }; workers 3 }"
	port=$PORT
	reload_succeeds
	wait_workers 3
	wait_for only_current_is_left
	port_is_same "$port"
	talk "$ADDR" send '12345' expect '12345' eof
	stop
	grep 'PF0101 .*at most 3000 ms' "$T/log"
}

@test "a bad file fails the reload with its first mistake" {
	conf "service echo { $echo_service; workers 2 }"
	start -f conf
	conf "service echo { $echo_service; wokers 3
		workers 0 }"
	reload_fails "$T/conf:1:50: there is no directive 'wokers'"
	rm "$T/conf"
	reload_fails '/conf: cannot read it: No such file'
	mkfifo "$T/conf"
	reload_fails '/conf: cannot read it: it is a FIFO'
	conf "service echo { $echo_service { max_byte 3 }; workers 2 }"
	reload_fails 'no option'
	conf "service echo { $echo_service; workers 2 }
		service two { listen 127.0.0.1:0; handler $FAULT { init fail } }"
	reload_fails 'worker_init'
	conf "service echo { $echo_service; workers 1 }"
	reload_succeeds
	wait_workers 1
	expect_message PF0107
	allow_message PF0405
}

@test "a service that is added is served, one that is removed ends" {
	conf "service echo { $echo_service; workers 1 }
		service old { listen unix:$T/old; handler echo; workers 1 }"
	start -f conf
	echo_once word "unix:$T/old"
	conf "service new { listen unix:$T/new; handler echo; workers 2 }
		service echo { $echo_service; workers 1 }"
	reload_succeeds
	grep "PF0200 listening on unix:$T/new" "$T/log"
	grep "PF0211 no longer listening on unix:$T/old" "$T/log"
	wait_workers 3
	[[ ! -e $T/old ]]
	echo_once word "unix:$T/new"
	echo_once word
	wait_for only_current_is_left
	stop
	[[ ! -e $T/new ]]
}

@test "an address that is added listens, one that is removed refuses" {
	conf "service echo { $echo_service; workers 2 }"
	start -f conf
	conf "service echo { $echo_service; workers 2
		listen 127.0.0.1:0 }"
	reload_succeeds
	added=$(logged_address 'listening on')
	[[ $added != "$ADDR" ]]
	echo_once word "$added"
	echo_once word
	# The first of two that look the same is kept.
	conf "service echo { $echo_service; workers 2 }"
	reload_succeeds
	[[ $(logged_address 'no longer listening on') == "$added" ]]
	is_refused "$added"
	echo_once word
	wait_for only_current_is_left
	port_is_same "$PORT"
}

@test "who waits at an address that is removed is served by the old workers" {
	conf "service echo { $echo_service; listen 127.0.0.1:0; workers 2 }"
	start -f conf
	gone=${ADDRS[1]}
	hold 2
	hold_pid=$HOLD_PID
	queue_up 5 "$gone"
	conf "service echo { $echo_service; workers 1 }"
	reload_succeeds
	! can_be_quiet || is_refused "$gone"
	echo_once word
	[[ $(log_count PF0110) -eq 0 ]]
	release "$hold_pid"
	queue_served
	wait_for only_current_is_left
	wait_workers 1
}

@test "a service that is removed serves who waits for it" {
	conf "service echo { $echo_service; workers 1 }
		service old { listen unix:$T/old; handler echo; workers 1 }"
	start -f conf
	hold 1 "unix:$T/old"
	hold_pid=$HOLD_PID
	queue_up 5 "unix:$T/old"
	conf "service echo { $echo_service; workers 1 }"
	reload_succeeds
	[[ ! -e $T/old ]]
	release "$hold_pid"
	queue_served
	wait_for only_current_is_left
}

@test "a removed address can be had again at once" {
	conf "service echo { $echo_service; listen 127.0.0.1:0; workers 1 }"
	start -f conf
	gone=${ADDRS[1]}
	conf "service echo { $echo_service; workers 1 }"
	reload_succeeds
	wait_for only_current_is_left
	conf "service echo { $echo_service; listen $gone; workers 1 }"
	reload_succeeds
	echo_once word "$gone"
	can_be_quiet || return 0
	hold 1 "$gone"
	hold_pid=$HOLD_PID
	conf "service echo { $echo_service; workers 1 }"
	reload_succeeds
	# The old worker has it open still, but nobody listens.
	wait_for is_refused "$gone"
	conf "service echo { $echo_service; listen $gone; workers 1 }"
	try_again
	echo_once word "$gone"
	release "$hold_pid"
	wait_for only_current_is_left
	allow_message PF0107
}

# The kernel's handshakes end within a moment, and then the port is free.
try_again() {
	local end=$((SECONDS + DEADLINE))

	until reload_succeeds; do
		((SECONDS < end)) || fail 'the address is never free' || return 1
	done
}

@test "an address that is in use fails the reload, and nothing is lost" {
	conf "service echo { $echo_service; workers 1 }"
	start -f conf
	conf "service echo { $echo_service; workers 1 }
		service two { listen unix:$T/two; handler echo }
		service three { listen 0.0.0.0:$PORT; handler echo }"
	reload_fails "0.0.0.0:$PORT: Address already in use.*$ADDR.*in the way"
	[[ ! -e $T/two ]]
	conf "service echo { $echo_service; listen unix:$T/none/x; workers 1 }"
	reload_fails 'none/x'
	expect_message PF0107
}

# Where something can tell.
backlog_is() {
	! command -v ss >/dev/null ||
		[[ $(ss -Hltn "sport = :$PORT" | awk '{ print $3 }') == "$1" ]]
}

@test "a kept socket gets its new backlog, mode and owner" {
	conf "service echo { listen 127.0.0.1:0 backlog 7; handler echo
		workers 1; listen unix:$T/sock mode 0600 }"
	start -f conf
	inode=$(stat -c %i "$T/sock")
	backlog_is 7
	conf "service echo { listen 127.0.0.1:0 backlog 9; handler echo
		workers 1; listen unix:$T/sock mode 0666 }"
	reload_succeeds
	[[ $(stat -c '%i %a' "$T/sock") == "$inode 666" ]]
	backlog_is 9
	echo_once word "unix:$T/sock"
}

@test "what a reload does not change is told, with both values" {
	conf "pidfile $T/one
		service echo { $echo_service; workers 1 }"
	start -f conf
	conf "pidfile \"$T/t w o\"
		service echo { $echo_service; workers 1 }"
	expect_message PF0511
	reload_succeeds
	told="PF0511 pidfile was changed from $T/one to"
	grep "$told \"$T/t w o\", which takes a restart" "$T/log"
	[[ -e $T/one && ! -e "$T/t w o" ]]
	# As long as the file says so it is told again, and no longer.
	reload_succeeds
	[[ $(log_count PF0511) -eq 2 ]]
	conf "pidfile $T/one
		service echo { $echo_service; workers 1 }"
	reload_succeeds
	[[ $(log_count PF0511) -eq 2 ]]
	conf "service echo { $echo_service; workers 1 }"
	reload_succeeds
	grep "$told none, " "$T/log"
	wait_for only_current_is_left
	stop
	[[ ! -e $T/one ]]
}
