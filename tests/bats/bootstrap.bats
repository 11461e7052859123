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
