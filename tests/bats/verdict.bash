# What is looked at after each test; helper.bash documents it.

# shellcheck disable=SC2034,SC2154 # the variables that are helper.bash's

verdict_setup() {
	declare -gA EXPECTED=() ALLOWED=()
	CRASHING=''
	STRAYS=''
}

expect_message() {
	local id

	for id; do
		EXPECTED[$id]=1
		ALLOWED[$id]=1
	done
}

allow_message() {
	local id

	for id; do
		ALLOWED[$id]=1
	done
}

expect_crash() {
	expect_message PF0404
	# The last words of one that gets ABRT.
	allow_message PF0413 PF0414
	CRASHING=1
}

# A worker that is to die by a signal dies of it with a sanitizer, too.
sanitizer_options() {
	local name options=${ASAN_OPTIONS:-}

	[[ -n $CRASHING ]] || return 0
	for name in segv abort sigbus sigfpe sigill; do
		options+=:handle_$name=0
	done
	export ASAN_OPTIONS=$options
}

# Pids that carry the mark.  A zombie has no environment.
marked() {
	grep -lszxF "PREFORK_TEST_INSTANCE=$T" /proc/[0-9]*/environ |
		sed 's,/proc/\([0-9]*\)/environ,\1,' | sort -n
}

nobody_left() {
	[[ -z $(marked) ]]
}

# Neither a master that we know of nor a child of one.
outsiders() {
	marked | grep -vxF -f <(insiders) || :
}

insiders() {
	local pid

	# shellcheck disable=SC2153 # not MASTER: all that this test started
	for pid in "${!MASTERS[@]}"; do
		printf '%s\n' "$pid"
		children_of "$pid" .
	done
}

nobody_outside() {
	[[ -z $(outsiders) ]]
}

kill_marked() {
	local pid

	for pid in $(marked); do
		kill -KILL "$pid" 2>/dev/null || :
	done
	wait_for nobody_left
}

# Ids at warning or above that the log has, and those that no table knows.
alarming_messages() {
	awk 'FNR == NR {
		if (split($0, part, /[(,] */) >= 4 && part[1] == "MSG")
			level[sprintf("PF%04d", part[3])] = part[4]
		next
	}
	match($0, /^[^ ]+\[[0-9]+\]: ([^ ]+: )?PF[0-9][0-9][0-9][0-9] /) {
		id = substr($0, RSTART + RLENGTH - 7, 6)
		if (!(id in level) || level[id] ~ /ERROR|WARNING/)
			print id
	}' "$abs_top_srcdir/src/base/msg.def" "$T/log" | sort -u
}

verdict_on_messages() {
	local id bad=0

	for id in $(alarming_messages); do
		[[ -n ${ALLOWED[$id]:-} ]] ||
			fail "nobody expected $id" || bad=1
	done
	for id in "${!EXPECTED[@]}"; do
		grep -q "$id " "$T/log" || fail "$id did not come" || bad=1
	done
	return "$bad"
}

verdict_on_files() {
	local found bad=0

	found=$(find "$T" -name 'sanitizer.*' ! -size 0 -o -type s \
		-o -name '*pid' -o -name 'core*' -type f)
	[[ -z $STRAYS ]] || found=$(grep -vE 'pid$|sock$' <<<"$found")
	[[ -z $CRASHING ]] || found=$(grep -vE '/core[^/]*$' <<<"$found")
	[[ -z $found ]] || fail "left behind:" "$found" || bad=1
	# Recursion leaves out FIFOs.
	grep -rhE '(ERROR|WARNING): [A-Za-z]*Sanitizer|runtime error:' "$T" &&
		bad=1
	find "$T" -name 'sanitizer.*' -exec cat {} +
	return "$bad"
}

# It ends by TERM, with 0, or has done so already.
end_master() {
	MASTER=$1
	wait_for no_zombies || return 1
	kill -s TERM "$1" 2>/dev/null || :
	wait_exit
}

end_instances() {
	local pid bad=0

	for pid in "${!MASTERS[@]}"; do
		end_master "$pid" || bad=1
	done
	wait_for nobody_left && return "$bad"
	for pid in $(marked); do
		fail "survived: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")" || :
	done
	kill_marked || :
	return 1
}

teardown() {
	local bad=0

	[[ -d ${T:-} ]] || return 0
	# Clients that a failed test left would hold up the stop.
	clients_kill
	end_instances || bad=1
	verdict_on_messages || bad=1
	verdict_on_files || bad=1
	if [[ $bad -eq 1 || -z ${BATS_TEST_COMPLETED:-} ]]; then
		sed 's/^/log: /' "$T/log"
	fi
	rm -rf "$T"
	return "$bad"
}
