# Configurations that are wrong: preforkd -t tells each mistake at its place.

# shellcheck disable=SC2034,SC2154 # what helper.bash and judged know

load helper
load faults
load refuse

setup_file() {
	GOOD='service s { listen 127.0.0.1:0; handler echo }'
	export GOOD
}

# bad EXPECTED LINE...: EXPECTED is "line:column PFnnnn", or several of them
# with commas between.  Writes the lines as they are, with CRLF, with a byte
# order mark, and without the newline at the end.
bad() {
	local expected=$1 text

	shift
	printf -v text '%b\n' "$@"
	BAD=$((${BAD:-0} + 1))
	EXPECTED_OF[BAD]=$expected
	printf %s "$text" >"$T/$BAD.lf"
	printf %s "${text//$'\n'/$'\r\n'}" >"$T/$BAD.crlf"
	printf '\357\273\277%s' "$text" >"$T/$BAD.bom"
	printf %s "${text%$'\n'}" >"$T/$BAD.bare"
}

# in_service EXPECTED TEXT: the text is in line 2, behind a tab.
in_service() {
	bad "$1" 'service s { listen 127.0.0.1:0; handler echo' "\t$2" '}'
}

# Of all files at once, because hundreds of starts from bash take long.
check_all() {
	# shellcheck disable=SC2016 # for the shell that is started
	become -1 timeout -k 1 "$DEADLINE" sh -c '
		program=$1
		shift
		for file; do
			"$program" -t -f "$file" >"$file.out" 2>"$file.err"
			echo $? >"$file.code"
		done' - "$PREFORKD" "$T"/*.lf "$T"/*.crlf "$T"/*.bom "$T"/*.bare
}

