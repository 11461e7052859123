# Where ./bootstrap cannot build it says so before it begins.

# shellcheck disable=SC2154 # what helper.bash and make know

load helper

# bootstrap_in FOLDER: a copy there must fail with 1; $T/err has the reason.
bootstrap_in() {
	local got=0

	mkdir -p "$1"
	cp "$abs_top_srcdir/bootstrap" "$1"
	"$1/bootstrap" >"$T/out" 2>"$T/err" </dev/null || got=$?
	[[ $got -eq 1 ]] || fail "exit $got:" "$(<"$T/err")"
}

@test "bootstrap refuses a path that libtool would take apart" {
	bootstrap_in "$T/my prefork"
	grep '^bootstrap: move the tree' "$T/err"
	[[ ! -e "$T/my prefork/build" ]]
}

@test "bootstrap says what to do where it may not write" {
	# Root may write everywhere, but not over a folder.
	mkdir -p "$T/tree/build/bootstrap.log"
	bootstrap_in "$T/tree"
	grep '^bootstrap: cannot write in .*by hand' "$T/err"
}

# serves WANTED ARGUMENT...: what "bootstrap run" makes of its arguments.
serves() {
	local wanted=$1 got

	shift
	got=$(build=$T sh -c "$(sed -n '/^serve() {/,/^}/p' \
		"$abs_top_srcdir/bootstrap")"'; serve "$@"' - "$@")
	[[ $got == "-F -M $T/src/modules/.libs $wanted" ]] ||
		fail "it is: $got"
}

@test "bootstrap run passes options to preforkd and to its handler" {
	mkdir -p "$T/src/preforkd"
	printf '#!/bin/sh\necho "$*"\n' >"$T/src/preforkd/preforkd"
	chmod 755 "$T/src/preforkd/preforkd"
	serves echo
	serves '-l 127.0.0.1:0 -v echo' -l 127.0.0.1:0 -v
	serves 'echo max_bytes=5' max_bytes=5
	serves '-w 2 -o timeout=total 5s echo max_bytes=5 x=y' \
		-w 2 -o 'timeout=total 5s' max_bytes=5 x=y
	serves '-v ./mine.so a=b' -v ./mine.so a=b
	serves '-f conf' -f conf
}
