# What every bats file here begins with:
#
#	load helper
#
# It brings setup and teardown.  Each test gets a folder $T of its own, with a
# short name because names of sockets are short; it vanishes afterwards.
#
# Instances.  Nothing but the variables that are set here need be known.
#
#	start [option...] handler [name=value...]
#		preforkd -F -v in the background.  Adds -l 127.0.0.1:0 if there
#		is neither -l nor -f; a file's first service is to be echo.  Returns when all workers are ready.  Sets MASTER,
#		ADDR (what a client connects to), ADDRS (with several -l),
#		PORT and WORKERS.  The log is in $T/log.  Never under "run".
#	start_only ...		the same; returns when preforkd says it is ready
#	start_daemon ...	the same without -F, with the pidfile $T/pid if
#				there is no -p; the log is not ours to see
#	refused CODE ID argument...	preforkd must end with CODE and say one
#				line that has ID; leaves it in $T/err
#	preforkd argument...	in the foreground, at most $DEADLINE seconds
#	stop [SIGNAL [CODE]]	TERM; the master must end with 0
#	wait_exit [CODE]	the same if the signal was sent already
#	kill_master		kill -9; its workers end by themselves, and may
#				say so
#	kill_instance		kill -9 of all there is
#
#	Handlers are found in $PREFORK_MODULES; $FAULT is the path of the one
#	that does what the client says.  VERBOSE= leaves out -v, INHERIT=1
#	leaves the descriptors of bats open: "VERBOSE= start echo".
#
# Looking and waiting.  All waiting has a deadline that fails the test.
#
#	workers, worker_count	pids of the master's children that live
#	descriptors PID		what it has open, a line each, without numbers
#				and without what is random in a name
#	log_count REGEX		lines of the log
#	wait_log REGEX [COUNT]	until the log has COUNT (1) lines
#	wait_workers N		until there are N
#	wait_gone PID		until it is dead
#	wait_for COMMAND...	until it succeeds
#	invariants N		to be called after each load or fault: N
#				workers, no zombie, nobody outside, the
#				descriptors of the start, and it serves
#	fail TEXT...		says it and returns 1
#
# Clients.  talk.c tells what they can do.
#
#	talk argument...		in the foreground
#	echo_once WORD [ADDRESS]	connects, is echoed, leaves
#	hold N [ADDRESS]	N connections that were served and stay open
#	release [PID]		they are served once more and leave, by the
#				echo handler; PID is HOLD_PID of their hold
#	queue_up N [ADDRESS]	N clients that have sent and wait to be served
#	queue_served [PID]	they were; PID is QUEUE_PID
#	talk_start argument...	in the background; sets TALK_PID, which is the
#				default of what follows
#	talk_said TEXT [PID]	waits until it has said this
#	talk_go [PID]		ends its wait
#	talk_end [CODE [PID]]	waits for its end, with CODE (0)
#
# What teardown fails a test for: a master that does not
# end by TERM, or not with 0; a process that survived; a zombie; an
# unexpected message at warning or above; a sanitizer's report; a core; a
# socket or a pidfile in $T.  Unless the test has said:
#
#	expect_message PFnnnn...	they belong here, and must come
#	allow_message PFnnnn...		they may come
#	expect_crash		before start: a worker will die by a signal
#				(PF0404 must come, a core may)
#
# How survivors are found: preforkd closes what it inherits and leaves its
# session, but it keeps its environment.  So each instance is marked there
# with the name of $T, and /proc is searched for the mark.
#
# Nothing sleeps.  Who waits reads from a descriptor, or looks again after a
# nap until $DEADLINE seconds are over.

# shellcheck disable=SC2034 # some variables are for the tests only

bats_require_minimum_version 1.5.0

DEADLINE=20
VERBOSE=-v
: "${abs_top_srcdir:=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)}"
# shellcheck source-path=SCRIPTDIR source=clients.bash
. "${BASH_SOURCE[0]%/*}/clients.bash"
# shellcheck source-path=SCRIPTDIR source=verdict.bash
. "${BASH_SOURCE[0]%/*}/verdict.bash"

setup() {
	T=$(mktemp -d /tmp/pfXXXXXX)
	mkfifo "$T/nap"
	: >"$T/log"
	FAULT=$PREFORK_FAULTS/fault.so
	MASTER=''
	# By pid: child or daemon.
	declare -gA MASTERS=()
	ADDRS=()
	clients_setup
	verdict_setup
	unset NOTIFY_SOCKET LISTEN_FDS LISTEN_PID
}

# 20 ms, or as near as the shell can: nobody writes to this FIFO.
nap() {
	read -r -t 0.02 <>"$T/nap" || :
}

fail() {
	printf 'failed: %s\n' "$*"
	return 1
}

wait_for() {
	local end=$((SECONDS + DEADLINE))

	until "$@"; do
		((SECONDS < end)) || fail "not in $DEADLINE s: $*" || return 1
		nap
	done
}

