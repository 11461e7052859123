# The control socket and preforkctl: outcomes, and who disturbs it.

# shellcheck disable=SC2016,SC2034,SC2154 # scripts, and what make knows
# shellcheck disable=SC2004,SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns
load upgrades
load control

@test "status and ping answer, whatever the workers do" {
	start -w 2 -S "$T/ctl.sock" echo
	ctl_ends 0 "preforkd .*, pid $MASTER, serving, generation 1" ping
	hold 2
	within 500 ctl_ends 0 'echo +2 +0 +2 +0 +0 +2 +2 +0' status
	ctl_ends 0 "listening on $ADDR" status
	kill -STOP $(workers)
	within 500 ctl_ends 0 'serving' ping
	kill -CONT $(workers)
	release
}

@test "status -j is one JSON object that agrees with what is" {
	local pids

	need jq
	start -w 2 -S "$T/ctl.sock" -l "unix:$T/s" echo
	echo_once once
	hold 1
	ctl_ends 0 '^\{.*\}$' -j status
	[[ $(wc -l <"$T/said") -eq 1 ]]
	pids=$(workers | sort | tr '\n' ' ')
	[[ $(jq -r '.services[0].slots | map(.pid) | sort | .[]' "$T/said" |
		sort | tr '\n' ' ') == "$pids" ]]
	jq_says "$MASTER serving 1" \
		'"\(.pid) \(.state) \(.generation)"'
	jq_says 'echo echo 2 1 1 0 0 0' '.services[0] |
		"\(.name) \(.handler) \(.workers | "\(.configured) \(.idle) \(
		.busy) \(.starting) \(.draining) \(.backoff)")"'
	jq_says '2 1 1 0 0 0 0' '.services[0] | "\(.accepted) \(.active) \(
		.closed) \(.refused) \(.timeouts) \(.crashes) \(.recycled)"'
	jq_says '0 0 null' '.reload | "\(.ok) \(.failed) \(.last_error)"'
	jq_says '1' '[.services[0].slots[] | select(.state == "busy" and
		.client != null and .busy_ms >= 0)] | length'
	jq_says "$ADDR" '.services[0].listeners[0].address'
	jq_says true '.uptime_ms >= 0'
	ctl_ends 0 "$ADDR" listeners
	ctl_ends 0 'ok":true' -j ping
	release
	ctl_ends 64 "there is no verb" -j dance
}

# jq_says TEXT FILTER: of the last answer.
jq_says() {
	[[ $(jq -r "$2" "$T/said") == "$1" ]] ||
		fail "$2: $(jq -r "$2" "$T/said"), not $1"
}

@test "-j prints JSON, before the verb and behind it" {
	need jq
	start -w 1 -S "$T/ctl.sock" echo
	ctl_ends 0 '' status -j
	jq_says echo '.services[0].name'
	ctl_ends 0 '' listeners -j
	jq_says "$ADDR" '.services[0].listeners[0].address'
	ctl_ends 0 '' explain PF0404 -j
	jq_says 'true 0 PF0404' '"\(.ok) \(.code) \(.text[:6])"'
	ctl_ends 0 '' ping -j
	jq_says true .ok
	ctl_ends 64 '' scale echo 0 -j
	jq_says 'false 64' '"\(.ok) \(.code)"'
	ctl_ends 1 '' -j kill echo/7
	jq_says 'false 1' '"\(.ok) \(.code)"'
	ctl metrics
	mv "$T/said" "$T/plain"
	ctl_ends 0 '' metrics -j
	[[ $(jq -r .text "$T/said" | grep -c '^# TYPE') -eq \
		$(grep -c '^# TYPE' "$T/plain") ]]
	jq_says 'true 0' '"\(.ok) \(.code)"'
}

@test "with its standard output closed preforkctl says so" {
	local verb

	start -w 1 -S "$T/ctl.sock" echo
	for verb in status metrics listeners ping; do
		# shellcheck disable=SC2016 # for that shell
		run -71 bash -c '"$@" >&-' - "$PREFORKCTL" -S "$T/ctl.sock" \
			"$verb"
	done
	ctl_ends 0 '' ping
}

