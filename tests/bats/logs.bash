# What tests of logs share, beside helper.bash and faults.bash.
#
#	scribble [N] STEP...	the scribe does the steps on each of N (1)
#				connections, at $AT where the log does not
#				tell the address
#	start_scribe ...	start with the handler scribe; its name is
#				added
#	all_scribble N		each of N workers writes a line
#	ids FILE...		what is unique in the lines of the scribe
#	names_file PID PATH	the process has this file open

# shellcheck disable=SC2154 # what helper.bash and make know

SCRIBE=$PREFORK_FAULTS/scribe.so

start_scribe() {
	start "$@" "$SCRIBE"
}

scribble() {
	local step steps=() count=1

	if [[ $1 != *\ * ]]; then
		count=$1
		shift
	fi
	for step; do
		steps+=(send "$step\\n" expect 'done\n')
	done
	talk -n "$count" -t "$DEADLINE" "${AT:-$ADDR}" "${steps[@]}" shut eof
}

# Nobody is released before all are served.
all_scribble() {
	talk -n "$1" -t "$DEADLINE" "${AT:-$ADDR}" send 'say x\n' \
		expect 'done\n' say all shut eof >"$T/all"
}

ids() {
	cat "$@" | sed -n 's/.*PF0311.* id \([-0-9]*\) end$/\1/p'
}

names_file() {
	local fd

	for fd in "/proc/$1/fd/"*; do
		[[ ! $fd -ef $2 ]] || return 0
	done
	return 1
}
