# Listening sockets: what a reload may do to them, and kinds of them.

# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load faults
load turns

conf() {
	printf '%s\n' "$1" >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
}

reload() {
	local before

	before=$(log_count 'PF010[67] ')
	kill -HUP "$MASTER"
	wait_log 'PF010[67] ' $((before + 1))
}

reload_succeeds() {
	reload || return 1
	grep 'PF010[67] ' "$T/log" | tail -n 1 | grep PF0106
}

# reload_fails REASON: and the workers are the same; where there is a control
# socket, who asks for it there is told.
reload_fails() {
	local before

	before=$(workers)
	if [[ -S $T/ctl.sock ]]; then
		run -1 timeout -k 1 "$DEADLINE" "$PREFORKCTL" \
			-S "$T/ctl.sock" reload
		[[ $output =~ $1 ]] || fail "$output" || return 1
	else
		reload || return 1
	fi
	grep 'PF010[67] ' "$T/log" | tail -n 1 | grep -E "PF0107 .*$1" ||
		fail "not failed for $1" || return 1
	wait_for has_only "$before"
}

has_only() {
	[[ $(workers) == "$1" ]]
}

# Where a queue cannot be kept from growing it is not closed while it has any.
can_be_quiet() {
	grep -q '^#define HAVE_LINUX_FILTER_H 1' "$abs_top_builddir/config.h"
}

only_current_is_left() {
	[[ $(log_count PF0110) -eq $(log_count PF0105) ]]
}

# Until the kernel has given an address back.
reload_until_done() {
	local end=$((SECONDS + DEADLINE))

	until reload_succeeds; do
		((SECONDS < end)) || fail 'the address is never free' || return 1
	done
}

# serve_at ADDRESS...: by two workers.
serve_at() {
	conf "service echo { $(printf 'listen %s; ' "$@") handler echo
		workers 2 }"
}

@test "one address and all addresses of a port do not change places at once" {
	expect_message PF0107
	serve_at 127.0.0.1:0
	start -f conf
	load_begin
	wait_for test -s "$T/load"
	serve_at "0.0.0.0:$PORT"
	reload_fails "0.0.0.0:$PORT: .*; 127.0.0.1:$PORT, which .* in the way"
	serve_at "*:$PORT"
	reload_fails "0.0.0.0:$PORT: .*; 127.0.0.1:$PORT, which .* in the way"
	serve_at "127.0.0.1:$PORT"
	reload_succeeds
	load_end
	# As the reason says: once without it.
	serve_at "unix:$T/meanwhile"
	reload_succeeds
	serve_at "*:$PORT"
	reload_until_done
	# And the other way round.
	load_begin
	wait_for test -s "$T/load"
	for one in 127.0.0.1 '[::1]'; do
		serve_at "$one:$PORT"
		reload_fails 'in the way: restart, or reload once without it'
	done
	load_end
	serve_at "[::]:$PORT" "0.0.0.0:$PORT"
	reload_succeeds
	echo_once word
	echo_once word "[::1]:$PORT"
}

@test "an address that somebody else has fails the reload until it is free" {
	expect_message PF0107
	start -w 1 echo
	other=$MASTER
	taken=$ADDR
	serve_at 127.0.0.1:0
	start -f conf -S "$T/ctl.sock"
	load_begin
	wait_for test -s "$T/load"
	serve_at "$ADDR" "$taken" "unix:$T/new"
	reload_fails "cannot listen on $taken: Address already in use"
	[[ ! -e $T/new ]]
	reload_fails "cannot listen on $taken"
	load_end
	mine=$MASTER
	MASTER=$other
	stop
	MASTER=$mine
	load_begin
	wait_for test -s "$T/load"
	reload_until_done
	load_end
	echo_once word "$taken"
	echo_once word "unix:$T/new"
}

@test "50 clients who wait while all workers are stopped are all served" {
	serve_at 127.0.0.1:0 127.0.0.1:0
	start -f conf
	gone=${ADDRS[1]}
	# shellcheck disable=SC2046 # a list
	kill -STOP $(workers)
	wait_log PF0415 2
	stopped=$(workers)
	queue_up 25
	kept_queue=$QUEUE_PID
	queue_up 25 "$gone"
	gone_queue=$QUEUE_PID
	serve_at 127.0.0.1:0 "unix:$T/new"
	reload_succeeds
	# The new workers serve what was kept, the old ones what is gone.
	queue_served "$kept_queue"
	echo_once word "unix:$T/new"
	! can_be_quiet || [[ $(talk -q "$gone") == refused ]]
	# shellcheck disable=SC2086 # a list
	kill -CONT $stopped
	queue_served "$gone_queue"
	wait_for only_current_is_left
	invariants 2
}

