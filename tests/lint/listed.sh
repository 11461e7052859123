#!/bin/sh
# What is in the tree is also in the build: a file that no Makefile.inc names
# is neither compiled nor run nor distributed, and nobody would notice.
. "$(dirname "$0")/lib.sh"

built=${abs_top_builddir:-$top/build}

# unlisted FOLDER PATTERN [NAME]: print the files that NAME (Makefile.inc of
# their folder, or of the one above where it has none) does not name.
unlisted() {
	find "$1" -name "$2" -type f | sort | while read -r file; do
		folder=$(dirname "$file")
		list=$folder/${3:-Makefile.inc}
		[ -e "$list" ] || list=$(dirname "$folder")/Makefile.inc
		grep -qwF "$(basename "$file")" "$list" 2>/dev/null ||
			printf '%s is not in %s\n' "$file" "$list"
	done
}

# Names that begin with HAVE_ in C and that configure does not know: they
# would be false for ever.
unknown_symbols() {
	c_files "$1/src" | xargs awk -f "$lint_dir/bare_c.awk" | grep -oE '\<HAVE_[A-Z0-9_]+' | sort -u |
		while read -r symbol; do
			grep -qw "$symbol" "$2" ||
				printf 'configure never defines %s\n' "$symbol"
		done
}

verify 'every C file is compiled' unlisted "$top/src" '*.c'
verify 'every header of a room is distributed' unlisted "$top/src" '*.h'
verify 'every unit test is run' unlisted "$top/tests/unit" '*.c'
verify 'every bats file is run' unlisted "$top/tests/bats" '*.bats'
verify 'every bats file has a minimum' \
    unlisted "$top/tests/bats" '*.bats' minimum
verify 'every lint is run' unlisted "$top/tests/lint" '*.sh'
echo 'int a;' | plant src/base/a.c
refuse 'seen: a file that is not compiled' unlisted "$trial" '*.c'
if [ -e "$built/config.h" ]; then
	verify 'configure knows every HAVE_ symbol' \
	    unknown_symbols "$top" "$built/config.h"
	echo '#ifdef HAVE_NOTHING' | plant src/base/a.c
	refuse 'seen: a symbol that is never defined' \
	    unknown_symbols "$trial" "$built/config.h"
else
	skip 'configure knows every HAVE_ symbol' 'configure has not run'
fi
done_testing
