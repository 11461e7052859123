# For tests of what is refused, beside helper.bash and faults.bash.
#
#	refused_both CODE ID argument...	preforkd refuses in the foreground
#				and as a daemon: with CODE, with one line that
#				has ID, and without leaving $T/pid or $T/sock
#	in_background NAME argument...	preforkd; $T/NAME.err is what it says
#	told NAME CODE ID	that one has ended with CODE, and said ID
#	preforkd_by_itself	makes it faster; not together with preforkd_by

# shellcheck disable=SC2154 # the variables that are helper.bash's

# The scripts of libtool take most of the time of a refusal.
preforkd_by_itself() {
	preforkd_by ''
}

nothing_stays() {
	[[ ! -e $T/pid && ! -e $T/sock ]] || fail "left behind:" "$T"/*
}

# judged CODE ID: of what $T/err and $got say.  Without a process of its own,
# because there are a hundred of these tests.  The reason is the last line of
# a log, and all that a starter says.
judged() {
	local sentence="^preforkd(\[[0-9]+\])?: $2 [^ ].*[^ ]$"

	mapfile -t SAID <"$T/err"
	printf 'exit %d: %s\n' "$got" "${SAID[*]}"
	[[ $got -eq $1 ]] || fail "exit $got and not $1" || return 1
	[[ ${SAID[-1]:-} =~ $sentence ]] || fail "not a sentence with $2"
}

is_alone() {
	[[ ${#SAID[@]} -eq 1 && ! -s $T/out ]] || fail 'more than one line'
}

# Processes that stay are what teardown looks for.
refused_both() {
	local code=$1 id=$2 got=0

	shift 2
	preforkd -F "$@" >"$T/out" 2>"$T/err" || got=$?
	judged "$code" "$id" || return 1
	nothing_stays || return 1
	got=0
	preforkd "$@" >"$T/out" 2>"$T/err" || got=$?
	judged "$code" "$id" || return 1
	is_alone || return 1
	nothing_stays
}

in_background() {
	local name=$1 code=0

	shift
	{
		preforkd "$@" >"$T/$name.out" 2>"$T/$name.err" || code=$?
		printf '%d\n' "$code" >"$T/$name.code"
	} &
}

told() {
	local got

	wait_for test -s "$T/$1.code" || return 1
	got=$(<"$T/$1.code")
	cp "$T/$1.err" "$T/err"
	judged "$2" "$3"
}
