# What a service manager is told, and by whom.

# shellcheck disable=SC2004,SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades
load control

# manager_at ADDRESS: listens there; what it hears is in $T/heard.
manager_at() {
	(
		exec >"$T/heard" 2>"$T/heard.err" </dev/null
		close_descriptors -1
		exec "$PREFORK_TOOLS/notified" "$1"
	) &
	MANAGER=$!
	# With the clients it is ended.
	TALKS[$MANAGER]=$T/manager
	wait_for heard_or_dead
	grep -qx ready "$T/heard" || skip 'the system does not tell who sends'
	export NOTIFY_SOCKET=$1
	unset WATCHDOG_USEC WATCHDOG_PID
}

heard_or_dead() {
	[[ -s $T/heard ]] || is_gone "$MANAGER"
}

# heard REGEX [N]: N messages, or at least one, of the master.
heard() {
	local count

	count=$(grep -cE -- "^$MASTER ($1)" "$T/heard" || :)
	[[ $count -eq ${2:-$count} && $count -gt 0 ]]
}

only_the_master() {
	! grep -vE "^($MASTER |ready$)" "$T/heard"
}

# The words that begin messages, in order.
story() {
	sed -n "s/^$MASTER \([A-Z]*\)=.*/\1/p" "$T/heard" |
		grep -v -e WATCHDOG -e EXTEND | tr '\n' ' '
}

@test "start, reload, failed reload and stop are told in order, by the master" {
	expect_message PF0107
	manager_at "@prefork-$BASHPID-$RANDOM"
	start_moody -w 2 -S "$T/ctl.sock"
	wait_for heard 'READY=1[|]MAINPID='"$MASTER"'[|]STATUS=generation 1' 1
	ctl reload
	wait_for heard 'READY=1.*generation 2' 1
	heard 'RELOADING=1[|]MONOTONIC_USEC=[0-9]+[|]EXTEND_TIMEOUT_USEC=[0-9]+' 1
	mood fail
	ctl_ends 1 worker_init reload
	wait_for heard \
		'READY=1.*generation 2 serves; the last reload failed: .*worker_init'
	mood ok
	ctl_ends 0 'generation 4' reload
	wait_for heard 'READY=1.*STATUS=generation 4 serves$'
	ctl stop
	wait_for heard 'STOPPING=1' 1
	wait_exit
	[[ $(story) == 'READY RELOADING READY RELOADING READY RELOADING READY STOPPING ' ]]
	only_the_master
}

@test "the stamp of a reload is not older than its request" {
	local before stamp

	manager_at "$T/manager"
	start -w 1 echo
	wait_for heard READY=1 1
	before=$(awk '{ printf "%d", $1 * 1000 }' /proc/uptime)
	kill -HUP "$MASTER"
	wait_for heard RELOADING=1 1
	stamp=$(sed -n 's/.*MONOTONIC_USEC=\([0-9]*\).*/\1/p' "$T/heard")
	((stamp / 1000 + 20 >= before))
	wait_for heard READY=1 2
	rm "$T/manager"
}

@test "an upgrade is told as a reload, and the new binary goes on telling" {
	manager_at "@prefork-$BASHPID-$RANDOM"
	own_binary
	start -w 1 -S "$T/ctl.sock" echo
	install_binary
	ctl_ends 0 'generation 2' upgrade
	wait_for heard 'READY=1.*generation 2' 1
	[[ $(story) == 'READY RELOADING READY RELOADING READY ' ]]
	expect_message PF0123
	install_script 'exit 3'
	ctl_ends 1 'exit code 3' upgrade
	wait_for heard 'READY=1.*the last upgrade failed: .*exit code 3' 1
	install_binary
	ctl stop
	wait_exit
	heard STOPPING=1 1
	only_the_master
}

@test "signs of life come twice in each interval, and only if they are wanted" {
	manager_at "@prefork-$BASHPID-$RANDOM"
	export WATCHDOG_USEC=400000
	start -w 2 echo
	between 500 3000 wait_for heard WATCHDOG=1 5
	kill -HUP "$MASTER"
	wait_log PF0106
	wait_for heard WATCHDOG=1 8
	only_the_master
}

@test "signs of life that are for another process are not given" {
	manager_at "@prefork-$BASHPID-$RANDOM"
	export WATCHDOG_USEC=100000 WATCHDOG_PID=1
	start -w 1 -S "$T/ctl.sock" echo
	wait_for heard READY=1 1
	ctl stop
	wait_exit
	[[ $(grep -c WATCHDOG "$T/heard") -eq 0 ]]
}

@test "a start that fails is told with its reason and exit code" {
	manager_at "@prefork-$BASHPID-$RANDOM"
	refused 69 PF0203 -F -l 203.0.113.1:0 echo
	wait_for grep -qE 'STATUS=PF0203 .*[|]EXIT_STATUS=69' "$T/heard"
	run ! grep -q READY "$T/heard"
}

@test "a manager that is not there, deaf or misspelt harms nothing" {
	local name

	for name in "$T/nobody" '@nobody' 'vsock:2:1' '@' "/$(printf '%0200d' 0)"; do
		export NOTIFY_SOCKET=$name
		export WATCHDOG_USEC=10000
		start -w 1 echo
		echo_once word
		kill -HUP "$MASTER"
		wait_log PF0106
		stop
	done
}

@test "workers do not have the manager's variables" {
	manager_at "@prefork-$BASHPID-$RANDOM"
	export WATCHDOG_USEC=10000000
	start -w 1 "$PREFORK_FAULTS/fault.so"
	wait_for heard READY=1 1
	[[ $(ask env | grep -cE 'NOTIFY|WATCHDOG') -eq 0 ]]
	ask env | grep -q PATH=
}
