# The exec module: what the program finds, how it ends, and what is left.

# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # scripts, and what make knows
# shellcheck disable=SC2004,SC2009 # by pid; pgrep knows no sessions
# shellcheck disable=SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns

# start_program [OPTION...] SCRIPT: a shell serves each connection with it.
start_program() {
	start "${@:1:$#-1}" exec /bin/sh -c "${*: -1}"
}

get() {
	talk "$ADDR" shut print
}

# with_options TEXT: a file whose handler has these options.
with_options() {
	printf 'service exec { listen 127.0.0.1:0; workers 1; handler exec {\n%s\n} }\n' \
		"$1" >"$T/conf"
}

@test "the program has the socket, its log, and no other descriptor" {
	[[ -d /proc/self/fd ]] || skip 'there is no list of descriptors'
	start -w 1 exec /bin/ls -l /proc/self/fd
	get | sed -n 's/.* \([0-9]*\) -> \([a-z/]*\).*/\1 \2/p' >"$T/said"
	# The last one is the folder that is listed.
	[[ $(<"$T/said") == $'0 socket\n1 socket\n2 pipe\n3 /proc/' ]] ||
		fail "$(<"$T/said")"
}

@test "signals are default and none is blocked, in a session of its own" {
	start_program -w 1 'grep -E "^Sig(Blk|Ign)" /proc/$$/status |
		cut -f 2 | tr "\n" " "; ps -o sid= -p $$ | grep -qw $$ && echo own'
	[[ -e /proc/self/status ]] || skip 'the system does not tell'
	# 32 and 33 are the C library's own, and not ours to change.
	[[ $(get) =~ ^'0000000000000000 0000000'[01][08]'0000000 own'$ ]] ||
		fail "$(get)"
}

@test "its environment is the two ends, the allowed few, and env" {
	local line

	export TZ=UTC SECRET=key TCPREMOTEHOST=forged LANG=C
	with_options 'program /usr/bin/env; env COLOUR "deep blue"; env LANG de'
	start -f "$T/conf"
	get | sort >"$T/env"
	sed 's/=.*//' "$T/env" | tr '\n' ' ' >"$T/names"
	[[ $(<"$T/names") == 'COLOUR LANG PATH PROTO REMOTE_ADDR REMOTE_HOST REMOTE_PORT TCPLOCALIP TCPLOCALPORT TCPREMOTEIP TCPREMOTEPORT TZ ' ]] ||
		fail "$(<"$T/names")"
	for line in COLOUR='deep blue' LANG=de PROTO=TCP REMOTE_ADDR=127.0.0.1 \
		TCPLOCALIP=127.0.0.1 "TCPLOCALPORT=$PORT" TZ=UTC; do
		grep -qx "$line" "$T/env" || fail "no $line"
	done
	talk "$ADDR" port shut print >"$T/both"
	grep -qx "TCPREMOTEPORT=$(head -n 1 "$T/both")" "$T/both"
}

@test "a unix socket gives its own variables" {
	start -w 1 -l "unix:$T/s" exec /usr/bin/env
	get >"$T/env"
	grep -qx 'PROTO=UNIX' "$T/env"
	grep -qx "UNIXLOCALPATH=$T/s" "$T/env"
	run ! grep -q TCP "$T/env"
}

@test "IPv6 is told as text, and IPv4 in it as IPv4" {
	start -w 1 -l '[::1]:0' exec /usr/bin/env || skip 'there is no IPv6'
	get >"$T/env"
	grep -qx 'PROTO=TCP' "$T/env"
	grep -qx 'TCPREMOTEIP=::1' "$T/env"
	grep -qx 'REMOTE_ADDR=::1' "$T/env"
}

