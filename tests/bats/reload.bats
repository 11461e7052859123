# Reloads: nobody notices a good one, and a bad one changes nothing.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# Until the old generation is gone.
reload() {
	local before

	before=$(log_count PF0110)
	kill -HUP "$MASTER"
	wait_log PF0110 $((before + 1))
}

# reload_fails REASON: and changes nothing; where there is a control socket, who
# asks for it there is told.
reload_fails() {
	local before failed

	before=$(workers)
	failed=$(log_count PF0107)
	if [[ -S $T/ctl.sock ]]; then
		run -1 timeout -k 1 "$DEADLINE" "$PREFORKCTL" \
			-S "$T/ctl.sock" reload
		[[ $output =~ $1 ]] || fail "$output" || return 1
	else
		kill -HUP "$MASTER"
	fi
	wait_log PF0107 $((failed + 1)) || return 1
	[[ $(grep PF0107 "$T/log" | tail -n 1) =~ $1 ]] ||
		fail "another reason than $1" || return 1
	wait_for has_only "$before" || return 1
	echo_once still || return 1
}

has_only() {
	[[ $(workers) == "$1" ]]
}

# All generations that were begun have ended, but for the one that serves.
has_only_current() {
	[[ $(log_count PF0110) -eq $(log_count PF0105) ]]
}

# What the kernel knows the listening socket by.
listening_socket() {
	awk -v port="$(printf ':%04X' "$PORT")" \
		'$4 == "0A" && index($2, port) { print "socket:[" $10 "]" }' \
		/proc/net/tcp
}

# As an installation does it: those who have the old one keep it.
install() {
	cp "$1" "$T/module.new"
	mv "$T/module.new" "$T/module.so"
}

start_installed() {
	install "$PREFORK_MODULES/echo.so"
	start "$@" ./module.so
	SERVES_ECHO=1
}

@test "HUP: all workers are new, the socket is the same" {
	local before after socket

	start echo
	before=$(workers)
	socket=$(listening_socket)
	reload
	grep 'PF0105 .*generation 2' "$T/log"
	grep 'PF0106 .*generation 2' "$T/log"
	grep 'PF0110 .*generation 1' "$T/log"
	after=$(workers)
	[[ -z $(comm -12 <(sort <<<"$before") <(sort <<<"$after")) ]]
	[[ $(listening_socket) == "$socket" ]]
	invariants 4
}

@test "20 reloads while clients come and go: no client notices" {
	local i

	start echo
	hold 1
	load_begin
	for ((i = 1; i <= 20; i++)); do
		kill -HUP "$MASTER"
		wait_log PF0106 "$i"
	done
	load_end
	release
	wait_log PF0110 20
	invariants 4
}

@test "the same on a unix socket" {
	local i

	start -l "unix:$T/sock" echo
	load_begin
	for ((i = 1; i <= 10; i++)); do
		kill -HUP "$MASTER"
		wait_log PF0106 "$i"
	done
	load_end
	wait_log PF0110 10
	invariants 4
}

@test "50 HUPs during a reload are one more reload" {
	local i

	mkfifo "$T/gate"
	start_moody -w 2
	mood wait
	kill -HUP "$MASTER"
	wait_log PF0105
	for ((i = 0; i < 50; i++)); do
		kill -HUP "$MASTER"
	done
	wait_log PF0108
	settled
	open_gate
	wait_log PF0110 2
	settled
	[[ $(log_count PF0105) -eq 2 ]]
	[[ $(log_count PF0108) -eq 1 ]]
	invariants 2
}

@test "a module that was replaced serves after the reload, not before" {
	start_installed -w 2
	hold 1
	install "$FAULT"
	[[ $(talk "$ADDR" send 'pid\n' shut print) == pid ]]
	SERVES_ECHO=''
	kill -HUP "$MASTER"
	wait_log PF0106
	[[ $(talk "$ADDR" send 'pid\n' shut print) =~ ^[0-9]+$ ]]
	release
	wait_log PF0110
	invariants 2
}

@test "a long connection outlives three reloads" {
	local i

	start -w 2 echo
	hold 1
	for i in 1 2 3; do
		kill -HUP "$MASTER"
		wait_log PF0106 "$i"
	done
	wait_workers 3
	release
	wait_log PF0110 3
	invariants 2
}

@test "who is queued while all workers are stopped is served by the new ones" {
	local pids

	start -w 2 echo
	mapfile -t pids < <(workers)
	kill -STOP "${pids[@]}"
	queue_up 20
	kill -HUP "$MASTER"
	queue_served
	[[ $(log_count PF0110) -eq 0 ]]
	kill -CONT "${pids[@]}"
	wait_log PF0110
	invariants 2
}

@test "a reload with a bad file changes nothing, and the next one is good" {
	expect_message PF0107
	ulimit -S -c 0
	# A sanitizer would call it a fault of ours.
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_sigbus=0
	start_installed -w 2 -S "$T/ctl.sock"
	load_begin
	rm "$T/module.so"
	reload_fails 'module.so.*No such file'
	head -c 1000 "$PREFORK_MODULES/echo.so" >"$T/half"
	install "$T/half"
	reload_fails 'signal BUS|too short'
	install "$PREFORK_FAULTS/undefined.so"
	reload_fails nobody_has_this_function
	install "$PREFORK_FAULTS/abi.so"
	reload_fails 'ABI'
	install "$PREFORK_FAULTS/noentry.so"
	reload_fails HandleClient
	install "$PREFORK_MODULES/echo.so"
	kill -HUP "$MASTER"
	wait_log PF0106
	load_end
	invariants 2
}

@test "a reload whose workers fail changes nothing, and the next one is good" {
	expect_message PF0107
	allow_message PF0405 PF0406
	ulimit -S -c 0
	start_moody -w 2 -S "$T/ctl.sock"
	load_begin
	mood fail
	reload_fails 'worker_init: not in the mood'
	mood crash
	reload_fails 'signal SEGV'
	mood exit
	reload_fails 'exit code 3'
	mood ok
	kill -HUP "$MASTER"
	wait_log PF0106
	load_end
	wait_log 'PF0110 generation 1 '
	invariants 2
}

@test "a reload that cannot fork changes nothing, and the next one is good" {
	local former

	expect_message PF0107
	allow_message PF0408
	start -w 2 echo
	load_begin
	former=$(soft_limit nofile "$MASTER")
	limit nofile 3 "$MASTER"
	reload_fails 'Too many open files'
	limit nofile "$former" "$MASTER"
	kill -HUP "$MASTER"
	wait_log PF0106
	load_end
	wait_log 'PF0110 generation 1 '
	invariants 2
}

@test "a reload whose worker hangs ends after start_timeout and changes nothing" {
	expect_message PF0107 PF0405
	start_moody -w 2 -o start_timeout=2s -S "$T/ctl.sock"
	load_begin
	mood hang
	between 1500 6000 reload_fails 'not ready within 2000 ms'
	mood ok
	kill -HUP "$MASTER"
	wait_log PF0106
	load_end
	wait_log 'PF0110 generation 1 '
	invariants 2
}

@test "reloads of which some workers fail end no connection of the others" {
	local i

	expect_message PF0107
	allow_message PF0405 PF0406 PF0407
	start_moody -w 16
	load_begin
	mood some
	for i in {1..60}; do
		kill -HUP "$MASTER"
		wait_log 'PF010[67] ' "$i"
		settled
	done
	load_end
	printf 'failed: %d\n' "$(log_count PF0107)"
	mood ok
	kill -HUP "$MASTER"
	wait_log 'PF010[67] ' 61
	wait_for has_only_current
	invariants 16
}
