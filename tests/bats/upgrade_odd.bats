# Upgrades in odd surroundings: daemons, drained ones, process 1, embedders.

# shellcheck disable=SC2016,SC2034,SC2154 # scripts, and what make knows
# shellcheck disable=SC2004,SC2030,SC2031 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades
load control

# begin_here NAME: from now on preforkd begins in the folder $T/here, called
# by this name.
begin_here() {
	own_binary
	mkdir "$T/here"
	cp "$PREFORK_MODULES/echo.so" "$T/here"
	printf '#!/bin/sh\ncd %q || exit 1\nexec %q "$@"\n' \
		"$T/here" "$1" >"$T/begin"
	chmod 755 "$T/begin"
	PREFORKD=$T/begin
}

# The paths are relative, and $T/preforkd is what will be run.
program() {
	printf '%s/preforkd\n' "$T"
}

@test "a daemon finds what is relative to where it was started" {
	begin_here ../preforkd
	start_daemon -l 127.0.0.1:0 -w 2 ./echo.so
	SERVES_ECHO=1
	hold 1
	daemon_upgrade
	wait_workers 3
	[[ $(readlink "/proc/$MASTER/cwd") == / ]]
	echo_once relative
	release
	wait_workers 2
	daemon_upgrade
	invariants 2
	[[ $(<"$T/pid") -eq $MASTER ]]
	stop
	[[ ! -e $T/pid ]]
}

@test "without the folder that it was started in only absolute paths work" {
	expect_message PF0123
	begin_here "$T/preforkd"
	start -w 2 ./echo.so
	SERVES_ECHO=1
	rm -r "$T/here"
	upgrade_fails 'directory'
	mkdir "$T/here"
	cp "$PREFORK_MODULES/echo.so" "$T/here"
	upgrade
	invariants 2
	stop
	start -w 2 "$PREFORK_MODULES/echo.so"
	rm -r "$T/here"
	upgrade
	upgrade
	invariants 2
}

@test "a daemon that was drained stays drained, until HUP" {
	own_binary
	start_daemon -l 127.0.0.1:0 -w 2 echo
	hold 1
	kill -WINCH "$MASTER"
	wait_workers 1
	daemon_upgrade
	release
	wait_workers 0
	queue_up 20
	daemon_upgrade
	wait_for is_idle
	has_workers 0
	kill -HUP "$MASTER"
	queue_served
	invariants 2
}

# The image has its handlers, and none of its children is left to end.
is_idle() {
	[[ -z $(children_of "$MASTER" .) ]] &&
		[[ $(awk '/^SigBlk/ { print $2 }' "/proc/$MASTER/status") =~ ^0+$ ]]
}

@test "a HUP that still waits when the image is replaced ends the drain" {
	own_binary
	start -w 1 -S "$T/ctl.sock" -o old_generations=1 echo
	hold 1
	kill -HUP "$MASTER"
	wait_log PF0106
	ctl_ends 75 PF0613 -w 100ms drain
	kill -HUP "$MASTER"
	wait_log 'PF0108 1 old generations'
	kill -USR2 "$MASTER"
	wait_log 'PF0122 .*still drained'
	release
	wait_log PF0106 2
	invariants 1
}

@test "WINCH during the rehearsal drains, and the upgrade is off" {
	own_binary
	start_daemon -l 127.0.0.1:0 -w 2 echo
	install_waiting
	on_stage
	kill -WINCH "$MASTER"
	wait_workers 0
	wait_for is_gone "$REHEARSAL"
	install_binary
	kill -HUP "$MASTER"
	invariants 2
	daemon_upgrade
	invariants 2
}

@test "as process 1 it becomes another one, and still reaps strangers" {
	local how=(unshare --fork --pid --kill-child --mount-proc) i

	need unshare
	[[ $EUID -eq 0 ]] || how+=(--user --map-root-user)
	"${how[@]}" true 2>"$T/err" || skip "$(<"$T/err")"
	own_binary
	{
		printf '#!/bin/sh\nexec %s %q "$@"\n' "${how[*]}" "$PREFORKD"
	} >"$T/begin"
	chmod 755 "$T/begin"
	PREFORKD=$T/begin
	start_only -w 2 echo
	FIRST=$(workers)
	for i in 1 2 3; do
		hold 1
		kill -USR2 "$FIRST"
		wait_log 'PF0106 ' "$i"
		release
		wait_log 'PF0110 ' "$i"
		echo_once "$i"
	done
	grep '\[1\]: PF0122 ' "$T/log"
	wait_for none_dead "$FIRST"
	[[ $(children_of "$FIRST" . | wc -l) -eq 2 ]]
	kill -TERM "$FIRST"
	wait_exit 0
}

none_dead() {
	[[ -z $(children_of "$1" '^Z') ]]
}

@test "a killed drain goes on where it was: its deadline is kept" {
	expect_message PF0111 PF0405
	own_binary
	start -o drain_timeout=1s -w 1 echo
	hold 1
	kill -HUP "$MASTER"
	wait_log 'PF0106 '
	kill -USR2 "$MASTER"
	wait_log 'PF0106 ' 2
	between 0 1100 wait_log 'PF0405 .*drain_timeout'
	wait_log 'PF0110 ' 2
	talk_go "$HOLD_PID"
	talk_end 5 "$HOLD_PID"
	invariants 1
}

@test "after it all signals do what they did" {
	own_binary
	start -w 2 echo
	upgrade
	settled
	kill -TTIN "$MASTER"
	wait_workers 3
	kill -TTOU "$MASTER"
	wait_workers 2
	kill -HUP "$MASTER"
	wait_log 'PF0110 ' 2
	expect_message PF0404
	kill -KILL "$(workers | head -n 1)"
	wait_log 'PF0404 '
	invariants 2
	hold 1
	kill -QUIT "$MASTER"
	wait_for is_refused
	release
	wait_exit
}

@test "another user's daemon that may not fork any more serves on" {
	expect_message PF0123
	need prlimit
	if [[ $EUID -eq 0 ]]; then
		as_user test -r "$FAULT" 2>/dev/null ||
			skip "another user cannot read $FAULT"
	fi
	own_binary
	[[ $EUID -ne 0 ]] || {
		printf '#!/bin/sh\nexec setpriv %s %q "$@"\n' \
			"--reuid $STRANGER --regid $STRANGER --clear-groups" \
			"$PREFORKD" >"$T/begin"
		chmod 755 "$T/begin"
		PREFORKD=$T/begin
	}
	start -w 2 echo
	FORMER=$(as_user prlimit --pid "$MASTER" --nproc -o SOFT --noheadings)
	as_user prlimit --pid "$MASTER" --nproc=1:
	upgrade_fails 'cannot start the rehearsal: Resource'
	as_user prlimit --pid "$MASTER" --nproc="${FORMER// /}:"
	upgrade
	invariants 2
}
