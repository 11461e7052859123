# A log that takes no lines holds nobody up, and each loss is told; what is
# written is one line for one event, also as JSON.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load control
load privileges
load logs

# Of all PF0606.
told_lost() {
	sed -n 's/.*PF0606 \([0-9]*\) log line.*/\1/p' "$@" |
		awk '{ n += $1 } END { print n + 0 }'
}

lost() {
	ctl -j status && jq -r .log.lost "$T/said"
}

configure() {
	printf '%s\n' "$@" "service echo {" "listen unix:$T/sock" \
		"handler $SCRIBE" 'workers 2' '}' >"$T/conf"
	AT=unix:$T/sock
}

@test "a full disk: all is served, and the number of lost lines is right" {
	local before

	need jq
	[[ -c /dev/full ]] || skip 'there is no /dev/full'
	allow_message PF0606
	configure 'log file /dev/full'
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	scribble 10 'many 100'
	before=$(lost)
	[[ $before -ge 1000 ]]
	ctl metrics
	[[ $(sed -n 's/^prefork_log_lines_lost_total //p' "$T/said") -ge 1000 ]]
	configure "log file $T/log"
	ctl_ends 0 generation reload
	# Those who lost something have ended, or say so.
	wait_for has_told_all
	[[ $(told_lost "$T/log") -ge $before ]]
	scribble 'say well again'
	wait_log 'well again'
	stop
}

has_told_all() {
	all_scribble 2 && kill -USR1 "$MASTER" &&
		[[ $(told_lost "$T/log") -eq $(lost) ]]
}

@test "a small disk: it fills, is emptied, and all lines are told or there" {
	need_root
	need jq
	allow_message PF0606
	mkdir "$T/disk"
	preforkd_in --mount "mount -t tmpfs -o size=64k none $T/disk"
	cp "$SCRIBE" "$T/scribe.so"
	VERBOSE='' start_only -S "$T/ctl.sock" -o "log=file $T/disk/log" \
		-l "unix:$T/sock" -w 2 "$T/scribe.so"
	AT=unix:$T/sock
	local inside=/proc/$MASTER/root$T/disk/log many
	scribble 4 'many 500'
	many=$(lost)
	[[ $many -gt 0 ]]
	cat "$inside" >"$T/first"
	: >"$inside"
	# A disk that was full is left alone for some time.
	wait_for all_lines_are_found "$inside" "$many"
	stop
}

all_lines_are_found() {
	all_scribble 2 || return 1
	cat "$1" >"$T/second"
	[[ $(told_lost "$T/second") -eq $(lost) &&
		$(($(ids "$T/first" "$T/second" | wc -l) + $2)) -eq 2000 ]]
}

@test "a stopped reader of stderr: all is served, and losses are told" {
	local reader

	allow_message PF0606
	mkfifo "$T/pipe"
	# Were it to be left behind, bats would wait for what it has open.
	(
		close_descriptors -1
		exec cat "$T/pipe" >"$T/log"
	) &
	reader=$!
	preforkd_by "2>$T/pipe"
	start_scribe -S "$T/ctl.sock" -w 2
	kill -STOP "$reader"
	within 5000 scribble 4 'many 1000'
	within 1000 ctl_ends 0 preforkd ping
	kill -CONT "$reader"
	wait_for each_line_told_or_there 4000
	stop
	wait "$reader"
}

each_line_told_or_there() {
	all_scribble 2 || return 1
	[[ $(($(ids "$T/log" | wc -l) + $(told_lost "$T/log"))) -ge $1 ]]
}

@test "JSON: an object a line, whoever writes it and whatever it says" {
	need jq
	start_only -o "log=file $T/json debug" -o 'log=format json' -w 1 \
		-l "unix:$T/sock" "$SCRIBE"
	AT=unix:$T/sock
	scribble 'say a\r\x1b[2J\x7f"\\q' "say $(printf 'x%.0s' {1..2000})"
	talk "$AT" send 'say \xff\xc3\xa9\n' expect 'done\n'
	wait_for grep -q '\\u00ffé' "$T/json"
	stop
	jq -es 'map(.time, .level, .id, .program, .text) |
		all(type == "string")' "$T/json"
	jq -es 'map(select(.service != null)) | length > 0 and
		all(.service == "scribe" and .slot == 0 and .generation == 1)' \
		"$T/json"
	jq -es 'map(select(.id == "PF0100")) |
		.[0].pid == '"$MASTER"' and .[0].service == null and
		.[0].level == "notice"' "$T/json"
	jq -es 'map(select(.text | endswith("a\r\u001b[2J\u007f\"\\q"))) |
		length == 1' "$T/json"
	jq -es 'map(.time) | all(test(
		"^20..-..-..T..:..:..[.][0-9]{3}Z$"))' "$T/json"
	[[ $(awk '{ print length() }' "$T/json" | sort -n | tail -n 1) -le 1024 ]]
}

@test "text: a client cannot make a line or move a cursor" {
	start_scribe -o "log=file $T/log" -w 1
	scribble 'say a\rPF0404 b\x1b[2J\x07c'
	wait_log 'PF0311.*: a\\x0DPF0404 b\\x1B\[2J\\x07c$'
	stop
}

@test "JSON to standard error, and a reload to text" {
	need jq
	configure 'log stderr info' 'log format json'
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	jq -e .id "$T/log"
	configure 'log stderr info'
	ctl_ends 0 generation reload
	wait_log '^preforkd\[.*PF0106'
	scribble 'say plain'
	wait_log '^preforkd\[[0-9]*\]: echo/[0-9]*: PF0311 .*plain$'
	stop
}

@test "a manager that asks for it gets the gravity before each line" {
	local program=$PREFORKD

	# shellcheck disable=SC2016 # for the shell that begins it
	preforkd_by env 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)'
	start -w 1 echo
	wait_log '^<5>preforkd\[[0-9]*\]: PF0100'
	wait_log '^<7>preforkd\[[0-9]*\]: PF0401'
	stop
	# Of another one's stream nothing follows.
	: >"$T/log"
	PREFORKD=$program
	preforkd_by env JOURNAL_STREAM=1:1
	start -w 1 echo
	[[ $(log_count '^<') -eq 0 ]]
	stop
}
