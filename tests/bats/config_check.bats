# What -t and -T find, and that they do nothing else.

# shellcheck disable=SC2034,SC2154 # what helper.bash and judged know

load helper
load faults
load refuse

# The files of $T, with what changes when one is written to.
inventory() {
	find "$T" ! -path "$T/pfout*" -printf '%p %i %s %T@ %C@\n' | sort
}

# changes_nothing CODE argument...: of -t or -T.
changes_nothing() {
	local code=$1 got=0

	shift
	: >"$T/pfout"
	: >"$T/pfout.err"
	inventory >"$T.before"
	preforkd "$@" >"$T/pfout" 2>"$T/pfout.err" || got=$?
	inventory >"$T.after"
	diff "$T.before" "$T.after" || fail "changed by $*"
	rm -f "$T.before" "$T.after"
	cat "$T/pfout.err"
	[[ $got -eq $code ]] || fail "exit $got and not $code" || return 1
	wait_for nobody_outside
}

@test "-t and -T make no file, in the folders that they are told of" {
	preforkd_by_itself
	cat >"$T/conf" <<-TEXT
		pidfile $T/pid
		service s { listen unix:$T/sock; listen 127.0.0.1:0
			handler echo { max_bytes 1k } }
	TEXT
	for option in -t -T; do
		changes_nothing 0 "$option" -f "$T/conf"
		[[ ! -s $T/pfout.err ]]
		changes_nothing 0 "$option" -p "$T/pid" -l "unix:$T/sock" \
			-f "$T/conf"
	done
	[[ -s $T/pfout ]]
	echo 'user nosuchuser' >>"$T/conf"
	changes_nothing 78 -t -f "$T/conf"
	changes_nothing 78 -T -f "$T/conf"
}

@test "-t and -T do not mind an instance that has it all" {
	cat >"$T/conf" <<-TEXT
		pidfile $T/pid
		service echo { listen 127.0.0.1:0; listen unix:$T/sock
			handler echo; workers 2 }
	TEXT
	start -f conf
	sed "s/127.0.0.1:0/$ADDR/" "$T/conf" >"$T/taken"
	for option in -t -T; do
		changes_nothing 0 "$option" -f "$T/taken"
		[[ ! -s $T/pfout.err ]]
	done
	[[ $(<"$T/pid") == "$MASTER" ]]
	echo_once word "unix:$T/sock"
	invariants 2
}

@test "-t does not mind a folder in which nothing can be made" {
	preforkd_by_itself
	cat >"$T/conf" <<-TEXT
		pidfile $T/nosuch/pid
		service s { listen unix:$T/nosuch/sock; handler echo }
	TEXT
	changes_nothing 0 -t -f "$T/conf"
	[[ ! -s $T/pfout && ! -s $T/pfout.err ]]
}

@test "-t exits with 78, whatever a start would exit with" {
	refused 78 PF0202 -t -l 127.0.0.1:nosuchservice echo
	refused 69 PF0202 -l 127.0.0.1:nosuchservice echo
	refused 64 PF0500 -t -z
}

@test "-t tells what is wrong with options in the file they are in" {
	preforkd_by_itself
	mkdir "$T/more"
	cat >"$T/conf" <<-TEXT
		include "more/*.conf"
		service last { listen 127.0.0.1:0; handler echo {
			include more/options
			max_bytes 12 } }
	TEXT
	printf '# a comment\nmax_bites\t7\n' >"$T/more/options"
	cat >"$T/more/a.conf" <<-'TEXT'
		service first { listen 127.0.0.1:0
			handler echo {
				max_bytes "9x"
			} }
	TEXT
	changes_nothing 78 -t -f "$T/conf"
	[[ $(sed 's/\(PF[0-9]*\) .*/\1/' "$T/pfout.err") == \
		"$T/more/a.conf:3:11: PF0306
$T/more/options:2:1: PF0305" ]]
	grep 'options:2:1: .*did you mean max_bytes?' "$T/pfout.err"
}

# typos_are_told NAME...: with a letter too many, at the top and in a service.
typos_are_told() {
	local name

	{
		printf '%sx 1\n' "$@"
		printf 'service s { listen 127.0.0.1:0; handler echo\n'
		printf '%sx 1\n' "$@"
		printf '}\n'
	} >"$T/conf"
	preforkd -t -f "$T/conf" 2>"$T/err" || [[ $? -eq 78 ]]
	for name; do
		grep -q "PF0502 .* '${name}x'; did you mean $name?" "$T/err" ||
			fail "no help with ${name}x" || return 1
	done
}

@test "a typo of any directive of the table names the nearest" {
	preforkd_by_itself
	mapfile -t names < <(sed -n 's/^DIRECTIVE(\([a-z_]*\),.*/\1/p' \
		"$abs_top_srcdir/src/config/directive.def")
	[[ ${#names[@]} -gt 30 ]]
	for ((i = 0; i < ${#names[@]}; i += 10)); do
		typos_are_told "${names[@]:i:10}"
	done
}

@test "-T of all directives reads back byte for byte" {
	preforkd_by_itself
	cat >"$T/conf" <<-TEXT
		pidfile "$T/a b"
		module_path "$T"
		start_timeout 1500ms; drain_timeout 0; stop_timeout 90
		drain_delay 1m; reload_window 100%; old_generations 64
		service "a.b-c_d" { listen *:7 backlog 65535; listen [::1]:0
			listen unix:$T/s# mode 600 owner 0:0
			listen "unix:$T/two words" mode 0777
			handler ./none { "odd name" "" "\"\\\\\n\t\x01" }
			workers 4096; max_requests 5 jitter 0%; max_age 90s
			max_rss 3000k
			timeout idle 10ms total 1h write 61s min_rate 1025
			timeout header 3s
			proxy require from 10.0.0.0/8 2001:db8::/32 ::1 unix }
		service two { listen 127.0.0.1:0; handler nosuch }
	TEXT
	changes_nothing 0 -T -f "$T/conf"
	cp "$T/pfout" "$T/first"
	changes_nothing 0 -T -f "$T/first"
	cmp "$T/first" "$T/pfout"
	grep -x $'\tmax_rss 3000k' "$T/first"
	grep -x $'\tproxy require from 10.0.0.0/8 2001:db8::/32 ::1/128 unix' \
		"$T/first"
	grep -xF $'\t\t"odd name" "\\"\\\\\\n\\t\\x01"' "$T/first"
}
