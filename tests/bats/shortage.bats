# Too few descriptors or processes: nobody spins, who has a worker is served,
# and all is well again when the shortage is over.

# shellcheck disable=SC2154 # what is in the environment

load helper
load faults

# Once its process is gone SPENT has the CPU time it had used.
is_gone_at_last() {
	local now

	is_gone "$1" && return
	now=$(ticks "$1")
	SPENT=${now:-$SPENT}
	return 1
}

# What the master must not have when a worker dies.
starve_master() {
	need prlimit
	FORMER=$(soft_limit nofile "$MASTER")
	limit nofile 3 "$MASTER"
}

feed_master() {
	limit nofile "$FORMER" "$MASTER"
}

# The search for leaks needs descriptors and a process of its own.
search_no_leaks() {
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
}

# Root's processes are not limited in number.
become_user() {
	[[ $EUID -eq 0 ]] || return 0
	as_user test -r "$FAULT" -a -x "$PREFORKD" 2>/dev/null ||
		skip "another user cannot read $FAULT, or there is no setpriv"
	AS_USER="setpriv --reuid $STRANGER --regid $STRANGER --clear-groups"
}

@test "a worker whose handler leaks descriptors gives its place to another" {
	local culprit before

	expect_message PF0207
	start -w 1 "$FAULT"
	culprit=$(ask pid)
	[[ $(ask 'leakfds 100') == 'leaked 100' ]]
	limit nofile 3 "$culprit"
	SPENT=$(ticks "$culprit")
	before=$SPENT
	talk_start "$ADDR" send 'echo still here\n' print
	wait_for is_gone_at_last "$culprit"
	printf 'ticks: %d\n' $((SPENT - before))
	((SPENT - before <= 15))
	talk_said 'still here'
	grep "PF0403 .*(pid $culprit) ended: exit code 75" "$T/log"
	wait_log PF0401 2
	invariants 1
}

@test "a worker that gets its descriptors back serves who waited" {
	local culprit former

	expect_message PF0207
	start -w 1 echo
	culprit=$(workers)
	former=$(soft_limit nofile "$culprit")
	limit nofile 3 "$culprit"
	queue_up 5
	wait_log PF0207
	limit nofile "$former" "$culprit"
	queue_served
	invariants 1
}

@test "a neighbour serves while a worker has no descriptors" {
	local i

	allow_message PF0207 PF0404
	start -w 2 echo
	limit nofile 3 "$(workers | head -n 1)"
	for i in {1..20}; do
		echo_once "word$i"
	done
	invariants 2
}

@test "workers serve on while the master has no descriptors to replace one" {
	expect_message PF0404 PF0407 PF0408
	start -w 3 echo
	starve_master
	kill -KILL "$(workers | head -n 1)"
	wait_log PF0407 3
	grep 'PF0408 cannot start a worker of echo: ' "$T/log"
	talk -n 5 "$ADDR" line meanwhile shut eof
	[[ $(worker_count) -eq 2 ]]
	feed_master
	wait_workers 3
	invariants 3
}

@test "a reload without descriptors fails and says why; the old serve on" {
	local before

	expect_message PF0107
	allow_message PF0408
	start -w 2 echo
	before=$(workers)
	starve_master
	kill -HUP "$MASTER"
	wait_log PF0107
	grep 'PF0107 .*Too many open files' "$T/log"
	echo_once meanwhile
	[[ $(workers) == "$before" ]]
	feed_master
	kill -HUP "$MASTER"
	wait_log PF0106
	wait_log 'PF0110 generation 1'
	invariants 2
}

@test "a stop without descriptors kills nobody" {
	search_no_leaks
	start -w 2 echo
	hold 1
	starve_master
	kill -TERM "$MASTER"
	wait_log PF0101
	release
	wait_exit
}

@test "workers serve on while no process can be forked" {
	expect_message PF0404 PF0407 PF0408
	become_user
	need prlimit
	preforkd_by "${AS_USER:-}"
	start -w 3 "$FAULT"
	FORMER=$(as_user prlimit --pid "$MASTER" --nproc -o SOFT --noheadings)
	as_user prlimit --pid "$MASTER" --nproc=1:
	kill -KILL "$(workers | head -n 1)"
	wait_log PF0407 3
	grep 'PF0408 cannot start a worker of fault: Resource' "$T/log"
	[[ $(ask 'echo meanwhile') == meanwhile ]]
	[[ $(worker_count) -eq 2 ]]
	as_user prlimit --pid "$MASTER" --nproc="${FORMER// /}:"
	wait_workers 3
	invariants 3
}

@test "a reload that can fork only some of its workers changes nothing, and says so" {
	local before

	expect_message PF0107
	allow_message PF0407 PF0408
	become_user
	need prlimit
	preforkd_by "${AS_USER:-}"
	mkdir -m 777 "$T/open"
	start -w 3 -S "$T/open/ctl.sock" "$FAULT"
	before=$(workers)
	FORMER=$(as_user prlimit --pid "$MASTER" --nproc -o SOFT --noheadings)
	# The master, three workers, and two of the three that are to come.
	as_user prlimit --pid "$MASTER" --nproc=6:
	run -1 timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/open/ctl.sock" reload
	[[ $output =~ 'cannot start a worker of fault: Resource' ]]
	[[ $(log_count 'PF0400 .*generation 2') -eq 2 ]]
	wait_for test "$(workers)" = "$before"
	[[ $(ask 'echo meanwhile') == meanwhile ]]
	as_user prlimit --pid "$MASTER" --nproc="${FORMER// /}:"
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/open/ctl.sock" reload
	wait_log 'PF0110 generation 1 '
	invariants 3
}

@test "a start that cannot fork is refused with the reason" {
	search_no_leaks
	become_user
	need prlimit
	preforkd_by "${AS_USER:-} prlimit --nproc=1:1"
	refused 71 PF0408 -F -l 127.0.0.1:0 "$FAULT"
	refused 71 PF0117 -l 127.0.0.1:0 "$FAULT"
}

@test "a start without descriptors is refused with the reason" {
	need prlimit
	preforkd_by prlimit --nofile=5:5
	refused 71 PF0117 -F -l 127.0.0.1:0 echo
}

@test "with too few descriptors for all workers, some serve" {
	expect_message PF0407 PF0408
	need prlimit
	preforkd_by prlimit --nofile=24:24
	start_only -w 32 echo
	echo_once one
	wait_log PF0408
	[[ $(worker_count) -lt 24 ]]
}
