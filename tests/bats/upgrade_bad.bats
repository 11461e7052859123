# Upgrades that cannot be: nothing has changed, and the reason is told.

# shellcheck disable=SC2016,SC2034,SC2154 # scripts, and what make knows
# shellcheck disable=SC2004,SC2030,SC2031 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades

setup_good() {
	expect_message PF0123
	own_binary
	start -w 2 "$@"
}

# After all that failed.
a_good_one_works() {
	install_binary
	upgrade
	invariants 2
}

@test "a binary that cannot be run changes nothing, and the next one is good" {
	local path

	ulimit -S -c 0
	setup_good echo
	load_begin
	path=$(program)
	mv "$path" "$T/away"
	upgrade_fails "cannot run $path: No such file"
	mkdir "$path"
	upgrade_fails "cannot run $path: Permission denied"
	rmdir "$path"
	: >"$path"
	upgrade_fails "cannot run $path: Permission denied"
	chmod 755 "$path"
	upgrade_fails "cannot run $path: Exec format error"
	head -c 3000 "$GOOD" >"$path"
	upgrade_fails 'Exec format error|signal (SEGV|BUS|KILL)|exit code 127'
	printf '#!/nowhere/sh\n' >"$path"
	upgrade_fails "cannot run $path: No such file"
	cp "$GOOD" "$path"
	exec 9>>"$path"
	upgrade_fails "cannot run $path: Text file busy"
	exec 9>&-
	load_end
	a_good_one_works
}

@test "one that says no, or nothing, or dies, changes nothing" {
	ulimit -S -c 0
	setup_good echo
	load_begin
	install_script 'echo what a pity >&2' 'exit 3'
	upgrade_fails 'exit code 3: what a pity'
	install_script 'exit 0'
	upgrade_fails 'exit code 0'
	install_script 'echo ready' 'exit 1'
	upgrade_fails 'exit code 1: ready'
	install_script 'echo already; echo ready or not'
	upgrade_fails 'exit code 0: ready or not'
	install_script 'echo ready' 'echo PF0301 cannot load x >&2' 'exit 1'
	upgrade_fails 'as before: cannot load x'
	install_script 'kill -SEGV $$'
	upgrade_fails 'signal SEGV'
	install_script 'echo ready' 'kill -KILL $$'
	upgrade_fails 'signal KILL, not by us.*: ready'
	install_script 'exec "$real" -V'
	upgrade_fails 'was not called to serve'
	# Nobody's child of its own: somebody stands between.
	install_script '"$real" "$@"' 'exit'
	upgrade_fails 'does a script stand between'
	load_end
	a_good_one_works
}

@test "one that floods its output is heard to its end" {
	setup_good echo
	install_script 'yes x | head -c 3000000' 'echo the end >&2' 'exit 5'
	upgrade_fails 'exit code 5: the end'
	a_good_one_works
}

@test "a state that it cannot read, or that is not whole, is refused" {
	setup_good -p "$T/pid" echo
	hold 1
	install_edited 's/^prefork-state 1 /prefork-state 2 /'
	upgrade_fails 'has format 2; this binary reads format 1'
	install_edited 's/^prefork-state 1 [^ ]*/prefork-state 0 0.0/'
	upgrade_fails 'version 0.0, has format 0; this binary reads format 1'
	install_edited '$d'
	upgrade_fails 'not whole'
	install_edited '5,$d'
	upgrade_fails 'not whole'
	install_edited '/^listener/d'
	upgrade_fails 'not whole'
	install_edited 's/./x/g'
	upgrade_fails 'no state of prefork'
	install_edited d
	upgrade_fails 'cannot be read'
	install_script 'PREFORK_REHEARSAL=400 exec "$real" "$@"'
	upgrade_fails 'cannot be read: Bad file descriptor'
	release
	a_good_one_works
}