# ------------------------------------------------------------ processes

# The letter that ps shows as state; nothing for who is not there.
state_of() {
	local line

	read -r line <"/proc/$1/stat" || return 0
	line=${line##*) }
	printf '%s\n' "${line%% *}"
} 2>/dev/null

# A zombie is dead, whoever its parent is; verdict.bash looks for ours.
is_gone() {
	[[ $(state_of "$1") == [ZX] || ! -e /proc/$1 ]]
}

is_stopped() {
	[[ $(state_of "$1") == T ]]
}

wait_gone() {
	wait_for is_gone "$1"
}

# children_of PID STATE-REGEX
children_of() {
	ps -A -o pid= -o ppid= -o stat= |
		awk -v parent="$1" -v state="$2" \
			'$2 == parent && $3 ~ state { print $1 }' | sort -n
}

workers() {
	children_of "$MASTER" '^[^Z]'
}

worker_count() {
	workers | wc -l
}

has_workers() {
	[[ $(worker_count) -eq $1 ]]
}

wait_workers() {
	wait_for has_workers "$1"
}

descriptors() {
	local fd

	for fd in "/proc/$1/fd/"*; do
		readlink "$fd" || :
	done | sed 's/:\[[0-9]*\]$/:[]/
		s,/prefork\.[^/]* (deleted)$,/prefork. (deleted),' |
		LC_ALL=C sort
}

# ------------------------------------------------------------ log

log_count() {
	grep -cE -- "$1" "$T/log" || :
}

log_has() {
	[[ $(log_count "$1") -ge $2 ]]
}

wait_log() {
	wait_for log_has "$1" "${2:-1}"
}

# ------------------------------------------------------------ instances

# Close what bats opened (3, 4, 10, 251 and so on) but for $1.
close_descriptors() {
	local fd

	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[[ $fd -le 2 || $fd -eq $1 ]] || eval "exec $fd>&-"
	done
}

# become FD COMMAND...: in a subshell; FD stays open.
become() {
	local keep=$1

	shift
	[[ -n ${INHERIT:-} ]] || close_descriptors "$keep"
	cd "$T" || exit 1
	export PREFORK_TEST_INSTANCE=$T
	export PREFORK_MODULE_PATH=$PREFORK_MODULES
	sanitizer_options
	exec "$@"
}

# option_values LETTER argument...: one a line, as getopt would find them.
option_values() {
	local wanted=$1 letter OPTIND=1 OPTARG

	shift
	while getopts :FLTVhitvH:M:S:d:f:l:o:p:u:w: letter; do
		[[ $letter != "$wanted" ]] || printf '%s\n' "$OPTARG"
	done
}

# Fills ARGUMENTS.
complete_arguments() {
	ARGUMENTS=(${VERBOSE:+"$VERBOSE"} "$@")
	if [[ -n $(option_values f "$@") ]]; then
		WORKERS=$(preforkd -T "$@" |
			awk '$1 == "workers" { n += $2 } END { print n }')
		SERVES_ECHO=1
		return 0
	fi
	[[ -n $(option_values l "$@") ]] ||
		ARGUMENTS=(-l 127.0.0.1:0 "${ARGUMENTS[@]}")
	WORKERS=$(option_values w "$@")
	WORKERS=${WORKERS:-4}
	SERVES_ECHO=''
	[[ " $* " != *' echo '* ]] || SERVES_ECHO=1
}

# What a client connects to where the server listens to all.
reachable() {
	sed 's/^\(\*\|0\.0\.0\.0\):/127.0.0.1:/; s/^\[::\]:/[::1]:/'
}

# $1: where in the log this instance begins.
read_addresses() {
	mapfile -t ADDRS < <(tail -n "+$1" "$T/log" |
		sed -n 's/.*PF0200 listening on \([^ ]*\).*/\1/p' | reachable)
	ADDR=${ADDRS[0]:-}
	PORT=${ADDR##*:}
}

start_only() {
	local status=0

	complete_arguments "$@"
	LOG_BEGIN=$(($(wc -l <"$T/log") + 1))
	rm -f "$T/ready"
	mkfifo "$T/ready"
	(
		exec 9>"$T/ready" </dev/null >>"$T/out" 2>>"$T/log"
		become 9 "$PREFORKD" -F -d 9 "${ARGUMENTS[@]}"
	) &
	MASTER=$!
	MASTERS[$MASTER]=child
	# An end of file comes when it has ended without being ready.
	read -r -t "$DEADLINE" _ <"$T/ready" || status=$?
	if [[ $status -ne 0 ]]; then
		[[ $status -gt 128 ]] || unset "MASTERS[$MASTER]"
		fail "preforkd was not ready: ${ARGUMENTS[*]}" || return 1
	fi
	read_addresses "$LOG_BEGIN"
}

all_are_ready() {
	[[ $(tail -n "+$LOG_BEGIN" "$T/log" | grep -c PF0401) -ge $WORKERS ]]
}

start() {
	start_only "$@" || return 1
	[[ -z $VERBOSE ]] || wait_for all_are_ready || return 1
	remember_descriptors
}

# command_ends NAME CODE REGEX [word...]: the function NAME, whose command
# writes to $T/said and $T/err, ends so, and says so on standard error, or with
# CODE 0 on standard output.
command_ends() {
	local name=$1 wanted=$2 regex=$3 code=0 text

	shift 3
	"$name" "$@" || code=$?
	text=$(cat "$T/said")
	[[ $wanted -eq 0 ]] || text=$(cat "$T/err")
	[[ $code -eq $wanted && $text =~ $regex ]] ||
		fail "$name $*: $code, $(cat "$T/said" "$T/err")"
}

# Ports that the process $1 listens on, lowest first.
ports_of() {
	local open hex

	open=$(readlink "/proc/$1/fd/"* | tr '\n' ' ')
	awk -v open="$open" '
		$4 == "0A" && index(open, "socket:[" $10 "]") {
			sub(/.*:/, "", $2)
			print $2
		}' "/proc/$1/net/tcp" "/proc/$1/net/tcp6" |
		while read -r hex; do
			printf '%d\n' "0x$hex"
		done | sort -n
}

start_daemon() {
	local pidfile host

	complete_arguments "$@"
	pidfile=$(option_values p "$@")
	[[ -n $pidfile ]] || ARGUMENTS=(-p "$T/pid" "${ARGUMENTS[@]}")
	preforkd "${ARGUMENTS[@]}" >"$T/err" 2>&1 || {
		cat "$T/err"
		fail "preforkd did not become a daemon" || return 1
	}
	read -r MASTER <"${pidfile:-$T/pid}"
	MASTERS[$MASTER]=daemon
	PORT=$(ports_of "$MASTER" | head -n 1)
	host=$(option_values l "${ARGUMENTS[@]}" | head -n 1 | reachable)
	ADDR=$host
	[[ $host == unix:* ]] || ADDR=${host%:*}:$PORT
	ADDRS=("$ADDR")
	remember_descriptors
}

preforkd() {
	(
		exec </dev/null
		# What a daemon's sanitizer says would be lost otherwise.
		export ASAN_OPTIONS=${ASAN_OPTIONS:-}:log_path=$T/sanitizer
		become -1 timeout -k 1 "$DEADLINE" "$PREFORKD" "$@"
	)
}

refused() {
	local code=$1 id=$2 got=0

	shift 2
	preforkd "$@" >"$T/out" 2>"$T/err" || got=$?
	printf 'exit %d: %s\n' "$got" "$(<"$T/err")"
	[[ $got -eq $code ]] || fail "exit $got and not $code" || return 1
	[[ $(grep -c "$id " "$T/err") -eq 1 ]] ||
		fail "not one line with $id" || return 1
	wait_for nobody_outside
}

wait_exit() {
	local pid=$MASTER kind=${MASTERS[$MASTER]:-} status=0

	wait_gone "$pid" || return 1
	unset "MASTERS[$pid]"
	[[ $kind == child ]] || return 0
	wait "$pid" 2>/dev/null || status=$?
	[[ $status -eq ${1:-0} ]] ||
		fail "preforkd ended with $status and not ${1:-0}"
}

stop() {
	kill -s "${1:-TERM}" "$MASTER"
	wait_exit "${2:-0}"
}

# Nobody is left who could remove pidfile and sockets.
allow_violence() {
	STRAYS=1
	allow_message PF0411
}

kill_master() {
	allow_violence
	stop KILL 137
}

kill_instance() {
	allow_violence
	kill_marked
	MASTERS=()
}

# ------------------------------------------------------------ invariants

# Twice the same in a row: a worker may be in the making.
remember_descriptors() {
	wait_workers "$WORKERS" || return 1
	wait_for descriptors_settle
}

descriptors_settle() {
	local before

	before=$(descriptors "$MASTER")
	nap
	DESCRIPTORS=$(descriptors "$MASTER")
	[[ $DESCRIPTORS == "$before" ]]
}

# Those of the start, with one channel more or less for each worker more or
# less.
expected_descriptors() {
	printf '%s\n' "$DESCRIPTORS" | awk -v more="$(($1 - WORKERS))" '
		/^socket:/ && more < 0 { more++; next }
		{ print }
		END { while (more-- > 0) print "socket:[]" }' | LC_ALL=C sort
}

has_descriptors_for() {
	[[ $(descriptors "$MASTER") == "$(expected_descriptors "$1")" ]]
}

no_zombies() {
	[[ -z $(children_of "$MASTER" '^Z') ]]
}

invariants() {
	wait_workers "$1" || return 1
	wait_for no_zombies || return 1
	wait_for nobody_outside || return 1
	wait_for has_descriptors_for "$1" || {
		diff <(expected_descriptors "$1") <(descriptors "$MASTER")
		return 1
	}
	[[ -z $SERVES_ECHO ]] || echo_once invariants
}
