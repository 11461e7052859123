# Sockets that whoever starts preforkd opened and passes to it.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load faults
load turns
load upgrades

# passing [OPTION...] ADDRESS...: from now on preforkd is started with these.
passing() {
	[[ -n ${GOOD:-} ]] || GOOD=$PREFORKD
	printf '#!/bin/sh\nexec %q %s -- %q "$@"\n' "$PREFORK_TOOLS/activate" \
		"$(printf '%q ' "$@")" "${PROGRAM:-$GOOD}" >"$T/start"
	chmod 755 "$T/start"
	PREFORKD=$T/start
}

# Nothing is added to the arguments, where helper.bash would.
start_bare() {
	complete_arguments() {
		ARGUMENTS=(-v -w 2 "$@")
		WORKERS=2
		SERVES_ECHO=''
	}
	start "$@"
}

conf() {
	printf '%s\n' "$1" >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
}

reload() {
	local before

	before=$(log_count 'PF010[67] ')
	kill -HUP "$MASTER"
	wait_log 'PF010[67] ' $((before + 1)) || return 1
	grep 'PF010[67] ' "$T/log" | tail -n 1 | grep "PF010${1:-6} "
}

# What ends a test in which a unix socket was passed: the file is still there.
stop_and_look() {
	stop
	[[ -S $T/sock ]]
	rm "$T/sock"
}

