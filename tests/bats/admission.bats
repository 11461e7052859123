# Who is let in: allow and deny, and what is told of those who are not.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load upgrades
load control

conf() {
	printf '%s\n' "service echo { listen 127.0.0.1:0; handler echo
		workers 4
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
	grep "conf:4:8: PF0503 '10.0.0.1/8' has bits behind the first 8" \
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