@test "beside tcpserver the program finds the same" {
	local pid port

	need tcpserver
	start -w 1 exec /usr/bin/env
	# It cannot tell its port; below those that clients get.
	port=$((20000 + RANDOM % 10000))
	(
		exec >"$T/tcpserver.out" 2>&1 </dev/null
		close_descriptors -1
		exec tcpserver -H -R -l '' 127.0.0.1 "$port" /usr/bin/env
	) &
	pid=$!
	TALKS[$pid]=$T/tcpserver
	wait_for is_open "127.0.0.1:$port" || fail "$(<"$T/tcpserver.out")"
	variables_at "127.0.0.1:$port" >"$T/theirs"
	variables_at "$ADDR" >"$T/ours"
	grep -q TCPREMOTEIP "$T/theirs"
	diff "$T/theirs" "$T/ours"
}

is_open() {
	[[ $(talk -q "$1") == open ]]
}

# Ports differ; a name that is empty says nothing.
variables_at() {
	talk "$1" shut print | grep -E '^(PROTO|TCP)' | grep -v '=$' |
		sed 's/PORT=.*/PORT=N/' | sort
}

@test "bytes go both ways, and the end of one does not end the other" {
	start -w 2 exec /bin/cat
	talk -n 2 "$ADDR" bulk 5000000 3 shut eof
	[[ $(talk "$ADDR" send 'one\ntwo\n' shut print) == $'one\ntwo' ]]
}

@test "what it says on standard error is in the log, line by line" {
	start_program -w 1 'echo first >&2; printf "second\nno end" >&2; echo out'
	[[ $(get) == out ]]
	wait_log 'PF0311 .*pid [0-9]+ ended: exit code 0'
	log_has 'PF0311 connection 1 of 127\.0\.0\.1:[0-9]+: pid [0-9]+: first$' 1
	log_has 'pid [0-9]+: second$' 1
	log_has 'pid [0-9]+: no end$' 1
	with_options 'program /bin/sh -c "echo on the socket >&2"; stderr socket'
	stop
	start -f "$T/conf"
	[[ $(get) == 'on the socket' ]]
}

@test "exit codes, signals, and what cannot be run are told apart" {
	start_program -w 1 'read x; case $x in kill) kill -9 $$ ;; esac; exit $x'
	talk "$ADDR" send '7\n' gone
	wait_log 'ended: exit code 7, after [0-9]+ ms'
	talk "$ADDR" send 'kill\n' gone
	wait_log 'ended: signal 9, after'
	stop
	printf '#!/nosuch/interpreter\n' >"$T/broken"
	chmod 755 "$T/broken"
	start -w 1 exec "$T/broken"
	[[ -z $(get) ]]
	wait_log "cannot run $T/broken: .*No such file"
}

@test "a time limit ends the program and all that it started, kindly first" {
	printf '%s\n' 'trap "echo bye; exit 4" TERM' 'echo $$' \
		'tail -f /dev/null & wait' >"$T/script"
	with_options "program /bin/sh $T/script; time_limit 200ms"
	start -f "$T/conf"
	get >"$T/said"
	[[ $(tail -n 1 "$T/said") == bye ]]
	wait_log 'ended: exit code 4, by us: time_limit, after'
	wait_for no_session "$(head -n 1 "$T/said")"
	stop
	printf '%s\n' 'trap : TERM' 'echo $$' \
		'while :; do tail -f /dev/null; done' >"$T/script"
	with_options "program /bin/sh $T/script; time_limit 100ms; grace 200ms"
	start -f "$T/conf"
	get >"$T/said"
	wait_log 'ended: signal 9, by us: time_limit, after'
	wait_for no_session "$(head -n 1 "$T/said")"
}

no_session() {
	! ps -A -o sid= | grep -qw "$1"
}

@test "a thousand short programs leave nobody behind" {
	start -w 4 exec /bin/true
	for _ in {1..20}; do
		talk -n 50 "$ADDR" gone close
	done
	wait_log 'ended: exit code 0' 1000
	settled
	[[ $(ps -A -o ppid=,stat= | awk -v master="$MASTER" \
		'$2 ~ /^Z/ && $1 == master' | wc -l) -eq 0 ]]
	invariants 4
	[[ $(ps -A -o stat=,args= | grep -c '^Z.*\[true\]') -eq 0 ]]
}

