#!/usr/bin/env bats
# What a worker says when it gets ABRT, and that it dies of it.

load helper
load faults
load turns

# Where libc has one.
# shellcheck disable=SC2154 # the environment's
has_backtrace() {
	grep -q '^#define HAVE_BACKTRACE 1' "$abs_top_builddir/config.h"
}

# said PID TEXT-REGEX: the last words of this worker.
said() {
	wait_log "^preforkd\[$1\]: [a-z0-9]*/[0-9]*: PF0413 aborted $2\$"
}

died_of_it() {
	wait_gone "$1" || return 1
	wait_log "PF0404 worker .*\(pid $1\) ended: signal ABRT"
}

# died_serving PID: prints the client that the master names.
died_serving() {
	sed -n "s/.* PF0404 .*(pid $1) .* while serving \(.*\), after .*/\1/p" \
		"$T/log" | sed 's/[][]/\\&/g; s/\./\\./g'
}

has_run() {
	[[ $(ticks "$1") -ge $2 ]]
}

@test "ABRT from a stranger: who, what, for whom, since when" {
	expect_crash
	start -w 1 "$FAULT"
	ask pid
	misbehave 'note step one' hang
	talk_said ok
	wait_for has_run "$CULPRIT" 5
	kill -ABRT "$CULPRIT"
	died_of_it "$CULPRIT"
	said "$CULPRIT" "by pid $BASHPID, busy for [0-9]{2,} ms, connection 2 of $(died_serving "$CULPRIT"), note: step one"
	invariants 1
}

@test "timeout idle: a handler without progress says it to the master" {
	expect_message PF0420 PF0413
	allow_message PF0414
	start -w 1 -o 'timeout=idle 1s' "$FAULT"
	pid=$(workers)
	talk_start "$ADDR" send 'echo one\n' expect 'one\n' say served wait \
		send 'note step two\nhang\n' wait
	talk_said served
	begin=$(clock_ms)
	wait_for elapsed 20 "$begin"
	talk_go
	wait_log "PF0420 .*pid $pid.: its connection makes no progress .*"
	wait_gone "$pid"
	said "$pid" 'by the master, busy for [0-9]+ ms, connection 1 of [0-9.:]+, no progress for [0-9]{4,} ms, note: step two'
	clients_kill
	invariants 1
}

@test "abort() of a handler: by itself, and where" {
	expect_crash
	start -w 1 "$FAULT"
	pid=$(workers)
	talk "$ADDR" send 'abort\n' gone
	died_of_it "$pid"
	said "$pid" 'by itself, busy for .*'
	if has_backtrace; then
		grep -q "^preforkd\[$pid\]: fault/0: PF0414 #0 " "$T/log"
		grep -q 'PF0414 #[0-9]* [^ ]*fault\.so(' "$T/log"
	fi
	invariants 1
}

@test "ABRT when there is no connection" {
	expect_crash
	start -w 2 echo
	pid=$(workers | head -n 1)
	kill -ABRT "$pid"
	died_of_it "$pid"
	said "$pid" "by pid $BASHPID, idle for [0-9]+ ms"
	invariants 2
}

@test "ABRT while a handler starts, though preforkd came with it blocked" {
	! env --block-signal=ABRT true 2>/dev/null ||
		preforkd_by env --block-signal=ABRT
	expect_message PF0107 PF0413
	allow_message PF0414
	start_moody -w 1
	mkfifo "$T/gate"
	mood wait
	old=$(workers)
	kill -HUP "$MASTER"
	wait_for test -s "$T/waits"
	read -r pid <"$T/waits"
	kill -ABRT "$pid"
	said "$pid" "by pid $BASHPID, starting for [0-9]+ ms"
	wait_log PF0107
	[[ $(workers) == "$old" ]]
	mood ok
	invariants 1
}

@test "a client of IPv6 is named as the master names it" {
	expect_crash
	start -w 1 -l '[::1]:0' "$FAULT"
	misbehave hang
	kill -ABRT "$CULPRIT"
	died_of_it "$CULPRIT"
	client=$(died_serving "$CULPRIT")
	[[ $client == '\[::1\]:'* ]]
	said "$CULPRIT" ".*, connection 1 of $client"
}

@test "a handler that has destroyed its stack says it all the same" {
	expect_crash
	start -w 1 "$FAULT"
	pid=$(workers)
	talk "$ADDR" send 'note last\nsmash\n' gone
	died_of_it "$pid"
	said "$pid" 'by itself, busy for [0-9]+ ms, connection 1 of 127\.0\.0\.1:[0-9]+, note: last'
	invariants 1
}

@test "ABRT in the midst of malloc and stdio does not hang" {
	# Before a call that does not return it asks pthread_getattr_np() for
	# the stack, which allocates while its allocator is locked.
	[[ -z ${PREFORK_SANITIZED:-} ]] || skip 'a sanitizer hangs itself'
	expect_crash
	# Where one place dies three times.
	allow_message PF0407
	start -w 4 "$FAULT"
	for _ in 1 2 3 4 5 6 7 8; do
		misbehave churn
		wait_for has_run "$CULPRIT" 2
		kill -ABRT "$CULPRIT"
		within 4000 died_of_it "$CULPRIT"
		said "$CULPRIT" 'by pid .*'
	done
	invariants 4
}

@test "a worker without a descriptor to spare says it all the same" {
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer needs descriptors of its own'
	expect_crash
	start -w 1 "$FAULT"
	pid=$(workers)
	limit nofile 40 "$pid"
	talk "$ADDR" send 'leakfds 100\nabort\n' gone
	died_of_it "$pid"
	said "$pid" 'by itself, .*'
	if has_backtrace; then
		grep -q "^preforkd\[$pid\]: .* PF0414 #0 0x[0-9a-f]*\$" "$T/log"
	fi
}

@test "a worker without stack to spare says it all the same" {
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer has frames of its own size'
	[[ -e /proc/self/maps ]] || skip 'the stack cannot be found'
	expect_crash
	start -w 1 "$FAULT"
	pid=$(workers)
	talk "$ADDR" send 'deep\n' gone
	died_of_it "$pid"
	said "$pid" 'by itself, .*'
	invariants 1
}