# judge_form FILE EXPECTED
judge_form() {
	local line said=''

	while read -r line; do
		line=${line#"$1:"}
		[[ $line =~ ^(.*):\ (PF[0-9]*)\  ]]
		said+=${said:+,}"${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
	done <"$1.err"
	[[ $said == "$2" && $(<"$1.code") -eq 78 && ! -s $1.out ]] || {
		cat "$1" "$1.err" "$1.code"
		fail "not $2" || return 1
	}
}

# all_are_told COUNT: so many were written, and each is told.
all_are_told() {
	local i form

	preforkd_by_itself
	(check_all </dev/null)
	for ((i = 1; i <= BAD; i++)); do
		for form in lf crlf bom bare; do
			judge_form "$T/$i.$form" "${EXPECTED_OF[i]}" ||
				return 1
		done
	done
	[[ $BAD -eq $1 ]] || fail "$BAD and not $1"
}

@test "bad names and places of directives" {
	bad '2:1 PF0502' "$GOOD" 'nosuchthing 1'
	bad '2:1 PF0502' "$GOOD" 'usr daemon'
	bad '2:3 PF0502' "$GOOD" '  User daemon'
	bad '2:1 PF0502' "$GOOD" '"" x'
	bad '1:1 PF0502' 'servce s {' '\tlisten *:0' '}' "$GOOD"
	in_service '2:2 PF0502' 'wrokers 3'
	in_service '2:14 PF0502' 'workers 3;; wokers 3'
	bad '2:1 PF0504' "$GOOD" 'workers 3'
	bad '2:1 PF0504' "$GOOD" 'handler echo {' '\tx 1' '}'
	in_service '2:2 PF0504' 'pidfile /x'
	in_service '2:2 PF0504' 'service t { }'
	all_are_told 11
}

@test "bad repetitions" {
	bad '3:1 PF0508' "$GOOD" 'pidfile /x' 'pidfile /y'
	in_service '3:2 PF0508' 'workers 1\n\tworkers 1'
	in_service '2:2 PF0508' 'handler echo'
	bad '2:9 PF0508' "$GOOD" "$GOOD"
	in_service '2:29 PF0508' 'listen 127.0.0.1:7; listen 127.0.0.1:7'
	in_service '2:21 PF0508' 'listen *:9; listen 0.0.0.0:9'
	in_service '2:25 PF0508' 'listen unix:/x; listen unix:/x'
	in_service '2:23 PF0508' 'listen *:9 backlog 1 backlog 2'
	all_are_told 8
}

@test "bad numbers, times, sizes and paths" {
	in_service '2:2 PF0503' 'workers'
	in_service '2:10 PF0503' 'workers 0'
	in_service '2:10 PF0503' 'workers 4097'
	in_service '2:10 PF0503' 'workers -1'
	in_service '2:10 PF0503' 'workers four'
	in_service '2:12 PF0503' 'workers 4 5'
	bad '2:15 PF0503' "$GOOD" 'start_timeout 10x'
	bad '2:15 PF0503' "$GOOD" 'start_timeout 1.5s'
	bad '2:15 PF0503' "$GOOD" 'start_timeout 9ms'
	bad '2:13 PF0503' "$GOOD" 'drain_delay 99999999999999999999s'
	bad '2:15 PF0503' "$GOOD" 'reload_window 25'
	bad '2:15 PF0503' "$GOOD" 'reload_window 101%'
	bad '2:17 PF0503' "$GOOD" 'old_generations 65'
	bad '2:9 PF0503' "$GOOD" 'pidfile run/x'
	in_service '2:10 PF0503' 'max_rss 1k'
	in_service '2:10 PF0503' 'max_age 5ms'
	in_service '2:17 PF0503' 'max_requests 5 jitter'
	in_service '2:17 PF0503' 'max_requests 5 jitters 5%'
	in_service '2:18 PF0503' 'timeout idle 1s idel 1s'
	in_service '2:10 PF0503' 'timeout total'
	all_are_told 20
}

@test "bad addresses and users" {
	in_service '2:9 PF0201' 'listen 127.0.0.1'
	in_service '2:9 PF0201' 'listen *:65536'
	in_service '2:9 PF0201' 'listen 1.2.3:4'
	in_service '2:9 PF0201' 'listen unix:x'
	in_service '2:13 PF0503' 'listen *:1 backlog'
	in_service '2:21 PF0503' 'listen *:1 backlog 0'
	in_service '2:13 PF0503' 'listen *:1 mode 0600'
	in_service '2:22 PF0503' 'listen unix:/x mode 888'
	in_service '2:23 PF0602' 'listen unix:/x owner no-one-is-called-so'
	bad '2:6 PF0602' "$GOOD" 'user no-one-is-called-so'
	bad '2:8 PF0503' "$GOOD" 'user 0 0'
	in_service '2:9 PF0201,3:10 PF0503' 'listen x\n\tworkers 0'
	all_are_told 12
}

@test "bad services and handlers" {
	bad '1:9 PF0510' 'service s { handler echo }'
	bad '1:9 PF0510' 'service s { listen *:0 }'
	bad '1:1 PF0505' 'service {' '}'
	bad '1:11 PF0505' 'service s t { }'
	bad '1:9 PF0503' 'service a/b { listen *:0; handler echo }'
	bad '1:25 PF0503' 'service s { listen *:0; handler }'
	bad '1:35 PF0503' 'service s { listen *:0; handler a b }'
	bad '1:40 PF0503' 'service s { listen *:0; handler echo { x } }'
	bad '1:40 PF0505' 'service s { listen *:0; handler echo { x { y 1 } } }'
	all_are_told 9
}

@test "bad words, strings and blocks" {
	bad '2:1 PF0505' "$GOOD" '}'
	bad '1:11 PF0505' 'service s {' '\tlisten *:0; handler echo'
	bad '2:1 PF0505' "$GOOD" '{ user 0 }'
	bad '2:1 PF0505,2:6 PF0505' "$GOOD" 'user { x { y }'
	bad '2:6 PF0505' "$GOOD" 'user "0'
	bad '2:8 PF0505' "$GOOD" 'user "0\\q"'
	bad '2:9 PF0505' "$GOOD" 'user "0"0'
	bad '2:7 PF0505' "$GOOD" 'user 0"0"'
	bad '2:6 PF0505' "$GOOD" 'user \r0'
	bad '2:6 PF0505' "$GOOD" 'user \x01'
	bad '2:1 PF0503' "$GOOD" 'include'
	bad '2:9 PF0507' "$GOOD" 'include nosuch.conf'
	all_are_told 12
}

# refused_file FILE [PLACE PFnnnn]: at once, with one line, and with 78.
refused_file() {
	local got=0

	preforkd -t -f "$1" >"$T/out" 2>"$T/err" || got=$?
	cut -c 1-200 "$T/err"
	[[ $got -eq 78 && $(wc -l <"$T/err") -eq 1 ]] || fail "exit $got"
	grep -qF "$1${2:+:$2}: ${3:-PF0507} " "$T/err"
}

@test "files of odd bytes end with an error" {
	preforkd_by_itself
	printf '%s\nuser \0\n' "$GOOD" >"$T/conf"
	refused_file "$T/conf" 2:6 PF0505
	head -c 10485760 /dev/zero | tr '\0' a >"$T/conf"
	refused_file "$T/conf" 1:1 PF0505
	head -c 10485760 /dev/zero | tr '\0' '"' >"$T/conf"
	refused_file "$T/conf" 1:3 PF0505
	head -c 10485760 /dev/zero | sed 's/\x00\x00/a /g' >"$T/conf"
	refused_file "$T/conf" 1:2049 PF0505
	truncate -s 17M "$T/conf"
	refused_file "$T/conf"
	: >"$T/conf"
	refused_file "$T/conf" '' PF0510
}

@test "what is no file that can be read ends with an error" {
	preforkd_by_itself
	mkfifo "$T/fifo"
	refused_file "$T/fifo"
	refused_file "$T"
	refused_file /dev/zero
	refused_file "$T/nosuch"
	printf 'include conf\n%s\n' "$GOOD" >"$T/conf"
	refused_file "$T/conf" 1:9
	grep 'includes itself' "$T/err"
	mkdir "$T/d"
	printf 'include "../conf"\n' >"$T/d/a.conf"
	printf 'include "d/*"\n%s\n' "$GOOD" >"$T/conf"
	got=0
	preforkd -t -f "$T/conf" 2>"$T/err" || got=$?
	[[ $got -eq 78 ]]
	grep "^$T/d/a.conf:1:9: PF0507 .*includes itself" "$T/err"
	for name in fifo .; do
		printf '%s\ninclude %s\n' "$GOOD" "$name" >"$T/conf"
		refused_file "$T/conf" 2:9
	done
}

@test "a file that may not be read ends with an error" {
	chmod 755 "$T"
	printf '%s\n' "$GOOD" >"$T/conf"
	chmod 0 "$T/conf"
	if [[ $EUID -eq 0 ]]; then
		preforkd_by setpriv --reuid 4711 --regid 4712 --clear-groups
	else
		preforkd_by_itself
	fi
	refused_file "$T/conf"
	grep 'Permission denied' "$T/err"
}

@test "of more than twenty mistakes twenty are told, and how many more" {
	preforkd_by_itself
	printf 'nosuchthing %d\n' {1..20} >"$T/conf"
	preforkd -t -f "$T/conf" 2>"$T/err" || got=$?
	[[ $got -eq 78 && $(wc -l <"$T/err") -eq 20 ]]
	printf 'nosuchthing %d\n' {21..1000} >>"$T/conf"
	preforkd -t -f "$T/conf" 2>"$T/err" || got=$?
	[[ $got -eq 78 && $(wc -l <"$T/err") -eq 21 ]]
	sed -n 20p "$T/err" | grep "^$T/conf:20:1: PF0502 "
	[[ $(sed -n 21p "$T/err") == 'preforkd: 980 more' ]]
}