@test "a master without descriptors does not spin for who cannot come in" {
	local before connections=()

	need prlimit
	allow_message PF0128
	start -w 1 -S "$T/ctl.sock" echo
	prlimit --pid "$MASTER" --nofile=20:
	for ((i = 0; i < 20; i++)); do
		talk_start "unix:$T/ctl.sock" wait
	done
	wait_log PF0128
	before=$(ticks)
	wait_log PF0128 3
	# Of two seconds; it was all of them.
	[[ $(($(ticks) - before)) -lt 40 ]]
	clients_kill
	prlimit --pid "$MASTER" --nofile=1024:
	wait_for ctl_ends 0 '' ping
	SERVES_ECHO=1
}

# Of the master's processor time, in hundredths of a second.
ticks() {
	awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$MASTER/stat"
}

@test "status -j tells of the queue, of failed reloads and of back-off" {
	need jq
	expect_message PF0107
	allow_message PF0404 PF0405 PF0406 PF0407
	allow_violence
	start_moody -w 1 -S "$T/ctl.sock"
	mood fail
	ctl_ends 1 worker_init reload
	ctl_ends 0 '' -j status
	jq_says true '.reload | .failed == 1 and (.last_error | test("worker_init"))'
	kill -KILL $(workers)
	wait_log PF0407
	ctl_ends 0 '' -j status
	jq_says '1 backoff 0' '"\(.services[0].workers.backoff) \(
		.services[0].slots[0] | "\(.state) \(.pid)")"'
	queue_up 3
	ctl_ends 0 '' -j status
	jq_says true '.services[0].listeners[0].queue | . == 3 or . == null'
	mood ok
	ctl_ends 0 'generation' reload
	queue_served
}

@test "-j tells the outcome of other verbs, and their exit code is the same" {
	need jq
	expect_message PF0107
	start_moody -w 1 -S "$T/ctl.sock"
	ctl_ends 0 '"text":"generation 2 serves"' -j reload
	mood fail
	ctl -j reload || [[ $? -eq 1 ]]
	jq_says 'false 1 true' '"\(.ok) \(.code) \(.text | test("worker_init"))"'
	mood ok
}

@test "a reload is done when it says so" {
	local before

	start -w 2 -S "$T/ctl.sock" echo
	before=$(workers)
	ctl_ends 0 'generation 2 serves' reload
	[[ $(log_count PF0106) -eq 1 ]]
	wait_for all_new "$before"
	ctl_ends 0 'reloads: 1 done, 0 failed' status
	# By whom, where the system tells.
	[[ $(log_count "PF0126 reload was asked for by preforkctl( \(uid $(id -u), pid [0-9]+\))?\$") -eq 1 ]]
}

all_new() {
	local pid

	for pid in $(workers); do
		[[ ! $1 =~ $pid ]] || return 1
	done
}

@test "a reload that fails ends with 1 and the reason, and nothing has changed" {
	local before

	expect_message PF0107
	start_moody -w 2 -S "$T/ctl.sock"
	before=$(workers)
	mood fail
	ctl_ends 1 'PF0614 .*worker_init' reload
	[[ $(workers) == "$before" ]]
	ctl_ends 0 'the last one failed: .*worker_init' status
	mood ok
	ctl_ends 0 'generation 3 serves' reload
	ctl_ends 0 'reloads: 1 done, 1 failed' status
}

@test "who asks during a reload waits for the next one" {
	local pid

	expect_message PF0108
	start_moody -w 1 -S "$T/ctl.sock"
	mkfifo "$T/gate"
	mood wait
	ctl reload &
	pid=$!
	wait_log PF0105
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" -w 50ms reload \
		>"$T/late" 2>&1 || code=$?
	[[ ${code:-0} -eq 75 ]]
	grep -q PF0613 "$T/late"
	ctl_second &
	wait_log 'PF0126 reload' 3
	open_gate
	wait "$pid"
	wait_log PF0106 2
	wait_for grep -q 'generation 3 serves' "$T/second"
}

ctl_second() {
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" reload \
		>"$T/second" 2>&1
}

@test "TERM wins over a reload, and who waits for it is told" {
	local pid

	expect_message PF0107
	allow_message PF0404 PF0405
	start_moody -w 1 -S "$T/ctl.sock"
	mkfifo "$T/gate"
	mood wait
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" reload \
		>"$T/first" 2>&1 &
	pid=$!
	wait_log PF0105
	kill -TERM "$MASTER"
	run wait "$pid"
	wait_for grep -q PF0614 "$T/first"
	open_gate
	wait_exit
}

