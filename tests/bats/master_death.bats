# A master that is killed: who is being served is served to the end, who waits
# is served too, and the next instance starts at once.

load helper
load faults

# The same address for the next instance.
start_again() {
	start -l "${ADDR:?}" "$@"
}

dies_and_another_serves() {
	kill_master
	within 2000 start_again -w 2 echo
	echo_once again
}

@test "killed while idle: all are gone, and a restart works at once" {
	start echo
	kill_master
	within 1000 wait_for nobody_left
	start_again echo
	echo_once again
	invariants 4
}

@test "a restart does not have to wait for the workers" {
	start echo
	dies_and_another_serves
	invariants 2
}

@test "an open connection is served to its end, then all are gone" {
	start -w 2 echo
	hold 1
	kill_master
	wait_for all_but_one_gone
	talk_go
	talk_end
	within 2000 wait_for nobody_left
}

all_but_one_gone() {
	[[ $(marked | wc -l) -eq 1 ]]
}

@test "a restart while one is busy works at once, and both are served" {
	start -w 2 echo
	hold 1
	dies_and_another_serves
	release
	invariants 2
}

@test "busy workers serve the queue when they come free" {
	start -w 2 echo
	hold 2
	queue_up 8
	kill_master
	release
	queue_served
	wait_for nobody_left
}

@test "one that comes free alone serves the queue, the other stays busy" {
	local first second

	start -w 2 echo
	hold 1
	first=$HOLD_PID
	hold 1
	second=$HOLD_PID
	queue_up 8
	kill_master
	release "$first"
	queue_served
	release "$second"
	wait_for nobody_left
}

@test "a restart is possible as soon as one of all busy workers is free" {
	local first second

	start -w 2 echo
	hold 1
	first=$HOLD_PID
	hold 1
	second=$HOLD_PID
	kill_master
	release "$first"
	start_again -w 2 echo
	echo_once again
	release "$second"
	invariants 2
}

@test "on a unix socket: the queue is served and a restart works at once" {
	start -w 1 -l "unix:$T/sock" echo
	hold 1
	queue_up 3
	kill_master
	release
	queue_served
	start_again -w 2 echo
	echo_once again
	invariants 2
	stop
	[[ ! -e $T/sock ]]
}

@test "on a unix socket: a restart while one is busy works at once" {
	start -w 2 -l "unix:$T/sock" echo
	hold 1
	dies_and_another_serves
	release
	invariants 2
	stop
	[[ ! -e $T/sock ]]
}

@test "the pidfile that a killed master left is taken over" {
	local former

	start -p "$T/pid" echo
	former=$MASTER
	kill_master
	[[ $(<"$T/pid") == "$former" ]]
	start_again -p "$T/pid" echo
	[[ $(<"$T/pid") == "$MASTER" ]]
	[[ $MASTER != "$former" ]]
	stop
	[[ ! -e $T/pid ]]
}

@test "a worker that is stopped does not keep the next instance away" {
	local pid

	start -w 2 echo
	pid=$(workers | head -n 1)
	kill -STOP "$pid"
	kill_master
	start_again -w 2 echo
	echo_once again
	kill -CONT "$pid"
	wait_gone "$pid"
	invariants 2
}

@test "while all are busy the address is taken, and the next is told so" {
	start -w 1 echo
	hold 1
	kill_master
	refused_outside 69 PF0203
	release
	wait_for nobody_left
}

# refused() would wait for the busy one.
refused_outside() {
	local status=0

	preforkd -F -l "$ADDR" echo >"$T/out" 2>"$T/err" || status=$?
	cat "$T/err"
	[[ $status -eq $1 && $(grep -c "$2 " "$T/err") -eq 1 ]]
}
