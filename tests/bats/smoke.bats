# The whole way, once: a start, clients, a reload, a stop.

load helper

@test "a start, an echo, a reload and a stop" {
	start echo
	echo_once hello
	kill -HUP "$MASTER"
	wait_log PF0106
	wait_log PF0110
	echo_once again
	invariants 4
	stop
}

@test "held connections outlive a reload and a stop" {
	start -w 2 echo
	hold 2
	kill -HUP "$MASTER"
	wait_log PF0106
	kill -TERM "$MASTER"
	wait_log PF0101
	release
	wait_exit
}

@test "clients in the queue are served when a worker comes free" {
	start -w 2 -l "unix:$T/sock" echo
	hold 2
	queue_up 5
	release
	queue_served
	invariants 2
}

@test "bytes come back as they were, on many connections at once" {
	start -w 8 echo
	talk -n 8 "$ADDR" bulk 1000000 7 shut eof
}

@test "a daemon returns when it is ready, and leaves nothing" {
	start_daemon echo
	echo_once hello
	invariants 4
	stop
	[[ ! -e $T/pid ]]
}

@test "a master that is killed takes its idle workers along" {
	start echo
	kill_master
	wait_for nobody_left
}

@test "what cannot be is refused with an id and a code" {
	refused 78 PF0300 -F nosuch
	refused 64 PF0500 -Z
}

@test "the client tells apart what can go wrong" {
	start echo
	run -2 talk 127.0.0.1:1
	run -2 talk "unix:$T/nobody"
	run -3 talk "$ADDR" send 'a\n' expect 'b\n'
	run -5 talk "$ADDR" shut expect a
	run -3 talk "$ADDR" shut reset-expected
	run -64 talk "$ADDR" dance
	run -124 talk -t 1 "$ADDR" expect a
	[[ $(talk -q "$ADDR") == open ]]
	[[ $(talk -q 127.0.0.1:1) == refused ]]
	[[ $(talk "$ADDR" send '\x41\n\0' shut print | od -An -tx1) == \
		' 41 0a 00' ]]
}