@test "an upgrade is done when it says so, on the same socket" {
	local inode

	own_binary
	start -w 2 -S "$T/ctl.sock" echo
	inode=$(stat -c %i "$T/ctl.sock")
	install_binary
	ctl_ends 0 'generation 2 serves' upgrade
	[[ $(log_count PF0122) -eq 1 ]]
	[[ $(stat -c %i "$T/ctl.sock") == "$inode" ]]
	install_binary
	ctl_ends 0 'generation 3 serves' upgrade
	ctl_ends 0 'reloads: 2 done' status
	echo_once after
}

@test "an upgrade that fails ends with 1 and the reason" {
	expect_message PF0123
	own_binary
	start -w 2 -S "$T/ctl.sock" echo
	install_script 'echo what a pity >&2' 'exit 3'
	ctl_ends 1 'exit code 3: what a pity' upgrade
	install_binary
	ctl_ends 0 'generation 2 serves' upgrade
}

@test "stop returns when all is gone, also when it takes its time" {
	local pid

	start -w 2 -S "$T/ctl.sock" -p "$T/pid" echo
	hold 1
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" stop \
		>"$T/stopped" 2>&1 &
	pid=$!
	wait_log PF0101
	ctl_ends 0 stopping ping
	ctl_ends 1 'the daemon is stopping' reload
	release
	wait "$pid"
	grep -q 'the daemon has ended' "$T/stopped"
	[[ ! -e $T/ctl.sock && ! -e $T/pid ]]
	wait_exit
}

@test "stop -fast does not wait for connections" {
	start -w 2 -S "$T/ctl.sock" echo
	hold 1
	within 2000 ctl_ends 0 'the daemon has ended' stop -fast
	wait_exit
	run wait "$HOLD_PID"
}

@test "mode and owner of the socket; a stale one is replaced, a live one is not" {
	start_only -w 1 -S "$T/ctl.sock" echo
	[[ $(stat -c %a "$T/ctl.sock") == 600 ]]
	refused 69 PF0203 -F -l 127.0.0.1:0 -S "$T/ctl.sock" echo
	[[ -S $T/ctl.sock ]]
	ctl_ends 0 serving ping
	kill_master
	[[ -S $T/ctl.sock ]]
	start_only -w 1 -o "control=$T/ctl.sock mode 0640" echo
	[[ $(stat -c %a "$T/ctl.sock") == 640 ]]
	ctl_ends 0 serving ping
	preforkd -T -S "$T/ctl.sock" echo >"$T/printed"
	grep -q "^control $T/ctl.sock mode 0600" "$T/printed"
}

@test "what a reload does not change of it is told, and stays" {
	expect_message PF0511
	printf 'control %s mode 0600\nservice echo { listen 127.0.0.1:0; %s }\n' \
		"$T/ctl.sock" 'handler echo' >"$T/conf"
	start -f "$T/conf"
	sed -i 's/mode 0600/mode 0640/' "$T/conf"
	ctl_ends 0 'generation 2 serves' reload
	[[ $(stat -c %a "$T/ctl.sock") == 600 ]]
	grep -q "PF0511 control was changed from .* mode 0600 to .* mode 0640" \
		"$T/log"
	ctl_ends 0 'generation 3 serves' reload
	[[ $(log_count PF0511) -eq 2 ]]
}

@test "nonsense, half requests and a crowd do not disturb it" {
	local i

	start -w 1 -S "$T/ctl.sock" echo
	talk "unix:$T/ctl.sock" send 'GET / HTTP/1.0\n' print >"$T/answer"
	grep -q '^\.64 this is no request' "$T/answer"
	talk "unix:$T/ctl.sock" send 'prefork/1 dance\n' print |
		grep -q "^\\.64 this daemon has no verb 'dance'"
	talk "unix:$T/ctl.sock" send 'prefork/1 reload now\n' print |
		grep -q '^\.64 reload does not take'
	talk "unix:$T/ctl.sock" send 'prefork/1 ping\0\n' print |
		grep -q '^\.64 the request is too long'
	talk "unix:$T/ctl.sock" send "$(printf '%0600d' 0)" print |
		grep -q '^\.64 the request is too long'
	talk "unix:$T/ctl.sock" send 'prefork/1 pi' send 'ng\n' \
		expect '.0 preforkd' print >/dev/null
	talk "unix:$T/ctl.sock" send 'prefork/1 status\n' reset
	talk -n 99 "unix:$T/ctl.sock" send 'prefork/1 pi' say there wait \
		send 'ng\n' expect '.0 preforkd' gone <<<go >"$T/crowd" &
	wait_for grep -q there "$T/crowd"
	wait $!
	ctl_ends 0 serving ping
	ctl_ends 0 'generation 2 serves' reload
}

