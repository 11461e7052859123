# Datagrams in tests.
#
#	start_udp [option...] handler...	start -l 127.0.0.1:0 -l
#			udp:127.0.0.1:0; sets UDP, which post takes, and UDPPORT
#	post argument...	tests/tools/post.c tells what it can do
#	post_start argument...	in the background; then talk_said, talk_go and
#			talk_end of clients.bash
#	forged argument...	post, which forges; skips the test where that is
#			not allowed
#	says_reason REASON N	status counts so many refusals

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

# The one that is not 127.0.0.1:PORT.
find_udp() {
	UDPPORT=$(tail -n "+$LOG_BEGIN" "$T/log" |
		sed -n 's/.*PF0200 listening on udp:.*:\([0-9]*\)$/\1/p' |
		tail -n 1)
	UDP=127.0.0.1:$UDPPORT
	[[ -n $UDPPORT ]] || fail 'no datagrams are listened for'
}

start_udp() {
	start -l 127.0.0.1:0 -l udp:127.0.0.1:0 "$@" && find_udp
}

post() {
	timeout -k 1 "$((DEADLINE * 3))" "$PREFORK_TOOLS/post" -t "$DEADLINE" \
		"$@"
}

post_start() {
	local files=$T/post$((++TALK_COUNT))

	mkfifo "$files.in"
	(
		exec <>"$files.in" >"$files.out" 2>"$files.err"
		close_descriptors -1
		exec "$PREFORK_TOOLS/post" -t $((DEADLINE * 3)) "$@"
	) &
	TALK_PID=$!
	# shellcheck disable=SC2004 # by pid, in an associative array
	TALKS[$TALK_PID]=$files
}

forged() {
	local code=0

	post "$@" || code=$?
	[[ $code -ne 77 ]] || skip 'senders cannot be forged here'
	return "$code"
}

says_reason() {
	"$PREFORKCTL" -S "$T/ctl.sock" status >"$T/status" || return 1
	grep -q "refused: .*$1 $2\\b" "$T/status"
}

# Does the system tell which of our addresses was asked?
tells_address() {
	grep -qE '^#define HAVE_(PKTINFO|DSTADDR) 1' "$abs_top_builddir/config.h"
}
