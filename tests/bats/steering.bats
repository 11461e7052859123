# Verbs of preforkctl that change who works, and waiting for what comes about.

# shellcheck disable=SC2034,SC2153,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns
load control

two_services() {
	cat >"$T/conf" <<-TEXT
		control $T/ctl.sock
		service one { listen 127.0.0.1:0; handler echo; workers 2 }
		service two { listen 127.0.0.1:0; handler echo; workers 1 }
	TEXT
	start -f "$T/conf"
}

@test "scale returns when the service has so many workers" {
	start -w 2 -S "$T/ctl.sock" echo
	ctl_ends 0 'echo has 5 workers' scale echo 5
	[[ $(worker_count) -eq 5 ]]
	ctl_ends 0 'echo +5 +5 +0' status
	ctl_ends 0 'echo has 1 workers' scale echo 1
	wait_workers 1
	[[ $(log_count 'PF0113') -ge 2 ]]
	ctl_ends 0 'generation 2 serves' reload
	ctl_ends 0 ready wait ready
	ctl_ends 0 drained wait drained
	[[ $(worker_count) -eq 2 ]]
	echo_once after
}

@test "who waits for a drain is told that another wants workers" {
	start -w 2 -S "$T/ctl.sock" echo
	hold 2
	ctl_ends 0 'echo has 1 workers' scale echo 1
	[[ $(worker_count) -eq 2 ]]
	ctl_start drain echo
	wait_log 'PF0113 echo: 0 workers'
	ctl_ends 75 PF0613 -w 100ms drain echo
	ctl_ends 0 'echo has 1 workers' resume echo
	ctl_done 1 'somebody else wants 1 workers'
	release
}

@test "what scale cannot do is told" {
	two_services
	ctl_ends 1 "there is no service 'three'" scale three 2
	ctl_ends 64 "one takes 1 to [0-9]+ workers, not '0'" scale one 0
	ctl_ends 64 "not '1000000'" scale one 1000000
	ctl_ends 64 "not 'many'" scale one many
	ctl_ends 64 'a word is missing' scale one
	ctl_ends 64 'does not belong here' scale one 2 3
	ctl_ends 64 'words are too long or have blanks' scale one '1 '
	[[ $(worker_count) -eq 3 ]]
}

@test "a service is drained and resumed beside another" {
	local first second

	two_services
	first=${ADDRS[0]} second=${ADDRS[1]}
	ctl_ends 0 'one has 0 workers' drain one
	[[ $(worker_count) -eq 1 ]]
	ADDR=$second echo_once through
	ADDR=$first
	queue_up 3
	ctl_ends 0 'one has 2 workers' resume one
	queue_served
	[[ $(worker_count) -eq 3 ]]
	ctl_ends 0 'one has 0 workers' drain one
	ctl_ends 0 'one has 0 workers' drain one
	ctl_ends 0 'all services serve' resume
	[[ $(worker_count) -eq 3 ]]
	ctl_ends 0 'one has 0 workers' drain one
	kill -TTIN "$MASTER"
	wait_log 'PF0113 two: 2 workers'
	[[ $(worker_count) -eq 2 ]]
	ctl_ends 0 'generation 2 serves' reload
	ctl_ends 0 ready wait ready
	ctl_ends 0 drained wait drained
	[[ $(worker_count) -eq 3 ]]
}

@test "drain lets connections finish, resume brings all back" {
	start -w 2 -S "$T/ctl.sock" echo
	hold 1
	ctl_start drain
	wait_workers 1
	ctl_ends 1 'all services are drained' scale echo 3
	ctl_ends 75 PF0613 -w 100ms drain
	release
	ctl_done 0 'all services are drained'
	[[ $(worker_count) -eq 0 ]]
	queue_up 3
	ctl_ends 0 'all services serve' resume
	queue_served
	[[ $(worker_count) -eq 2 && $(log_count PF0106) -eq 0 ]]
}

@test "a drained service does not keep a stop or an upgrade" {
	two_services
	ctl_ends 0 'one has 0 workers' drain one
	ctl_ends 0 'generation 2 serves' upgrade
	ctl_ends 0 ready wait ready
	ctl_ends 0 drained wait drained
	[[ $(worker_count) -eq 3 ]]
	ctl_ends 0 'two has 0 workers' drain two
	ctl_ends 0 'the daemon has ended' stop
	wait_exit
}

@test "kill dumps and ends one worker, and another takes its place" {
	local before

	expect_message PF0405
	allow_message PF0413 PF0414
	allow_violence
	start -w 2 -S "$T/ctl.sock" echo
	before=$(workers)
	ctl_ends 0 'worker [0-9]+ has ended' kill 1
	wait_workers 2
	[[ $(workers) != "$before" ]]
	grep -q 'PF0405 killing worker echo/1 .*preforkctl asked for it' "$T/log"
	ctl_ends 0 'worker [0-9]+ has ended' kill echo/0
	wait_workers 2
	ctl_ends 1 "no worker is in slot '99'" kill 99
	ctl_ends 1 "no worker is in slot 'echo/-1'" kill echo/-1
	ctl_ends 1 "there is no service 'other'" kill other/0
	echo_once after
}

@test "kill asks whose slot it is where there are several services" {
	two_services
	ctl_ends 64 'a slot is written SERVICE/0' kill 0
}

@test "wait returns when what it waits for is so" {
	start -w 2 -S "$T/ctl.sock" echo
	ctl_ends 0 idle wait idle
	ctl_ends 0 ready wait ready
	ctl_ends 0 generation wait generation 1
	hold 1
	ctl_ends 75 PF0613 -w 100ms wait idle
	ctl_start wait idle
	ctl_ends 0 'generation 2' reload
	ctl_ends 75 PF0613 -w 100ms wait drained
	release
	ctl_done 0 idle
	ctl_ends 0 drained wait drained
	ctl_start wait generation 3
	ctl_ends 0 'generation 3' reload
	ctl_done 0 generation
	ctl_ends 64 'wait generation needs a number' wait generation
	ctl_ends 64 'wait generation needs a number' wait generation soon
	ctl_ends 64 'wait idle takes no word' wait idle now
	ctl_ends 64 'not .quiet.' wait quiet
	ctl_start wait generation 99
	kill -TERM "$MASTER"
	ctl_done 1 'the daemon (is stopping|ended)'
	wait_exit
}

@test "scale tells when the workers do not live" {
	expect_message PF0406 PF0407
	start_moody -w 1 -S "$T/ctl.sock"
	mood fail
	ctl_ends 1 'do not stay alive: .*worker_init' scale moody 2
	mood ok
}
