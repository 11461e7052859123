# Upgrades in place: the process, its sockets and its clients stay.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns
load upgrades

# What the kernel knows the listening sockets by.
listening_sockets() {
	local port

	for port in "${ADDRS[@]##*:}"; do
		awk -v port="$(printf ':%04X' "$port")" \
			'$4 == "0A" && index($2, port) { print $10 }' \
			/proc/net/tcp /proc/net/tcp6
	done
}

# The new image may have run through others.
environment() {
	tr '\0' '\n' <"/proc/$MASTER/environ" | grep . | LC_ALL=C sort
}

@test "USR2: pid and sockets stay, image and workers are new" {
	local former sockets

	own_binary
	start -l 127.0.0.1:0 -l 127.0.0.1:0 -w 3 echo
	former=$(workers)
	sockets=$(listening_sockets)
	[[ $(wc -w <<<"$sockets") -eq 2 ]]
	install_binary
	upgrade
	[[ $(image) == "$(stat -c %i "$T/preforkd")" ]]
	[[ $(listening_sockets) == "$sockets" ]]
	none_of "$former"
	echo_once second "${ADDRS[1]}"
	grep "^preforkd\[$MASTER\].*PF0122 .*reloading" "$T/log"
	grep "^preforkd\[$MASTER\].*PF0106 .*generation 2" "$T/log"
	invariants 3
}

@test "three upgrades: descriptors, environment and arguments do not grow" {
	local i before arguments

	own_binary
	start -w 2 -p "$T/pid" echo
	upgrade
	before=$(environment)
	arguments=$(tr '\0' ' ' <"/proc/$MASTER/cmdline")
	for i in 1 2 3; do
		upgrade
		invariants 2
		[[ $(environment) == "$before" ]]
		[[ $(tr '\0' ' ' <"/proc/$MASTER/cmdline") == "$arguments" ]]
	done
	run ! grep -E '^PREFORK_(UPGRADE|REHEARSAL)' <<<"$before"
	# It still tells of workers, as -v said.
	[[ $(log_count 'PF0401 ') -eq 10 ]]
}

@test "what is counted goes on, and who served is adopted" {
	local i state

	own_binary
	start -w 2 echo
	for i in 1 2 3; do
		echo_once "$i"
	done
	hold 1
	upgrade_once_dumping
	state=$T/state.upgrade
	# By their pids, with the channel of each.
	[[ $(fields worker "$state" 3 | sort -n) == "$FORMER" ]]
	[[ $(fields worker "$state" 4 | sort -u | wc -l) -eq 2 ]]
	release
	wait_log 'PF0110 generation 1 '
	upgrade_once_dumping
	wait_log 'PF0110 generation 2 '
	upgrade_once_dumping
	fields total "$state"
	# accepted closed failed forked reaped crashed recycled timeouts; who
	# serves is not in it
	[[ $(fields total "$state") == 'total echo 4 4 0 6 4 0 0 0' ]]
	[[ $(fields life "$state" 1) -eq 3 ]]
	wait_log 'PF0110 generation 3 '
	invariants 2
}

# The script is the binary for one upgrade.
upgrade_once_dumping() {
	local reloads

	FORMER=$(workers)
	reloads=$(log_count 'PF0106 ')
	install_dumping
	kill -USR2 "$MASTER"
	wait_log 'PF0106 ' $((reloads + 1))
}

@test "a unix socket is the same file, and goes at the end" {
	local i inode

	own_binary
	start -l "unix:$T/sock" -w 2 echo
	inode=$(stat -c %i "$T/sock")
	hold 1 "unix:$T/sock"
	load_begin
	for i in 1 2 3; do
		kill -USR2 "$MASTER"
		wait_log 'PF0106 ' "$i"
	done
	load_end
	release
	wait_log 'PF0110 ' 3
	[[ $(stat -c %i "$T/sock") == "$inode" ]]
	invariants 2
	stop
	[[ ! -e $T/sock ]]
}

@test "who is queued while all workers are stopped is served after it" {
	local pids

	own_binary
	start -w 2 echo
	mapfile -t pids < <(workers)
	kill -STOP "${pids[@]}"
	queue_up 50
	kill -USR2 "$MASTER"
	queue_served
	[[ $(log_count 'PF0122 ') -eq 1 ]]
	kill -CONT "${pids[@]}"
	wait_log 'PF0110 '
	invariants 2
}

@test "the pidfile is held before, meanwhile and after it" {
	local inode

	own_binary
	start -p "$T/pid" -w 1 echo
	inode=$(stat -c %i "$T/pid")
	refused 75 PF0600 -F -p "$T/pid" -l 127.0.0.1:0 echo
	upgrade
	refused 75 PF0600 -F -p "$T/pid" -l 127.0.0.1:0 echo
	[[ $(<"$T/pid") -eq $MASTER && $(stat -c %i "$T/pid") == "$inode" ]]
	upgrade
	refused 75 PF0600 -F -p "$T/pid" -l 127.0.0.1:0 echo
	invariants 1
	stop
	[[ ! -e $T/pid ]]
}

