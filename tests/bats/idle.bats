# What prefork costs when there is nothing to do, and at its start.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults

need_proc() {
	[[ -r /proc/self/$1 ]] || skip "there is no /proc/self/$1"
}

# How often each process of the instance was switched to or from.
switches() {
	local pid

	for pid in $MASTER $(workers); do
		sed -n "s/^\(.*ctxt_switches\):[^0-9]*/$pid \1 /p" \
			"/proc/$pid/status"
	done
}

switches_settle() {
	local before

	before=$(switches)
	window 0.2
	SWITCHES=$(switches)
	[[ $SWITCHES == "$before" ]]
}

# Nothing ever comes, so that this takes $1 seconds.
window() {
	read -r -t "$1" <>"$T/nap" || :
}

# Mean of what a worker has of its own, and its share of what it has from the
# master, in KiB.  Its share of the libraries is left out: that depends on who
# else on this machine has them.
pss_of_worker() {
	local pid

	for pid in $(workers); do
		sed -n 's/^Pss_Anon:[^0-9]*\([0-9]*\) kB/\1/p' \
			"/proc/$pid/smaps_rollup"
	done | awk '{ sum += $1 } END { print int(sum / NR) }'
}

# Nobody but the test's own redirections: $1 is what preforkd is begun with.
with_redirections() {
	printf '#!/bin/sh\nexec %q "$@" %s\n' "$PREFORKD" "$1" >"$T/preforkd"
	chmod 755 "$T/preforkd"
	PREFORKD=$T/preforkd
}

@test "nobody wakes up while nothing happens, also with clients that wait" {
	need_proc status
	start -w 8 echo
	hold 2
	wait_for switches_settle
	window 2
	diff <(printf '%s\n' "$SWITCHES") <(switches)
	release
}

@test "an idle worker takes little memory" {
	local kib

	need_proc smaps_rollup
	grep -q '^Pss_Anon:' /proc/self/smaps_rollup ||
		skip 'this kernel does not say Pss_Anon'
	start -w 64 echo
	kib=$(pss_of_worker)
	printf 'memory of an idle worker: %d KiB\n' "$kib"
	[[ $kib -gt 0 ]]
	[[ $kib -lt 160 || -n ${PREFORK_SANITIZED:-} ]]
}

@test "two hundred workers are ready soon, serve and stop" {
	within 3000 start_only -w 200 echo
	within 3000 wait_for all_are_ready
	talk -n 200 "$ADDR" line all say all wait shut eof <<<go
	wait_workers 200
	within 3000 stop
}

@test "a worker has its listeners and its channel, and no neighbour's" {
	local pid

	start -w 6 -l 127.0.0.1:0 -l "unix:$T/sock" echo
	for pid in $(workers); do
		descriptors "$pid"
		[[ $(descriptors "$pid" | grep -c '^socket:') -eq 3 ]]
	done
}

@test "it starts with standard input and output closed, and opens both" {
	local pid

	with_redirections '<&- >&-'
	start -w 2 echo
	for pid in $MASTER $(workers); do
		[[ $(readlink "/proc/$pid/fd/0") == /dev/null ]]
		[[ $(readlink "/proc/$pid/fd/1") == /dev/null ]]
	done
	invariants 2
}

@test "it starts with all three closed, and nobody's socket is among them" {
	local fd pid

	with_redirections '<&- >&- 2>&-'
	VERBOSE='' start_only -w 2 -l "unix:$T/sock" echo
	ADDR=unix:$T/sock
	remember_descriptors
	for pid in $MASTER $(workers); do
		for fd in 0 1 2; do
			[[ $(readlink "/proc/$pid/fd/$fd") == /dev/null ]]
		done
	done
	echo_once hello
	invariants 2
}

@test "a reader of the log that goes away stops nobody" {
	mkfifo "$T/pipe"
	with_redirections "2>$T/pipe"
	read_and_leave &
	start_only -w 2 -l "unix:$T/sock" echo
	wait "$!"
	ADDR=unix:$T/sock
	SERVES_ECHO=1
	remember_descriptors
	kill -HUP "$MASTER"
	wait_for echo_once hello
	invariants 2
}

read_and_leave() {
	exec 3>&-
	head -n 1 "$T/pipe" >"$T/first"
}