@test "a state without something that must be there is refused" {
	local keyword

	setup_good echo
	hold 1
	for keyword in master life board settings generation service \
		listener; do
		install_edited -c "/^$keyword /d"
		upgrade_fails 'the (state of the )?running master'
	done
	install_edited -c 's/^worker .*/&&/'
	upgrade_fails 'line [0-9]* .worker. is not well formed'
	install_edited -c '/^worker /p'
	upgrade_fails 'line [0-9]* .worker. is not well formed'
	install_edited -c 's/^listener [0-9]*/listener 2/'
	upgrade_fails 'descriptor 2 is no listening socket'
	install_edited -c 's/^service [^ ]*/service other/'
	upgrade_fails 'has a service other'
	install_edited -c 's/^\(worker .* \)0 -$/\1999 -/'
	upgrade_fails 'line [0-9]* .worker. is not well formed'
	install_edited -c '/^generation /i\a-later-keyword 1 2 3'
	kill -USR2 "$MASTER"
	wait_log 'PF0122 '
	release
	wait_log 'PF0110 '
	invariants 2
}

@test "a handler that cannot serve is refused, with its reason" {
	ulimit -S -c 0
	# A sanitizer would call it a fault of ours.
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_sigbus=0
	expect_message PF0123
	own_binary
	cp "$PREFORK_FAULTS/moody.so" "$T/module.so"
	start -w 2 ./module.so
	SERVES_ECHO=1
	load_begin
	mood fail
	upgrade_fails 'not in the mood'
	mood crash
	upgrade_fails 'signal SEGV'
	mood exit
	upgrade_fails 'exit code 3'
	mood ok
	mv "$T/module.so" "$T/away"
	upgrade_fails 'module.so.*No such file'
	head -c 1000 "$T/away" >"$T/module.so"
	upgrade_fails 'signal BUS|too short'
	rm "$T/module.so"
	mv "$T/away" "$T/module.so"
	load_end
	a_good_one_works
}

@test "one that hangs is given up, with all that it has started" {
	expect_message PF0123
	own_binary
	start -o start_timeout=100ms -w 2 echo
	mkfifo "$T/never"
	install_script "(read -r _ <>'$T/never') &" 'wait'
	upgrade_fails 'no answer within 2100 ms'
	nobody_outside
	# One that is stopped is killed as well.
	install_script 'kill -STOP $$'
	upgrade_fails 'no answer within 2100 ms'
	a_good_one_works
}

@test "a handler that hangs in the rehearsal is given up after start_timeout" {
	setup_good -o start_timeout=1s "$PREFORK_FAULTS/moody.so"
	mood hang
	between 900 2500 upgrade_fails 'not ready within 1000 ms'
	mood ok
	a_good_one_works
}

@test "TERM and INT end a rehearsal that hangs" {
	local how ended=0

	expect_message PF0123
	# INT kills.
	allow_message PF0405
	own_binary
	for how in TERM INT QUIT; do
		start -w 2 echo
		install_waiting
		on_stage
		stop "$how"
		wait_for nobody_left
		[[ $(log_count "PF0123 .*the daemon stops") -eq $((++ended)) ]]
		MASTER=''
		install_binary
	done
}

@test "a binary that is another one after its rehearsal is not run" {
	setup_good echo
	install_waiting
	on_stage
	install_binary
	go_on
	wait_log 'PF0123 .*another one than was rehearsed'
	# The one that deletes itself.
	install_waiting "rm '$(program)'"
	on_stage
	go_on
	wait_log 'PF0123 ' 2
	grep 'PF0123 .*No such file' "$T/log"
	a_good_one_works
	[[ $(log_count 'PF0122 ') -eq 1 ]]
}

@test "a killed master leaves no rehearsal that keeps its sockets" {
	mkfifo "$T/gate"
	own_binary
	start_moody -w 2
	mood wait
	kill -USR2 "$MASTER"
	wait_log 'PF0121 '
	wait_workers 3
	kill_master
	wait_for nobody_left
	mood ok
	MASTER=''
	start -l "$ADDR" -w 1 echo
	echo_once again
}

@test "without a process for the rehearsal nothing changes" {
	expect_message PF0123
	own_binary
	start -w 2 echo
	limit nofile 3 "$MASTER"
	upgrade_fails 'cannot start the rehearsal: Too many open files'
	limit nofile 1024 "$MASTER"
	a_good_one_works
}