@test "two USR2 at once, one during a reload, a HUP during a rehearsal" {
	mkfifo "$T/gate"
	own_binary
	start_moody -w 2
	kill -USR2 "$MASTER"
	kill -USR2 "$MASTER"
	wait_log 'PF0122 '
	wait_for is_quiet
	N=$(log_count 'PF0122 ')
	[[ $N -le 2 ]]
	mood wait
	kill -HUP "$MASTER"
	wait_log 'PF0105 ' $((N + 1))
	kill -USR2 "$MASTER"
	wait_log 'PF0124 .*reloading; the upgrade follows'
	open_gate
	wait_log 'PF0122 ' $((N + 1))
	wait_for is_quiet
	install_waiting
	on_stage
	kill -HUP "$MASTER"
	wait_log 'PF0108 .*rehearsing'
	go_on
	wait_log 'PF0122 ' $((N + 2))
	wait_for is_quiet
	invariants 2
}

@test "a TERM that comes with the end of the rehearsal is not lost" {
	own_binary
	start -w 2 echo
	hold 1
	install_waiting
	on_stage
	# What the master sees first when it goes on is the rehearsal's end.
	kill -STOP "$MASTER"
	go_on
	wait_for is_gone "$REHEARSAL"
	kill -TERM "$MASTER"
	kill -CONT "$MASTER"
	wait_log 'PF0101 '
	[[ $(log_count 'PF0122 ') -eq 1 ]]
	# No reload began, and nobody is blamed who only kept the signal.
	[[ $(log_count 'PF0105 |PF0101 .*from pid') -eq 0 ]]
	release
	wait_exit
}

@test "an USR2 during the rehearsal is another upgrade" {
	own_binary
	start -w 2 echo
	install_waiting
	on_stage
	kill -USR2 "$MASTER"
	wait_log 'PF0124 '
	go_on
	wait_log 'PF0122 ' 2
	wait_for is_quiet
	invariants 2
}

@test "workers that are killed meanwhile are replaced, and nobody waits" {
	local pids

	expect_message PF0404
	own_binary
	start -w 3 echo
	load_begin
	install_waiting
	on_stage
	kill -KILL "$(workers | grep -vx "$REHEARSAL" | head -n 1)"
	wait_log 'PF0401 ' 4
	go_on
	wait_log 'PF0106 '
	load_end || :
	wait_for is_quiet
	invariants 3
	mapfile -t pids < <(workers)
	kill -USR2 "$MASTER"
	kill -KILL "${pids[@]}"
	wait_log 'PF0106 ' 2
	wait_for is_quiet
	invariants 3
}

# The reload that follows it will fail, though the rehearsal is good.
install_moody() {
	# shellcheck disable=SC2016 # for the script
	install_script '[ -n "$PREFORK_REHEARSAL" ] ||' \
		"	echo fail >'$T/mood'" 'exec "$real" "$@"'
}

@test "a worker that is just starting is adopted, too" {
	local pid

	expect_message PF0404 PF0107
	mkfifo "$T/gate"
	own_binary
	start_moody -w 2
	mood wait
	kill -KILL "$(workers | head -n 1)"
	wait_log 'PF0400 ' 3
	pid=$(workers | tail -n 1)
	kill -STOP "$pid"
	mood ok
	install_moody
	kill -USR2 "$MASTER"
	wait_log 'PF0107 '
	[[ $(log_count 'PF0401 ') -eq 2 ]]
	kill -CONT "$pid"
	open_gate
	wait_log "PF0401 .*(pid $pid)"
	invariants 2
}

# Pids begin anew some time: the highest is not always the last.
LAST_OF_PLACE_1='s/.*PF0401 worker moody.1 (pid \([0-9]*\)).*/\1/p'

@test "who was to be started again is, though the reload fails" {
	local i

	expect_message PF0404 PF0107
	allow_message PF0405 PF0406 PF0407
	own_binary
	start_moody -w 2
	for i in 3 4 5 6 7 8 9; do
		kill -KILL "$(sed -n "$LAST_OF_PLACE_1" "$T/log" | tail -n 1)"
		[[ $i -eq 9 ]] || wait_log 'PF0401 ' "$i"
	done
	wait_log 'PF0407 .* 1[67][0-9][0-9] ms'
	wait_workers 1
	install_moody
	kill -USR2 "$MASTER"
	wait_log 'PF0107 '
	mood ok
	invariants 2
}
