# What bash completes of our commands.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

load helper

# completes COMMAND WORD...: the last word, which may be '', sorted.
completes() {
	bash -c '
		. "$0"
		COMP_WORDS=("$@")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		case ${1##*/} in
		preforkctl) function=_preforkctl ;;
		preforkd) function=_preforkd ;;
		*) function=_prefork_client ;;
		esac
		"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" || :
		printf "%s\n" "${COMPREPLY[@]}" | sort | xargs
	' "$abs_top_srcdir/doc/completion/prefork.bash" "$@"
}

# The options that have an item in the page $1.
letters() {
	sed -n 's/^\.It Fl \([A-Za-z0-9]\).*/-\1/p' "$1" | LC_ALL=C sort | xargs
}

setup_file() {
	export LC_ALL=C
}

@test "all options, and no others" {
	[[ $(completes "$PREFORKCTL" -) == \
		$(letters "$abs_top_builddir/doc/preforkctl.8") ]]
	[[ $(completes "$PREFORKD" -) == \
		$(letters "$abs_top_builddir/doc/preforkd.8") ]]
	[[ $(completes "$PREFORK_CLIENT" -) == \
		$(letters "$abs_top_srcdir/doc/prefork-client.1") ]]
}

@test "verbs of preforkctl, and what belongs behind them" {
	start -w 1 -S "$T/ctl.sock" echo
	[[ $(completes "$PREFORKCTL" re) == 'reload reopen resume' ]]
	[[ $(completes "$PREFORKCTL" '' | wc -w) -ge 17 ]]
	[[ $(completes "$PREFORKCTL" -j -S "$T/ctl.sock" scale '') == echo ]]
	[[ $(completes "$PREFORKCTL" -S "$T/ctl.sock" drain '') == \
		'-maint echo' ]]
	[[ $(completes "$PREFORKCTL" -S /nonexistent drain '') == -maint ]]
	[[ $(completes "$PREFORKCTL" stop -) == -fast ]]
	[[ $(completes "$PREFORKCTL" wait '') == \
		'drained generation idle ready' ]]
	[[ $(completes "$PREFORKCTL" log e) == error ]]
	[[ $(completes "$PREFORKCTL" -S "$T/ctl") == "$T/ctl.sock" ]]
	[[ $(completes "$PREFORKCTL" ping '') == '' ]]
	[[ $(completes "$PREFORKCTL" -w '') == '' ]]
}

@test "handlers of preforkd, and their options" {
	[[ $(completes "$PREFORKD" -M "$PREFORK_MODULES" ec) == echo ]]
	[[ $(completes "$PREFORKD" -M "$PREFORK_MODULES" -F -w 3 echo '') == \
		max_bytes= ]]
	[[ $(completes "$PREFORKD" -M "$PREFORK_MODULES" -H sta) == \
		static_reply ]]
	: >"$T/some.conf"
	[[ $(completes "$PREFORKD" -f "$T/so") == "$T/some.conf" ]]
	[[ $(completes "$PREFORKD" "$T/so") == "$T/some.conf" ]]
}

@test "verbs and modes of prefork-client" {
	[[ $(completes "$PREFORK_CLIENT" '') == 'echo load lookup script' ]]
	[[ $(completes "$PREFORK_CLIENT" load -m '') == 'connect keepalive' ]]
	: >"$T/script"
	[[ $(completes "$PREFORK_CLIENT" script "$T/scr") == "$T/script" ]]
}
