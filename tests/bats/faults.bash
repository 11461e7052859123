# What tests of handlers, of deaths and of shortages share, beside helper.bash.
#
#	ask COMMAND...		what the fault handler answers, on a connection
#				of its own; a command is a line
#	misbehave COMMAND...	the same in the background; the connection
#				stays open.  Sets CULPRIT, its worker's pid
#	within MS COMMAND...	fails where it takes longer; prints the time.
#				A sanitized build may take as long as it needs
#	ticks PID		CPU time it has used, in clock ticks
#	soft_limit RESOURCE PID	the limit that counts
#	limit RESOURCE N PID	sets it; the hard limit stays
#	as_user COMMAND...	as root: COMMAND becomes somebody whom nobody
#				else is, and knows no groups; else just runs it
#	preforkd_by COMMAND...	from now on preforkd begins as COMMAND, without
#				the script that libtool may have put in its
#				place, which could not do its work there
#	need TOOL...		skips the test where there is none

# shellcheck disable=SC2034,SC2154 # the variables that are helper.bash's

STRANGER=59999

# A line each, for talk's send.
lines() {
	printf '%s\\n' "$@"
}

ask() {
	talk "$ADDR" send "$(lines "$@")" shut print
}

misbehave() {
	talk_start "$ADDR" send "$(lines pid "$@")" print
	wait_for has_said_something "$TALK_PID" || return 1
	read -r CULPRIT <"${TALKS[$TALK_PID]}.out"
}

has_said_something() {
	[[ -s ${TALKS[$1]}.out ]]
}

clock_ms() {
	local now=${EPOCHREALTIME//[!0-9]/}

	printf '%s\n' $((now / 1000))
}

within() {
	local limit=$1 begin elapsed

	shift
	begin=$(clock_ms)
	"$@" || return 1
	elapsed=$(($(clock_ms) - begin))
	printf '%s: %d ms\n' "$*" "$elapsed"
	[[ $elapsed -le $limit || -n ${PREFORK_SANITIZED:-} ]] ||
		fail "$elapsed ms and not $limit: $*"
}

ticks() {
	local line

	read -r line <"/proc/$1/stat" || return 0
	# Behind the name, which may have blanks: utime and stime.
	awk '{ print $12 + $13 }' <<<"${line##*) }"
} 2>/dev/null

soft_limit() {
	need prlimit
	prlimit --pid "$2" "--$1" --output SOFT --noheadings --raw
}

limit() {
	need prlimit
	prlimit --pid "$3" "--$1=$2:"
}

as_user() {
	if [[ $EUID -eq 0 ]]; then
		setpriv --reuid "$STRANGER" --regid "$STRANGER" \
			--clear-groups "$@"
	else
		"$@"
	fi
}

preforkd_by() {
	local program=$PREFORKD

	if [[ -x ${program%/*}/.libs/preforkd ]]; then
		program=${program%/*}/.libs/preforkd
	fi
	{
		printf '#!/bin/sh\n'
		printf 'LD_LIBRARY_PATH=%q; export LD_LIBRARY_PATH\n' \
			"$abs_top_builddir/.libs"
		printf 'exec %s %q "$@"\n' "$*" "$program"
	} >"$T/preforkd"
	chmod 755 "$T" "$T/preforkd"
	PREFORKD=$T/preforkd
}

need() {
	local tool

	for tool; do
		command -v "$tool" >/dev/null || skip "there is no $tool"
	done
}