@test "a hundred silent clients keep nobody out" {
	start -w 1 -S "$T/ctl.sock" echo
	talk_start -t 30 -n 100 "unix:$T/ctl.sock" send 'prefork/1' say there \
		gone
	talk_said there
	within 1000 ctl_ends 0 serving ping
	within 1000 ctl_ends 0 'generation 2 serves' reload
	talk_end
}

@test "where a hundred wait for an outcome one more is told so" {
	allow_message PF0404 PF0405
	start_moody -w 1 -S "$T/ctl.sock"
	mkfifo "$T/gate"
	mood wait
	talk_start -t 30 -n 100 "unix:$T/ctl.sock" \
		send 'prefork/1 reload\n' expect '.0 generation' gone
	wait_log PF0126 100
	within 1000 ctl_ends 75 'too many' ping
	open_gate
	talk_end
	ctl_ends 0 serving ping
}

@test "a master that is stopped, with a full queue, keeps nobody beyond -w" {
	start -w 1 -S "$T/ctl.sock" echo
	kill -STOP "$MASTER"
	within 2000 ctl_ends 75 PF0613 -w 300ms ping
	kill -CONT "$MASTER"
	ctl_ends 0 serving -w 10 ping
}

@test "who may not is told so" {
	[[ $(id -u) -eq 0 ]] || skip 'not root'
	command -v setpriv >/dev/null || skip 'there is no setpriv'
	chmod 755 "$T"
	start -w 1 -S "$T/ctl.sock" echo
	run -77 setpriv --reuid=65534 --clear-groups timeout 10 "$PREFORKCTL" \
		-S "$T/ctl.sock" ping
	[[ $output == *'PF0616'*'Permission denied'* ]]
}

@test "where nobody is, and what is misspelt" {
	ctl_ends 69 'PF0612 nobody answers at .*: No such file' ping
	: >"$T/ctl.sock"
	ctl_ends 69 'PF0612 nobody answers at .*: Connection refused' status
	rm "$T/ctl.sock"
	ctl_ends 64 "PF0500 there is no verb 'dance'" dance
	ctl_ends 64 'PF0500 a verb is missing'
	ctl_ends 64 "PF0500 unknown option '-x'" -x ping
	ctl_ends 64 "this does not belong here: 'now'" reload now
	ctl_ends 64 'a word is missing behind' explain
	ctl_ends 64 "there is no message 'PF9999'" explain PF9999
	ctl_ends 64 '-w needs a time' -w soon ping
	ctl_ends 0 'PF0107 .*error.*: The new generation could not serve' \
		explain PF0107
	ctl_ends 0 'Start the daemon with -S' explain 612
	PREFORK_CONTROL=$T/else run -69 timeout 5 "$PREFORKCTL" ping
	[[ $output == *"$T/else"* ]]
}

ask_as_other() {
	timeout -k 1 "$DEADLINE" "${other[@]}" "$PREFORK_TOOLS/talk" \
		"unix:$T/ctl.sock" say connected send "prefork/1 $1\n" print 2>&1
}

# Who connected while the mode still let everybody in.
@test "whom the socket's mode does not let in is turned away, and told of" {
	local pid

	other=(setpriv --reuid 59999 --regid 59999 --clear-groups)
	[[ $EUID -eq 0 ]] || skip 'only root can be somebody else'
	grep -q '^#define HAVE_PEER_CREDENTIALS 1' "$abs_top_builddir/config.h" ||
		skip 'this system does not tell who is at the other end'
	"${other[@]}" test -x "$PREFORK_TOOLS/talk" ||
		skip 'nobody else can run what was built here'
	expect_message PF0127
	start -w 1 -S "$T/ctl.sock" echo
	chmod 711 "$T"
	chmod 666 "$T/ctl.sock"
	ask_as_other ping >"$T/first"
	grep -q 'serving' "$T/first"
	kill -STOP "$MASTER"
	wait_for is_stopped "$MASTER"
	ask_as_other reload >"$T/later" &
	pid=$!
	wait_for grep -q connected "$T/later"
	chmod 600 "$T/ctl.sock"
	kill -CONT "$MASTER"
	# It may see that its request was not read.
	wait "$pid" || :
	grep -q "77 .*mode does not let you in" "$T/later" ||
		fail "$(<"$T/later")"
	wait_log 'PF0127 the control socket is not for preforkctl \(uid 59999,'
	[[ $(log_count PF0106) -eq 0 ]]
	ctl ping
}
