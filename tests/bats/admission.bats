# Who is let in: by network, by number and by rate; and what is told of others.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load upgrades
load control
load client

conf() {
	printf '%s\n' "service echo { listen 127.0.0.1:0; handler echo
		$1 }" >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
}

reload() {
	local before

	before=$(log_count 'PF0106 ')
	kill -HUP "$MASTER"
	wait_log 'PF0106 ' $((before + 1))
}

# From 127.0.0.$1.
served_from() {
	talk -b "127.0.0.$1:0" "$ADDR" line word shut eof
}

refused_from() {
	talk -b "127.0.0.$1:0" "$ADDR" gone
}

@test "the first rule that matches decides, and the rest is denied" {
	conf 'deny 127.0.0.6; allow 127.0.0.1 127.0.0.4/30; deny all'
	start -S "$T/ctl.sock" -f conf
	served_from 1
	for i in 4 5 7; do
		served_from "$i"
	done
	for i in 2 3 6 8; do
		refused_from "$i"
	done
	ctl_ends 0 'refused: rule 4' status
	ctl_ends 0 '"accepted":4,.*"refused":4,.*"rule":4' -j status
	invariants 4
}

@test "of unix sockets unix is the word" {
	conf "listen unix:$T/sock; allow 127.0.0.1"
	start -f conf
	echo_once word
	talk "unix:$T/sock" gone
	conf "listen unix:$T/sock; allow 127.0.0.1 unix"
	reload
	wait_for echo_once word "unix:$T/sock"
}

@test "one line a second of a worker tells how many there were" {
	start -w 1 -S "$T/ctl.sock" -o 'deny=all' -l "unix:$T/sock" echo
	SERVES_ECHO=''
	talk "unix:$T/sock" gone
	for i in {1..100}; do
		talk "unix:$T/sock" gone
	done
	ctl_ends 0 'refused: rule 101' status
	[[ $(log_count PF0224) -lt 10 ]]
	grep 'PF0224 refused unix:: the rules of allow and deny' "$T/log"
	invariants 1
}

@test "what was refused is counted over deaths and upgrades" {
	own_binary
	start -w 2 -S "$T/ctl.sock" -o allow=127.0.0.1 echo
	allow_message PF0404 PF0407
	for i in 1 2 3; do
		refused_from 2
	done
	# shellcheck disable=SC2046 # their pids
	kill -9 $(workers)
	wait_for echo_once word
	ctl_ends 0 'refused: rule 3' status
	upgrade
	refused_from 2
	ctl_ends 0 'refused: rule 4' status
	served_from 1
}

@test "rules are written as they stand, and read back" {
	conf 'deny 10.0.0.0/9 ::1; allow all; deny unix 127.0.0.0/8'
	preforkd -T -f conf >"$T/first"
	printf '\t%s\n' 'deny 10.0.0.0/9' 'deny ::1/128' 'allow all' \
		'deny unix' 'deny 127.0.0.0/8' >"$T/wanted"
	grep -E '^	(allow|deny)' "$T/first" | cmp "$T/wanted"
	preforkd -T -f first | cmp "$T/first"
	conf 'allow 127.0.0.1
		deny 10.0.0.1/8'
	refused 78 PF0503 -F -f conf
	grep "conf:3:8: PF0503 '10.0.0.1/8' has bits behind the first 8" \
		"$T/err"
}

@test "at a stop the rules hold for the queue" {
	start -w 1 -o stop_timeout=2s -o allow=127.0.0.1 echo
	hold 1
	talk_start -b 127.0.0.2:0 "$ADDR" send 'x\n' say there gone
	there=$TALK_PID
	talk_said there
	queue_up 1
	kill -TERM "$MASTER"
	wait_log PF0101
	release
	talk_end 0 "$there"
	queue_served
	wait_exit
}

# With their first word served; sets HOLD_PID.
hold_from() {
	talk_start -b "127.0.0.$1:0" -n "$2" "$ADDR" \
		line begin say held wait line end shut eof
	HOLD_PID=$TALK_PID
	talk_said held
}

@test "per_source: N are served, N+1 is refused at once, others are served" {
	conf 'workers 6; per_source 2'
	start -S "$T/ctl.sock" -f conf
	hold_from 1 2
	one=$HOLD_PID
	refused_from 1
	hold_from 2 2
	refused_from 2
	served_from 3
	ctl_ends 0 'refused: source 2' status
	release "$one"
	wait_for served_from 1
	release
	invariants 6
}

@test "who ends a connection and makes another has its place" {
	start -w 6 -S "$T/ctl.sock" -o per_source=2 -o max_connections=4 echo
	client load -c 2 -n 4000 -m connect "$HOST" "$PORT" ||
		fail "$(cat "$T/err")"
	ctl -j status
	grep -q '"refused":0,' "$T/said"
}