@test "a backlog that the system cuts is told, once, with what it is cut to" {
	limit=65535
	[[ ! -r /proc/sys/net/core/somaxconn ]] ||
		limit=$(</proc/sys/net/core/somaxconn)
	((limit < 65535)) || skip 'this system cuts nothing that can be asked for'
	conf "service echo { listen 127.0.0.1:0 backlog 65535; listen 127.0.0.1:0
		handler echo; workers 1 }"
	expect_message PF0206
	start -f conf
	grep "PF0206 backlog 65535 of $ADDR is cut to $limit by the system" \
		"$T/log"
	reload_succeeds
	[[ $(log_count PF0206) -eq 1 ]]
	conf "service echo { listen 127.0.0.1:0; handler echo; workers 1
		listen unix:$T/sock backlog $((limit + 1)) }"
	reload_succeeds
	grep "PF0206 backlog $((limit + 1)) of unix:$T/sock is cut to $limit" \
		"$T/log"
	conf "service echo { listen 127.0.0.1:0 backlog $limit; handler echo
		workers 1; listen unix:$T/sock backlog 9 }"
	reload_succeeds
	[[ $(log_count PF0206) -eq 2 ]]
	# What was cut and is asked for again is told again.
	conf "service echo { listen 127.0.0.1:0 backlog 65534; handler echo
		workers 1; listen unix:$T/sock backlog 9 }"
	reload_succeeds
	[[ $(log_count PF0206) -eq 3 ]]
}

@test "IPv6 addresses take IPv6 only, both are two" {
	start -l '[::]:0' -w 1 echo
	[[ $(talk -q "127.0.0.1:$PORT") == refused ]]
	echo_once word
	stop
	start -l '*:0' -w 1 echo
	echo_once word "[::1]:$PORT"
	echo_once word "127.0.0.1:$PORT"
	[[ ${#ADDRS[@]} -eq 2 ]]
	invariants 1
	stop
	start -l "0.0.0.0:$PORT" -l "[::]:$PORT" -w 1 echo
	echo_once word "[::1]:$PORT"
	echo_once word "127.0.0.1:$PORT"
}

need_abstract() {
	preforkd -T -l "unix:@$1" echo >"$T/out" 2>&1 || {
		grep 'PF0201 .*this system has no names outside the file' \
			"$T/out"
		skip 'this system, or build, has no such names'
	}
}

@test "a unix socket may have a name that is no file" {
	name=${T#/tmp/}
	need_abstract "$name"
	conf "service echo { listen unix:@$name; listen 127.0.0.1:0
		listen unix:@${name}2; handler echo; workers 1 }"
	start -f conf
	[[ ${ADDRS[0]} == "unix:@$name" ]]
	echo_once word "unix:@$name"
	echo_once word "unix:@${name}2"
	refused 69 PF0203 -F -l "unix:@$name" echo
	preforkd -T -f conf >"$T/again"
	preforkd -T -f again | cmp - "$T/again"
	[[ -z $(find "$T" -mindepth 1 -name "*$name*") ]]
	queue_up 5 "unix:@${name}2"
	queue_served
	# Left out, it ends with the last old worker, and can be had again.
	conf "service echo { listen unix:@$name; handler echo; workers 1 }"
	reload_succeeds
	wait_for only_current_is_left
	[[ $(talk -q "unix:@${name}2") == refused ]]
	conf "service echo { listen unix:@$name; listen unix:@${name}2
		handler echo; workers 1 }"
	reload_succeeds
	echo_once word "unix:@${name}2"
	conf "service echo { listen unix:@$name mode 0600; handler echo }"
	refused 78 PF0503 -F -f conf
	refused 64 PF0201 -F -l unix:@ echo
}

@test "what stands where a unix socket should be is left alone" {
	: >"$T/file"
	mkdir "$T/folder"
	ln -s none "$T/dangling"
	start -w 1 -l "unix:$T/sock" echo
	ln -s sock "$T/link"
	for name in file folder dangling link; do
		refused 73 PF0205 -F -l "unix:$T/$name" echo
		grep 'a file that is no socket is in its place' "$T/err"
	done
	refused 69 PF0203 -F -l "unix:$T/sock" echo
	echo_once word
	[[ -f $T/file && -d $T/folder && -L $T/dangling && -L $T/link ]]
	# Another one in its place is not removed.
	rm "$T/sock" "$T/link"
	: >"$T/sock"
	stop
	[[ -f $T/sock ]]
	refused 64 PF0201 -F -l "unix:$T/$(printf 'x%.0s' {1..108})" echo
}
