# shellcheck shell=sh
# What the lints share.  A lint is a series of checks; a check prints the
# lines that it objects to.  What comes on standard error is a fault of the
# check itself.
#
#	. "$(dirname "$0")/lib.sh"
#	check_something() { ... }
#	verify 'what holds' check_something "$top"
#	refuse 'the check sees ...' check_something "$trial"
#	done_testing

top=${abs_top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
lint_dir=$top/tests/lint
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
trial=$scratch/trial
tap_count=0
tap_failed=0

pass() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

# fail TITLE [FILE of lines that say why]
fail() {
	tap_count=$((tap_count + 1))
	tap_failed=1
	printf 'not ok %d - %s\n' "$tap_count" "$1"
	[ -z "${2-}" ] || sed 's/^/# /' "$2"
}

# skip TITLE REASON
skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# verify TITLE COMMAND...: the command objects to nothing.
verify() {
	title=$1
	shift
	"$@" >"$scratch/said" 2>"$scratch/fault"
	if [ -s "$scratch/said" ] || [ -s "$scratch/fault" ]; then
		cat "$scratch/fault" >>"$scratch/said"
		fail "$title" "$scratch/said"
	else
		pass "$title"
	fi
}

# refuse TITLE COMMAND...: the command objects, so it is not blind.
refuse() {
	title=$1
	shift
	"$@" >"$scratch/said" 2>"$scratch/fault"
	if [ -s "$scratch/said" ] && ! [ -s "$scratch/fault" ]; then
		pass "$title"
	else
		fail "$title" "$scratch/fault"
	fi
}

# plant FILE: make the file, with its folders, in a new tree $trial from
# standard input.
plant() {
	rm -rf "$trial"
	mkdir -p "$trial/$(dirname "$1")"
	cat >"$trial/$1"
}

# The C files and headers below the folders, sorted.
c_files() {
	find "$@" -name '*.[ch]' -type f | sort
}

# C without comments and without what is in strings; the lines keep their
# numbers, as "file:line:text".
bare_c() {
	[ $# -eq 0 ] || awk -f "$lint_dir/bare_c.awk" "$@"
}

done_testing() {
	printf '1..%d\n' "$tap_count"
	exit "$tap_failed"
}