@test "max_connections: of all sources together" {
	start -w 4 -S "$T/ctl.sock" -o max_connections=2 echo
	hold_from 1 1
	one=$HOLD_PID
	hold_from 2 1
	refused_from 3
	refused_from 1
	ctl_ends 0 'refused: full 2' status
	release "$one"
	wait_for served_from 3
	release
}

@test "the limits are right again when workers were killed" {
	start -w 3 -o per_source=2 -o max_connections=2 echo
	allow_message PF0404 PF0405 PF0406 PF0407
	for turn in 1 2 3; do
		talk_start -b 127.0.0.1:0 -n 2 "$ADDR" \
			line begin say held gone
		talk_said held
		refused_from 1
		# shellcheck disable=SC2046 # their pids
		kill -9 $(workers)
		talk_end
		wait_for served_from 1
		wait_workers 3
	done
	hold 2
	refused_from 1
	release
}

@test "connections of an old generation and of an old image count" {
	own_binary
	start -w 3 -o per_source=2 echo
	hold_from 1 1
	one=$HOLD_PID
	kill -HUP "$MASTER"
	wait_log 'PF0106 '
	hold_from 1 1
	refused_from 1
	kill -USR2 "$MASTER"
	wait_log 'PF0106 ' 2
	refused_from 1
	served_from 2
	release "$one"
	wait_for served_from 1
	release
}

@test "limits are written, and not where there is none" {
	conf 'per_source 10; max_connections 7'
	preforkd -T -f conf >"$T/first"
	grep -x '	per_source 10 prefix 32/64' "$T/first"
	grep -x '	max_connections 7' "$T/first"
	preforkd -T -f first | cmp "$T/first"
	conf 'max_connections 0'
	preforkd -T -f conf >"$T/first"
	run ! grep per_source "$T/first"
	grep -x '	max_connections 0' "$T/first"
	# The prefix is that of rate as well.
	conf 'per_source 0 prefix 8/16; rate 5/s'
	preforkd -T -f conf >"$T/first"
	grep -x '	per_source 0 prefix 8/16' "$T/first"
	preforkd -T -f first | cmp "$T/first"
}

# try_for MS N: one after the other from 127.0.0.N; sets SERVED.
try_for() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000))

	SERVED=0
	while [[ ${EPOCHREALTIME/./} -lt $end ]]; do
		! served_from "$2" 2>/dev/null || SERVED=$((SERVED + 1))
	done
}

# try_times COUNT N
try_times() {
	local i

	SERVED=0
	for ((i = 0; i < $1; i++)); do
		! served_from "$2" 2>/dev/null || SERVED=$((SERVED + 1))
	done
}

@test "rate: over 5 s as many as it says" {
	start -w 4 -o 'rate=10/s burst 10' echo
	try_for 5000 1
	echo "$SERVED were served"
	[[ $SERVED -ge 54 && $SERVED -le 66 ]]
	served_from 2
	invariants 4
}

@test "rate: a reload does not forget, and it is written" {
	conf 'rate 1/s burst 3'
	preforkd -T -f conf >"$T/first"
	grep -x '	rate 1/s burst 3' "$T/first"
	preforkd -T -f first | cmp "$T/first"
	conf 'rate 1/s burst 20; per_source 3'
	start -S "$T/ctl.sock" -f conf
	try_times 40 9
	[[ $SERVED -ge 20 && $SERVED -lt 40 ]]
	ctl_ends 0 'refused: rate [1-9]' status
	reload
	# A bucket that is new would give 20.
	try_times 20 9
	[[ $SERVED -lt 20 ]]
	served_from 2
}

@test "reloads under load lose nothing, and no more than the limit are served" {
	conf 'workers 6; allow all; max_connections 100; per_source 2
		rate 100000/s'
	start -S "$T/ctl.sock" -f conf
	hold_from 9 2
	for i in 1 2 3 4; do
		reload &
		for j in 1 2 3 4 5; do
			served_from "$j"
			refused_from 9
		done
		wait $!
	done
	release
	ctl_ends 0 'refused: source 20' status
}

@test "limits hold for whom a PROXY header names" {
	header() {
		printf 'PROXY TCP4 198.51.100.%d 127.0.0.1 4711 7\\r\\n' "$1"
	}
	conf 'proxy require from 127.0.0.1; per_source 1'
	start -S "$T/ctl.sock" -f conf
	SERVES_ECHO=''
	talk_start "$ADDR" send "$(header 1)" line begin say held wait \
		line end shut eof
	talk_said held
	talk "$ADDR" send "$(header 1)" gone
	talk "$ADDR" send "$(header 2)" line word shut eof
	ctl_ends 0 'refused: source 1' status
	talk_go
	talk_end
	invariants 4
}