@test "a worker that is killed takes its program along" {
	local pid

	grep -q 'define HAVE_PDEATHSIG' "$abs_top_builddir/config.h" ||
		skip 'the system has no such signal'
	allow_violence
	allow_message PF0404
	start_program -w 1 'echo $$; exec tail -f /dev/null'
	talk_start "$ADDR" print
	wait_for has_said_something "$TALK_PID"
	pid=$(<"${TALKS[$TALK_PID]}.out")
	kill -KILL $(workers)
	wait_gone "$pid"
}

@test "user, chroot and limit hold for the program" {
	[[ $(id -u) -eq 0 ]] || skip 'not root'
	with_options 'program /bin/sh -c "id -u; id -g; id -G; ulimit -n"
		user nobody:daemon; limit nofile 77'
	start -f "$T/conf"
	get >"$T/said"
	[[ $(sed -n 1p "$T/said") == $(id -u nobody) ]]
	[[ $(sed -n 2p "$T/said") == $(id -g daemon) ]]
	[[ $(sed -n 3p "$T/said") == $(id -g daemon) ]]
	[[ $(sed -n 4p "$T/said") == 77 ]]
	stop
	with_options "program $PREFORK_TOOLS/nowhere; chroot $T"
	start -f "$T/conf"
	[[ -z $(get) ]]
	wait_log 'cannot run .*nowhere: .*No such file'
}

@test "options that cannot be are refused before anything is served" {
	local bad

	refused 78 PF0308 -l 127.0.0.1:0 exec
	refused 78 PF0308 -l 127.0.0.1:0 exec cat
	refused 78 PF0308 -l 127.0.0.1:0 exec /no/such/program
	for bad in 'env ONE' 'env A=B x' 'limit colour 3' 'limit nofile many' \
		'user no.such.user' 'time_limit -1s' 'stderr file'; do
		with_options "program /bin/true; $bad"
		run preforkd -t -f "$T/conf"
		[[ $status -eq 78 && $output =~ ^"$T/conf:" ]] ||
			fail "$bad: $status $output"
	done
}

@test "what looks like options belongs to the program, on the command line" {
	start -w 1 exec /bin/echo -w a=b --help -- x
	[[ $(get) == '-w a=b --help -- x' ]]
	preforkd -T exec /bin/echo -w a=b >"$T/printed"
	preforkd -T -f "$T/printed" | diff "$T/printed" -
}

@test "git clones through it" {
	need git
	git init -q --bare "$T/repo.git"
	start -w 2 exec "$(command -v git)" daemon --inetd --export-all \
		--base-path="$T"
	mkdir "$T/home"
	HOME=$T/home git clone -q "git://127.0.0.1:$PORT/repo.git" "$T/copy" \
		2>"$T/err" || fail "$(<"$T/err")"
	[[ -d $T/copy/.git ]]
	rm -rf "$T/repo.git" "$T/copy"
}

@test "an ssh session through it" {
	local options=(-o UsePAM=no -o StrictModes=no -o PermitRootLogin=yes
		-o HostKey="$T/host" -o AuthorizedKeysFile="$T/mine.pub"
		-o PidFile=none -o PrintMotd=no)
	local sshd

	sshd=$(PATH=$PATH:/usr/sbin command -v sshd) || skip 'there is no sshd'
	need ssh ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f "$T/host"
	ssh-keygen -q -t ed25519 -N '' -f "$T/mine"
	"$sshd" -t -f /dev/null "${options[@]}" 2>"$T/err" ||
		skip "sshd does not run here: $(<"$T/err")"
	start -w 2 exec "$sshd" -i -e -f /dev/null "${options[@]}"
	head -c 300000 /dev/urandom >"$T/sent"
	timeout -k 1 60 ssh -F /dev/null -p "$PORT" -i "$T/mine" \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile="$T/known" \
		-o BatchMode=yes "$(id -un)@127.0.0.1" 'cat; exit 7' \
		<"$T/sent" >"$T/got" 2>"$T/err" || [[ $? -eq 7 ]] ||
		fail "$(<"$T/err")"
	cmp "$T/sent" "$T/got"
	wait_log 'pid [0-9]* ended:'
}
