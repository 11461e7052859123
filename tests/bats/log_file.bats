# The directive log file: opened by the master alone, and where every process
# of the daemon writes.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load control
load privileges
load logs

# configure PATH [DIRECTIVE...]
configure() {
	local path=$1

	shift
	printf '%s\n' "log file $path" "$@" "service echo {" \
		"listen unix:$T/sock" "handler $SCRIBE" 'workers 2' '}' \
		>"$T/conf"
	AT=unix:$T/sock
}

all_name_file() {
	local pid

	for pid in $MASTER $(workers); do
		names_file "$pid" "$1" || return 1
	done
}

@test "each line is there once, from 8 workers over 20 rotations" {
	local connections=800 i

	[[ -z ${PREFORK_SANITIZED:-} ]] || connections=80
	start_scribe -S "$T/ctl.sock" -o "log=file $T/log" -w 8
	talk_start -n "$connections" -t "$DEADLINE" "$ADDR" \
		send 'many 125\n' expect 'done\n' shut eof
	for ((i = 1; i <= 20; i++)); do
		mv "$T/log" "$T/log.$i"
		ctl reopen
	done
	talk_end
	echo_all=$(ids "$T"/log "$T"/log.* | wc -l)
	[[ $echo_all -eq $((connections * 125)) ]]
	[[ $(ids "$T"/log "$T"/log.* | sort -u | wc -l) -eq $echo_all ]]
	# A rotation under way when the last one ended is for all.
	scribble 'say last'
	wait_for all_name_file "$T/log"
	[[ $(stat -c %a "$T/log") == 640 ]]
	stop
}

@test "what cannot be opened ends a start, and both ways are told why" {
	local path

	mkdir "$T/folder"
	ln -s "$T/elsewhere" "$T/link"
	mkfifo "$T/fifo"
	for path in "$T/none/log" "$T/folder" "$T/link" "$T/fifo"; do
		refused 73 PF0605 -F -l 127.0.0.1:0 -o "log=file $path" echo
		grep "PF0605 open $path: " "$T/err"
		refused 73 PF0605 -l 127.0.0.1:0 -o "log=file $path" echo
	done
	[[ ! -e $T/elsewhere ]]
	refused 78 PF0503 -F -o 'log=file log' echo
	refused 78 PF0503 -F -o 'log=file' echo
	refused 78 PF0503 -F -o "log=file $T/log loud" echo
}

@test "a daemon writes to it, and nothing to where it came from" {
	start_daemon -o "log=file $T/file info" -l "unix:$T/sock" -w 1 echo
	grep 'preforkd\[.*PF0100' "$T/file"
	[[ ! -s $T/err ]]
	stop
	grep 'preforkd\[.*PF0102' "$T/file"
}

@test "reopen: a folder that is gone keeps the old one and is told" {
	mkdir "$T/logs"
	configure "$T/logs/log"
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	mv "$T/logs" "$T/moved"
	ctl_ends 1 "reopen $T/logs/log: No such file" reopen
	grep "PF0605 reopen $T/logs/log: No such file" "$T/moved/log"
	scribble 'say still here'
	grep 'still here' "$T/moved/log"
	mkdir "$T/logs"
	ctl_ends 0 'the log is open again' reopen
	scribble 'say back'
	wait_for all_name_file "$T/logs/log"
	scribble 'say new'
	grep ': new$' "$T/logs/log"
	stop
}

@test "reload: another path is where all write, a bad one changes nothing" {
	configure "$T/a"
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	configure "$T/none/b"
	ctl_ends 1 "open $T/none/b: No such file" reload
	grep "PF0107.*open $T/none/b" "$T/a"
	scribble 'say one'
	grep ': one$' "$T/a"
	configure "$T/b"
	ctl_ends 0 generation reload
	wait_for all_name_file "$T/b"
	scribble 'say two'
	grep ': two$' "$T/b"
	! names_file "$MASTER" "$T/a" || fail 'the old one is still open'
	stop
	grep PF0102 "$T/b"
}