@test "without addresses all that was passed is served" {
	passing 127.0.0.1:0 '[::1]:0' "unix:$T/sock"
	start_bare echo
	[[ ${#ADDRS[@]} -eq 3 ]]
	grep "PF0200 listening on unix:$T/sock (passed as unknown)" "$T/log"
	for address in "${ADDRS[@]}"; do
		echo_once word "$address"
	done
	invariants 2
	stop_and_look
}

@test "workers do not see how it was passed" {
	passing -n one 127.0.0.1:0
	start_bare "$FAULT"
	ask env >"$T/env"
	[[ $(grep -c LISTEN_ "$T/env") -eq 0 ]]
	stop
	passing -e LISTEN_PID=1 127.0.0.1:0
	start -l 127.0.0.1:0 "$FAULT"
	ask env >"$T/env"
	[[ -s $T/env && $(grep -c LISTEN_ "$T/env") -eq 0 ]]
	[[ $(log_count 'passed as') -eq 1 ]]
}

@test "a daemon has them too" {
	passing 127.0.0.1:0 "unix:$T/sock"
	complete_arguments() {
		ARGUMENTS=("$@")
		WORKERS=4
		SERVES_ECHO=''
	}
	start_daemon -p "$T/pid" echo
	ADDR=127.0.0.1:$PORT
	echo_once word
	echo_once word "unix:$T/sock"
	kill -TERM "$MASTER"
	wait_exit
	[[ -S $T/sock ]]
	rm "$T/sock"
}

@test "services listen at what is passed by name" {
	conf "service echo { listen fd:web; handler echo; workers 1 }
		service two { listen fd:*; handler $FAULT; workers 1 }"
	passing -n web:admin:web 127.0.0.1:0 "unix:$T/sock" '[::1]:0'
	start -f conf
	echo_once word "${ADDRS[0]}"
	echo_once word "${ADDRS[1]}"
	[[ ${ADDRS[1]} == '[::1]'* ]]
	talk "unix:$T/sock" send 'pid\n' shut print | grep -qx '[0-9]*'
	stop_and_look
}

@test "what is not passed is missed, what nobody serves is told" {
	passing -n web:udp 127.0.0.1:0 udp:127.0.0.1:0
	refused 69 PF0221 -F -l fd:web -l fd:none echo
	grep 'cannot listen at fd:none: nothing .* by this name' "$T/err"
	refused 69 PF0221 -F -l fd:udp echo
	expect_message PF0222
	start -l 127.0.0.1:0 echo
	grep -E 'PF0222 no .* 127.0.0.1:[0-9]*, .* as web' "$T/log"
	grep -E 'PF0222 no .* as udp' "$T/log"
	echo_once word
	stop
	PREFORKD=$GOOD
	refused 69 PF0221 -F -l fd:web echo
	grep 'nothing was passed; is LISTEN_FDS set' "$T/err"
	refused 64 PF0201 -F -l fd: echo
}

@test "an address that was passed is not opened a second time" {
	# Of *:PORT it has both halves.
	passing '[::]:0'
	start_bare -l fd:unknown echo
	port=${PORT}
	stop
	passing "[::]:$port"
	start_bare -l "*:$port" echo
	[[ ${#ADDRS[@]} -eq 1 ]]
	grep "listening on \\[::\\]:$port (passed as unknown)" "$T/log"
	echo_once word "127.0.0.1:$port"
	echo_once word "[::1]:$port"
	stop
	passing "127.0.0.1:$port" "unix:$T/sock"
	start_bare -l "127.0.0.1:$port" -l "unix:$T/sock" echo
	echo_once word "unix:$T/sock"
	echo_once word
	stop_and_look
}

@test "what is for another process is ignored" {
	local pid

	for pid in 1 2147483647; do
		passing -e LISTEN_PID=$pid 127.0.0.1:0
		refused 69 PF0221 -F -l fd:unknown echo
	done
	passing -e LISTEN_PID 127.0.0.1:0
	refused 69 PF0221 -F -l fd:unknown echo
	passing -e LISTEN_FDS 127.0.0.1:0
	refused 69 PF0221 -F -l fd:unknown echo
	passing -e LISTEN_PID=1 -e LISTEN_FDS=garbage -n a:b:c 127.0.0.1:0
	start echo
	echo_once word
}

@test "garbage in the variables is an error" {
	local value

	passing -e "LISTEN_PID=" 127.0.0.1:0
	refused 78 PF0220 -F echo
	passing -e "LISTEN_FDS=99999999999999999999" 127.0.0.1:0
	refused 78 PF0220 -F echo
	refused 78 PF0220 echo
	passing -n "$(printf 'x%.0s' {1..5000}):" 127.0.0.1:0
	refused 78 PF0220 -F echo
	for value in /dev/null "deaf:unix:$T/sock"; do
		passing "$value"
		refused 78 PF0220 -F echo
		grep 'descriptor 3 is no listening socket' "$T/err"
		rm -f "$T/sock"
	done
	# As inetd mode may have it, which serves descriptor 0.
	passing deaf:127.0.0.1:0
	preforkd -i echo
	preforkd -T echo | grep -q '127.0.0.1:7007'
	passing -e LISTEN_FDS=2 127.0.0.1:0
	refused 78 PF0220 -F echo
	grep 'descriptor 4 ' "$T/err"
}

@test "a reload leaves one out, and takes it again with who waited" {
	conf "service echo { listen fd:a; handler echo; workers 1 }
		service two { listen fd:b; handler echo; workers 1 }"
	passing -n a:b 127.0.0.1:0 "unix:$T/sock"
	start -f conf
	expect_message PF0222
	conf "service echo { listen fd:a; handler echo; workers 1 }"
	reload
	grep "PF0222 no service .* unix:$T/sock, .* as b" "$T/log"
	wait_for only_current_is_left
	queue_up 50 "unix:$T/sock"
	conf "service echo { listen fd:a; listen unix:$T/sock; handler echo
		workers 1 }"
	reload
	queue_served
	echo_once word
	[[ $(log_count 'PF0222 ') -eq 1 ]]
	# By name again, and by another service: the same socket.
	conf "service three { listen fd:*; handler echo; workers 2 }"
	reload
	echo_once word
	echo_once word "unix:$T/sock"
	conf "service three { listen fd:c; handler echo; workers 2 }"
	expect_message PF0107
	reload 7
	grep 'PF0107 .*fd:c: nothing .* by this name' "$T/log"
	[[ $(log_count 'PF0222 ') -eq 1 ]]
	[[ $(log_count 'PF0211 ') -eq 0 ]]
	stop_and_look
}

only_current_is_left() {
	[[ $(log_count PF0110) -eq $(log_count PF0105) ]]
}

@test "an upgrade keeps them, those that nobody serves as well" {
	own_binary
	PROGRAM=$PREFORKD
	conf "service echo { listen fd:a; handler echo; workers 1 }"
	passing -n a:b 127.0.0.1:0 "unix:$T/sock"
	expect_message PF0222
	start -f conf
	queue_up 5 "unix:$T/sock"
	upgrade
	upgrade
	echo_once word
	conf "service echo { listen fd:a; listen fd:b; handler echo; workers 1 }"
	reload
	queue_served
	upgrade
	echo_once word "unix:$T/sock"
	stop_and_look
}

# second: what was passed to the first, which has ended, is passed to another.
second() {
	printf 'go\n' >"$T/keeper"
	wait_for test -s "$T/pid"
	read -r MASTER <"$T/pid"
	# shellcheck disable=SC2004 # by pid, in an associative array
	MASTERS[$MASTER]=daemon
}

kept_after() {
	mkfifo "$T/keeper"
	passing -k "$T/keeper" 127.0.0.1:0 "unix:$T/sock"
	start_bare -p "$T/pid" echo
	hold 1
	"$@"
	queue_up 5 "${ADDRS[0]}"
	tcp=$QUEUE_PID
	queue_up 5 "unix:$T/sock"
	second
	queue_served "$tcp"
	queue_served
	stop_and_look
}

end_of_first() {
	queue_up 5
	kill -TERM "$MASTER"
	wait_log PF0101
	release
	queue_served
	wait_exit
}

murder() {
	queue_up 5
	allow_message PF0411
	kill -KILL "$MASTER"
	release
	queue_served
	wait_exit 137
	wait_for worker_is_gone
	rm "$T/pid"
}

worker_is_gone() {
	[[ $(marked | wc -l) -eq 1 ]]
}

@test "who comes after a stop waits for the next instance" {
	kept_after end_of_first
}

@test "the workers of a master that was killed leave them open" {
	kept_after murder
}

@test "systemd-socket-activate starts us" {
	need systemd-socket-activate
	[[ -z ${PREFORK_SANITIZED:-} ]] || skip 'it hands on no variables'
	# It knows no port 0.
	start echo
	stop
	printf '#!/bin/sh\nexec systemd-socket-activate -E %s -E %s -E %s %s "$@"\n' \
		PREFORK_MODULE_PATH PREFORK_TEST_INSTANCE LD_LIBRARY_PATH \
		"-l 127.0.0.1:$PORT -l '$T/sock' --fdname=web:local '$PREFORKD'" \
		>"$T/start"
	chmod 755 "$T/start"
	PREFORKD=$T/start
	conf "service echo { listen fd:web; handler echo; workers 1 }
		service two { listen unix:$T/sock; handler $FAULT; workers 1 }"
	complete_arguments() {
		ARGUMENTS=("$@")
	}
	begin -F -f "$T/conf"
	wait_log 'sock as 4'
	talk_start "unix:$T/sock" send 'env\n' shut print
	wait_log PF0100 2
	talk_end
	[[ -s $T/talk1.out && $(grep -c LISTEN_ "$T/talk1.out") -eq 0 ]]
	read_addresses "$LOG_BEGIN"
	echo_once word "${ADDRS[0]}"
	stop_and_look
}
