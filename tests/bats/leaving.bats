# drain_delay: between TERM and the stop, while balancers learn of it.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# start_leaving DELAY WORKERS...: and TERM has been heard.
start_leaving() {
	start -o "drain_delay=$1" -w "${@:2}"
	BEGIN=$(clock_ms)
	kill -TERM "$MASTER"
	wait_log PF0118
}

@test "clients are let in until drain_delay is over, then refused" {
	start_leaving 700ms 2 echo
	hold 1
	echo_once still
	wait_for is_refused
	elapsed 650 "$BEGIN"
	release
	wait_exit
	elapsed 650 "$BEGIN"
}

@test "who waits in the queue when the delay is over is served" {
	start_leaving 500ms 1 echo
	hold 1
	queue_up 10
	wait_for is_refused
	release
	queue_served
	wait_exit
}

@test "a second TERM ends the delay, but not the one that comes with the first" {
	start_leaving 15s 2 echo
	kill -TERM "$MASTER"
	settled
	echo_once still
	wait_for elapsed 150 "$BEGIN"
	kill -TERM "$MASTER"
	within 1000 wait_exit
}

@test "INT ends the delay and everything else" {
	allow_message PF0405
	start_leaving 15s 2 echo
	kill -INT "$MASTER"
	within 1000 wait_exit
}

@test "during the delay a dead worker is replaced and a reload is not begun" {
	allow_message PF0404 PF0405
	start_leaving 15s 2 echo
	workers | head -n 1 | xargs kill -KILL
	wait_workers 2
	echo_once still
	kill -HUP "$MASTER"
	wait_log PF0109
	kill -USR2 "$MASTER"
	wait_log 'PF0115 upgrade'
	kill -INT "$MASTER"
	wait_exit
}

@test "TERM during a reload: the reload is dropped, the delay is kept" {
	expect_message PF0107
	allow_message PF0405
	start_moody -w 2 -o drain_delay=500ms
	mkfifo "$T/gate"
	mood wait
	kill -HUP "$MASTER"
	wait_log PF0105
	BEGIN=$(clock_ms)
	kill -TERM "$MASTER"
	wait_log 'PF0107 .*the daemon stops'
	echo_once still
	wait_exit
	elapsed 450 "$BEGIN"
}
