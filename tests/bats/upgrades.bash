# What tests of upgrades share, beside helper.bash, faults.bash and turns.bash.
#
#	own_binary	PREFORKD is a file of this test's own, $T/preforkd, and
#			so is each that becomes it.  Not with preforkd_by
#	install_binary [FILE]	a copy of it (the good one) is renamed to what
#			the master would run in an upgrade
#	install_script LINE...	the same with a script for sh that has $real,
#			a good binary, and $state, the path of the state that
#			the image was left; it must not use descriptors by
#			number, because those that are inherited have one.  A master that becomes the good one
#			by it runs that one in the next upgrade
#	install_edited [-c] SCRIPT	with one that gives the good binary the
#			state as sed changes it; with -c its last line is made
#			right again
#	install_dumping	with one that leaves $T/state.rehearsal and
#			$T/state.upgrade, as they are, and becomes the good one
#	install_waiting [LINE...]	with one whose rehearsal waits, then
#			does this, then becomes the good one
#	on_stage	USR2, and the rehearsal waits; sets REHEARSAL, its pid
#	go_on		it waits no more
#	upgrade		USR2, and wait until the new image has reloaded and the
#			former workers are gone
#	upgrade_fails REGEX	USR2 must lead to PF0123 with this reason, the
#			same workers and the same image
#	is_quiet	all that began has ended, no old generation is left
#	image		what tells the master's image from the one before
#	fields KEYWORD FILE [N]	of the lines of a state, the word N, or all
#	daemon_upgrade	installs the good binary anew and sends USR2 to a
#			daemon, whose log is not ours to see; waits until its
#			image is new

# shellcheck disable=SC2034,SC2154 # the variables that are helper.bash's

own_binary() {
	GOOD=$PREFORKD
	if [[ -x ${GOOD%/*}/.libs/preforkd ]]; then
		GOOD=${GOOD%/*}/.libs/preforkd
		export LD_LIBRARY_PATH=$abs_top_builddir/.libs
	fi
	GOODS=0
	PREFORKD=$T/preforkd
	chmod 755 "$T"
	install_binary
}

# What the master has as its own name, which is a path here.
program() {
	local path=$PREFORKD

	[[ -z $MASTER ]] || IFS= read -r -d '' path <"/proc/$MASTER/cmdline"
	printf '%s\n' "$path"
}

install_binary() {
	local path

	path=$(program)
	cp "${1:-$GOOD}" "$path.new"
	chmod 755 "$path.new"
	mv "$path.new" "$path"
}

install_script() {
	local good=$T/good$((++GOODS))

	mkdir "$good"
	cp "$GOOD" "$good/preforkd"
	{
		printf '#!/bin/sh\n'
		printf 'real=%q/preforkd\n' "$good"
		# shellcheck disable=SC2016 # for the script
		printf '%s\n' 'fd=${PREFORK_REHEARSAL:-$PREFORK_UPGRADE}' \
			'state=/proc/self/fd/$fd' "$@"
	} >"$T/script"
	install_binary "$T/script"
}

install_edited() {
	local count='cat'

	if [[ $1 == -c ]]; then
		# shellcheck disable=SC2016 # for the script
		count='awk '\''/^end / { print "end", NR - 1; next } { print }'\'
		shift
	fi
	# shellcheck disable=SC2016 # for the script
	install_script "sed '$1' \$state | $count >'$T/edited'" \
		"cat '$T/edited' >\$state" 'exec "$real" "$@"'
}

install_dumping() {
	# shellcheck disable=SC2016 # for the script
	install_script \
		'name=${PREFORK_REHEARSAL:+rehearsal}' \
		"cat \$state >'$T/state.'\${name:-upgrade}" \
		'exec "$real" "$@"'
}

# It opens the FIFO for both, so that nobody waits for the other to open.
install_waiting() {
	rm -f "$T/stage" "$T/on_stage"
	mkfifo "$T/stage"
	# shellcheck disable=SC2016 # for the script
	install_script 'if [ -n "$PREFORK_REHEARSAL" ]; then {' \
		"echo \$\$ >'$T/on_stage.new'" \
		"mv '$T/on_stage.new' '$T/on_stage'" \
		'read -r _' "} <>'$T/stage'" "${@:-:}" "fi" \
		'exec "$real" "$@"'
}

on_stage() {
	kill -USR2 "$MASTER"
	wait_for test -e "$T/on_stage"
	REHEARSAL=$(<"$T/on_stage")
}

go_on() {
	printf '\n' 1<>"$T/stage"
}

upgrade() {
	local upgrades ended

	upgrades=$(log_count 'PF0122 ')
	ended=$(log_count 'PF0110 ')
	kill -USR2 "$MASTER"
	wait_log 'PF0122 ' $((upgrades + 1)) || return 1
	wait_log 'PF0110 ' $((ended + 1))
}

image() {
	stat -L -c %i "/proc/$MASTER/exe"
}

has_only() {
	[[ $(workers) == "$1" ]]
}

upgrade_fails() {
	local before failed former

	before=$(workers)
	former=$(image)
	failed=$(log_count 'PF0123 ')
	kill -USR2 "$MASTER"
	wait_log 'PF0123 ' $((failed + 1)) || return 1
	[[ $(grep 'PF0123 ' "$T/log" | tail -n 1) =~ $1 ]] || {
		grep 'PF0123 ' "$T/log"
		fail "another reason than $1" || return 1
	}
	wait_for has_only "$before" || return 1
	[[ $(image) == "$former" ]] || fail 'another image' || return 1
	[[ -z $SERVES_ECHO ]] || echo_once still
}

is_quiet() {
	[[ $(log_count 'PF0121 ') -eq $(log_count 'PF012[23] ') &&
		$(log_count 'PF0105 ') -eq $(log_count 'PF0106 ') &&
		$(log_count 'PF0122 ') -le $(log_count 'PF0106 ') &&
		$(log_count 'PF0110 ') -eq $(log_count 'PF0106 ') ]]
}

fields() {
	awk -v keyword="$1" -v word="${3:-}" \
		'$1 == keyword { print word == "" ? $0 : $(word + 1) }' "$2"
}

is_image() {
	[[ $(image 2>/dev/null) == "$1" ]]
}

none_of() {
	local pid

	for pid in $1; do
		is_gone "$pid" || return 1
	done
}

daemon_upgrade() {
	install_binary
	kill -USR2 "$MASTER"
	wait_for is_image "$(stat -c %i "$(program)")"
}