@test "upgrade: the file stays open, also where its folder has gone" {
	mkdir "$T/logs"
	configure "$T/logs/log"
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	mv "$T/logs" "$T/moved"
	mkdir "$T/logs"
	ctl_ends 0 'generation 2 serves' upgrade
	[[ ! -e $T/logs/log ]]
	scribble 'say after'
	grep 'PF0122' "$T/moved/log"
	grep ': after$' "$T/moved/log"
	ctl_ends 0 '' reopen
	wait_for all_name_file "$T/logs/log"
	stop
}

@test "root opens none where whom workers run as could put a link" {
	need_root
	mkdir "$T/theirs" "$T/shared" "$T/ours"
	chown nobody "$T/theirs"
	chmod 1777 "$T/shared"
	refused 73 PF0605 -F -u nobody -l 127.0.0.1:0 \
		-o "log=file $T/theirs/log" "$FAULT"
	grep "nobody.* can change the folder $T/theirs" "$T/err"
	refused 73 PF0605 -F -u nobody -l 127.0.0.1:0 \
		-o "log=file $T/shared/log" "$FAULT"
	ln -s "$T/theirs" "$T/ours/way"
	mkdir "$T/theirs/deep"
	refused 73 PF0605 -F -u nobody -l 127.0.0.1:0 \
		-o "log=file $T/ours/way/deep/log" "$FAULT"
	[[ ! -e $T/shared/log && ! -e $T/theirs/log && ! -e $T/theirs/deep/log ]]
	start -u nobody -o "log=file $T/log" "$FAULT"
	[[ $(stat -c %U "$T/log") == root ]]
	grep 'PF0102\|PF0401' "$T/log"
	stop
}

@test "workers that are not root write to root's file, and after a reopen" {
	need_root
	cp "$SCRIBE" "$T/scribe.so"
	chmod 755 "$T/scribe.so"
	start -u nobody -o "log=file $T/log" -w 2 "$T/scribe.so"
	scribble 'say before'
	mv "$T/log" "$T/old"
	kill -USR1 "$MASTER"
	wait_log PF0114
	scribble 'say after'
	wait_for all_name_file "$T/log"
	grep -h ': before$' "$T/old"
	wait_log ': after$'
	stop
}

@test "an ordinary user logs to a file of its own" {
	need_stranger
	preforkd_by_stranger
	mkdir "$T/own"
	[[ $EUID -ne 0 ]] || chown "$STRANGER" "$T/own" "$T"
	start_only -o "log=file $T/own/log" "$FAULT"
	grep PF0100 "$T/own/log"
	stop
}

# What logrotate does with the file that is shipped, by hand where there is
# none: then only its script is.
@test "the rules for logrotate rotate the log" {
	sed -e "s,@sbindir@/preforkctl,$PREFORKCTL," -e "s,@runstatedir@,$T," \
		-e "s,^/var/log/preforkd,$T/logs," \
		"$abs_top_srcdir/doc/service/preforkd.logrotate.in" >"$T/rules"
	chmod 644 "$T/rules"
	mkdir "$T/logs"
	configure "$T/logs/preforkd.log"
	VERBOSE='' start_only -S "$T/preforkd.sock" -f "$T/conf"
	scribble 'say before'
	if command -v logrotate >/dev/null && [[ $EUID -eq 0 ]]; then
		logrotate -d "$T/rules"
		logrotate -f -s "$T/state" "$T/rules"
	else
		mv "$T/logs/preforkd.log" "$T/logs/preforkd.log.1"
		sed '1,/postrotate/d; /endscript/,$d' "$T/rules" | sh -e
	fi
	grep ': before$' "$T/logs/preforkd.log.1"
	wait_for all_name_file "$T/logs/preforkd.log" &&
		scribble 'say after'
	grep ': after$' "$T/logs/preforkd.log"
	stop
}
