# A start in odd surroundings: descriptors and signals that are not as usual,
# and the place of process 1.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults

descriptor() {
	readlink "/proc/$2/fd/$1"
}

# The name of the shared memory of the POSIX-only build has a number.
open_in() {
	descriptors "$1" | sed 's/\(prefork\.\)[0-9.]*/\1/'
}

ignores_children() {
	local mask

	mask=$(sed -n 's/^SigIgn:[[:space:]]*//p' "/proc/$1/status")
	[[ $((0x$mask >> ($(kill -l CHLD) - 1) & 1)) -eq 1 ]]
}

# What the start must not have changed: it reaps, reloads and stops.
obeys_signals() {
	kill -KILL "$(workers | head -n 1)"
	wait_log PF0404
	wait_workers "$WORKERS"
	kill -HUP "$MASTER"
	wait_log PF0110
	invariants "$WORKERS"
	stop
}

is_reaped() {
	[[ ! -e /proc/$1 ]]
}

none_dead() {
	[[ -z $(children_of "$1" '^Z') ]]
}

@test "what it inherits is closed, in the master and in workers" {
	local fd clean worker_clean

	start -w 1 "$FAULT"
	clean=$(open_in "$MASTER")
	worker_clean=$(open_in "$(workers)")
	stop
	for fd in {3..20}; do
		[[ -e /proc/$BASHPID/fd/$fd ]] || eval "exec $fd>>\"\$T/held\""
	done
	INHERIT=1 start -w 1 "$FAULT"
	diff <(printf '%s\n' "$clean") <(open_in "$MASTER")
	diff <(printf '%s\n' "$worker_clean") <(open_in "$(workers)")
	[[ $(ask 'echo word') == word ]]
}

@test "it starts with any of the standard descriptors closed" {
	local closed fd

	preforkd_by "$T/closed"
	for closed in 0 1 2 '0 1' '0 2' '1 2' '0 1 2'; do
		{
			printf '#!/bin/sh\nexec "$@"'
			# shellcheck disable=SC2086 # one argument each
			printf ' %s>&-' $closed
		} >"$T/closed"
		chmod 755 "$T/closed"
		start_only -w 1 -l "unix:$T/sock" echo
		wait_workers 1
		for fd in $closed; do
			[[ $(descriptor "$fd" "$MASTER") == /dev/null ]]
			[[ $(descriptor "$fd" "$(workers)") == /dev/null ]]
		done
		echo_once word "unix:$T/sock"
		stop
	done
	start_daemon -w 1 -l "unix:$T/sock" echo
	echo_once word
}

@test "signals that its parent ignored or blocked are its own again" {
	local how

	env --block-signal --ignore-signal true 2>/dev/null ||
		skip 'env cannot block signals'
	allow_message PF0404
	# The first makes the script that the second uses, too.
	preforkd_by "$T/deaf"
	for how in --ignore-signal --block-signal \
		'--ignore-signal=CHLD --block-signal=CHLD,TERM'; do
		printf '#!/bin/sh\nexec env %s "$@"' "$how" >"$T/deaf"
		chmod 755 "$T/deaf"
		: >"$T/log"
		start -w 2 "$FAULT"
		[[ $(ask blocked) == blocked ]]
		run ! ignores_children "$(workers | head -n 1)"
		obeys_signals
	done
}

@test "as process 1 it reaps strangers, supervises and stops" {
	local how=(unshare --fork --pid --kill-child --mount-proc) stranger

	need unshare
	[[ $EUID -eq 0 ]] || how+=(--user --map-root-user)
	"${how[@]}" true 2>"$T/err" || skip "$(<"$T/err")"
	mkfifo "$T/end"
	# shellcheck disable=SC2016 # for the script
	printf '%s\n' '#!/bin/sh' \
		"(sh -c 'read -r _ <$T/end; exit 3' stranger 9>&- &)" \
		'exec "$@"' >"$T/first"
	chmod 755 "$T/first"
	preforkd_by "${how[@]}" "$T/first"
	start_only -w 2 "$FAULT"
	FIRST=$(workers)
	grep -q '^NSpid:.*[[:space:]]1$' "/proc/$FIRST/status"
	stranger=$(pgrep -P "$FIRST" -x sh)
	printf '\n' >"$T/end"
	wait_for is_reaped "$stranger"
	allow_message PF0404
	kill -KILL "$(pgrep -P "$FIRST" | head -n 1)"
	wait_log PF0404
	[[ $(ask 'echo word') == word ]]
	wait_for none_dead "$FIRST"
	kill -TERM "$FIRST"
	wait_exit 0
}
