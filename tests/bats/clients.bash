# Clients in the foreground and in the background; helper.bash documents them.

clients_setup() {
	HOLD_PID=''
	QUEUE_PID=''
	TALK_PID=''
	# By pid: what its files in $T begin with.
	declare -gA TALKS=()
	TALK_COUNT=0
}

talk() {
	"$PREFORK_TOOLS/talk" "$@"
}

echo_once() {
	talk "${2:-$ADDR}" line "$1" shut eof
}

talk_start() {
	local files=$T/talk$((++TALK_COUNT))

	mkfifo "$files.in"
	(
		# Opened for both, so that nobody waits for the other to open.
		exec <>"$files.in" >"$files.out" 2>"$files.err"
		close_descriptors -1
		exec "$PREFORK_TOOLS/talk" -t $((DEADLINE * 3)) "$@"
	) &
	TALK_PID=$!
	TALKS[$TALK_PID]=$files
}

has_said_or_is_gone() {
	is_gone "$2" || grep -qxF -- "$1" "${TALKS[$2]}.out"
}

talk_said() {
	local pid=${2:-$TALK_PID}

	wait_for has_said_or_is_gone "$1" "$pid" || return 1
	grep -qxF -- "$1" "${TALKS[$pid]}.out" || {
		cat "${TALKS[$pid]}.err"
		fail "the client ended and never said '$1'"
	}
}

talk_go() {
	printf '\n' 1<>"${TALKS[${1:-$TALK_PID}]}.in"
}

talk_end() {
	local code=${1:-0} pid=${2:-$TALK_PID} status=0

	wait_gone "$pid" || return 1
	wait "$pid" 2>/dev/null || status=$?
	cat "${TALKS[$pid]}.err"
	unset "TALKS[$pid]"
	[[ $status -eq $code ]] ||
		fail "a client ended with $status and not $code"
}

hold() {
	talk_start -n "$1" "${2:-$ADDR}" \
		line begin say held wait line end shut eof
	HOLD_PID=$TALK_PID
	talk_said held
}

release() {
	talk_go "${1:-$HOLD_PID}"
	talk_end 0 "${1:-$HOLD_PID}"
}

queue_up() {
	talk_start -n "$1" "${2:-$ADDR}" \
		send 'queued\n' say queued expect 'queued\n' shut eof
	QUEUE_PID=$TALK_PID
	talk_said queued
}

queue_served() {
	talk_end 0 "${1:-$QUEUE_PID}"
}

clients_kill() {
	local pid

	for pid in "${!TALKS[@]}"; do
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
}
