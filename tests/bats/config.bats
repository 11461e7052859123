# Configuration files: -f, -t and -T.

# shellcheck disable=SC2034,SC2154 # what helper.bash and judged know

load helper
load faults
load refuse

# One service with the lines of the standard input in it.
write_service() {
	{
		printf 'service %s {\n\tlisten 127.0.0.1:0\n' "${1:-echo}"
		cat
		printf '}\n'
	} >>"$T/conf"
}

echo_service() {
	write_service echo <<<$'\thandler echo'
}

# says_of_file CODE LINE...: preforkd refuses the file with these lines, and
# leaves nothing; LINE is "line:column PFnnnn".
says_of_file() {
	local code=$1 got=0 expected

	shift
	expected=$(printf "$T/conf:%s\n" "$@" | sed 's/ /: /')
	for option in -t -F ''; do
		got=0
		preforkd ${option:+"$option"} -p "$T/pid" -f "$T/conf" \
			2>"$T/err" || got=$?
		cat "$T/err"
		[[ $got -eq $code ]] || fail "exit $got and not $code"
		[[ $(sed 's/\(: PF[0-9]*\) .*/\1/' "$T/err") == "$expected" ]] ||
			fail "not as expected: $expected"
		nothing_stays
	done
}

@test "a file's services are all served, each by its own workers" {
	cat >"$T/conf" <<-TEXT
		service echo { listen 127.0.0.1:0; handler echo; workers 2 }
		service fault {
			listen unix:$T/sock
			handler $FAULT
			workers 3
		}
	TEXT
	start -f conf
	wait_workers 5
	[[ ${#ADDRS[@]} -eq 2 ]]
	echo_once word
	talk "unix:$T/sock" send 'pid\n' print | grep -qx '[0-9]*'
	grep -c 'echo/[01]' "$T/log"
	grep 'fault/2' "$T/log"
}

@test "the command line wins over the file" {
	echo_service
	printf 'pidfile %s/other\n' "$T" >>"$T/conf"
	start -f conf -w 1 -o service.echo.workers=2 -p "$T/pid" \
		-l 127.0.0.1:0 -l "unix:$T/sock"
	wait_workers 2
	[[ ${#ADDRS[@]} -eq 2 && -e $T/pid && ! -e $T/other ]]
	echo_once word "unix:$T/sock"
	stop
	write_service two <<<$'\thandler echo'
	refused 64 PF0500 -t -f "$T/conf" -l 127.0.0.1:0
	refused 64 PF0500 -t -f "$T/conf" echo
	refused 64 PF0500 -i -f "$T/conf"
}

@test "every mistake is told with its place, and nothing is started" {
	cat >"$T/conf" <<-'TEXT'
		srvice a { }
		start_timeout 1
		drain_timeout x
		service b {
			listen 127.0.0.1:0
			handler echo
			worker 3; workers 0
		}
		service c { handler echo }
	TEXT
	says_of_file 78 '1:1 PF0502' '3:15 PF0503' '7:1 PF0502' '7:19 PF0503' \
		'9:9 PF0510'
	printf 'x y\n%.0s' {1..30} >"$T/conf"
	preforkd -t -f "$T/conf" 2>"$T/err" || [[ $? -eq 78 ]]
	[[ $(grep -c 'PF0502' "$T/err") -eq 20 ]]
	grep '10 more' "$T/err"
}

@test "-t finds what only the module can know, each at its place" {
	CRASHING=1
	cat >"$T/conf" <<-TEXT
		service a {
			listen 127.0.0.1:0
			handler echo {
				max_bytes 1x; max_byte 3
				max_bytes 3; max_bytes 4
			}
		}
		service b { listen 127.0.0.1:0; handler nosuch }
		service c { listen 127.0.0.1:0; handler $FAULT { check crash } }
		service d { listen 127.0.0.1:0; handler $FAULT { check fail } }
		service e { listen 127.0.0.1:0; handler echo }
	TEXT
	preforkd -t -p "$T/pid" -f "$T/conf" 2>"$T/err" || [[ $? -eq 78 ]]
	cat "$T/err"
	[[ $(sed "s,^$T/conf:,,; s/\(: PF[0-9]*\) .*/\1/" "$T/err") == \
		'4:11: PF0306
4:15: PF0305
5:24: PF0307
8:41: PF0300
9:41: PF0310
10:41: PF0308' ]]
	grep '4:15.*did you mean max_bytes?' "$T/err"
	nothing_stays
}

@test "-t and -T say nothing of a good file and do nothing" {
	cat >"$T/conf" <<-TEXT
		pidfile $T/pid
		service s { listen unix:$T/sock; handler echo }
	TEXT
	preforkd -t -f "$T/conf" >"$T/out" 2>&1
	[[ ! -s $T/out ]]
	preforkd -T -f "$T/conf" >"$T/out" 2>"$T/err"
	[[ ! -s $T/err ]]
	nothing_stays
	(cd "$T" && preforkd -t -f conf)
}

@test "-T prints what holds, which is read as the same" {
	cat >"$T/conf" <<-TEXT
		include "$T/more/*.conf"
		reload_window 30%; # comment
		service s { listen 127.0.0.1:0
			handler "./a b" { "" "x\\\\y\\"" } }
	TEXT
	mkdir "$T/more"
	printf 'drain_timeout 90s\n' >"$T/more/a.conf"
	preforkd -T -f "$T/conf" -o workers=9 >"$T/first"
	grep -x 'drain_timeout 90s' "$T/first"
	grep -x 'start_timeout 10s' "$T/first"
	grep -x $'\tworkers 9' "$T/first"
	grep -xF "	handler \"$T/./a b\" {" "$T/first"
	preforkd -T -f "$T/first" >"$T/second"
	cmp "$T/first" "$T/second"
	preforkd -T -l '*:1' -w 3 echo max_bytes=1k >"$T/first"
	preforkd -T -f "$T/first" | cmp - "$T/first"
	preforkd -t -f "$T/first"
	run preforkd -T -f "$T/nosuch"
	[[ $status -eq 78 ]]
}

@test "what is no file is refused at once" {
	mkfifo "$T/fifo"
	for file in fifo more . nosuch /dev/null; do
		[[ $file != more ]] || mkdir "$T/more"
		run preforkd -t -f "$file"
		[[ $status -eq 78 && $output == "$file: PF0507 "* ]]
	done
}

@test "a unix socket has the mode and the owner of its line" {
	[[ $EUID -eq 0 ]] || skip 'only root can give files away'
	cat >"$T/conf" <<-TEXT
		service echo {
			listen 127.0.0.1:0
			listen unix:$T/sock mode 0606 owner 4711:4712
			handler echo
		}
	TEXT
	start -f conf
	[[ $(stat -c '%a %u %g' "$T/sock") == '606 4711 4712' ]]
	echo_once word "unix:$T/sock"
	stop
	[[ ! -e $T/sock ]]
}

@test "each service has its user, or that of all" {
	[[ $EUID -eq 0 ]] || skip 'only root can give privileges up'
	chmod 755 "$T"
	cat >"$T/conf" <<-TEXT
		user 4711; group 4712
		service echo { listen 127.0.0.1:0; handler echo; workers 1 }
		service own {
			listen 127.0.0.1:0; handler echo; workers 1
			user 4713
		}
	TEXT
	start -f conf
	[[ $(for pid in $(workers); do
		awk '/^[UG]id:/ { printf "%s ", $2 }' "/proc/$pid/status"
		echo
	done | sort) == $'4711 4712 \n4713 4713 ' ]]
	preforkd -t -f "$T/conf"
	# shellcheck disable=SC2016 # for the other shell
	preforkd_by setpriv --reuid 4711 --regid 4712 --clear-groups
	preforkd -T -f "$T/conf" >/dev/null
	refused 78 PF0603 -t -f "$T/conf"
}
