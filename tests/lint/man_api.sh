#!/bin/sh
# prefork(3), prefork_conn(3) and prefork_module(3) are valid and have each
# function, constant, hook and member that the installed headers have, and no
# other; their examples compile.
. "$(dirname "$0")/lib.sh"

built=${abs_top_builddir:-$top/build}
headers=$top/include/prefork
CC=${CC:-cc}

# ------------------------------------------------------------- in the code

# Headers of the folder $1 as "text", without file, line and comments.
header_text() {
	cat "$1"/*.h "$1"/*.in 2>/dev/null >"$scratch/headers.h"
	bare_c "$scratch/headers.h" | sed 's/^[^:]*:[0-9]*://'
}

# What is declared in headers of the folder $1.
declared() {
	header_text "$1" | grep -oE '\<prefork_[a-z_]+\(' | tr -d '(' | sort -u
}

# What the library defines for others, in the tree $1.
defined() {
	c_files "$1/src" | xargs cat | awk '
		/^PREFORK_API / { inside = 1 }
		inside && match($0, /prefork_[a-z_]+\(/) {
			print substr($0, RSTART, RLENGTH - 1)
			inside = 0
		}' | sort -u
}

constants() {
	header_text "$1" | grep -oE '\<PREFORK_[A-Z0-9_]+' |
		grep -v '_H$' | sort -u
}

# Members of the structs that people fill in, in the header $1.
members() {
	bare_c "$1" | sed 's/^[^:]*:[0-9]*://' | awk '
		/^struct prefork_(module|option|list) \{/ { inside = 1; next }
		/^\}/ { inside = 0 }
		!inside { next }
		match($0, /\(\*[a-z_]+\)\(/) {
			print substr($0, RSTART + 2, RLENGTH - 4)
			next
		}
		/;/ && !/\)/ {
			sub(/;.*/, "")
			n = split($0, part, /[ \t,*]+/)
			if ($0 ~ /,/)
				print part[n - 1]
			print part[n]
		}' | sort -u
}

# ------------------------------------------------------------ in the pages

# Functions of the synopses of the pages.
page_functions() {
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/s/^\.Fn \(prefork_[a-z_]*\).*/\1/p' \
	    "$@" | sort -u
}

# Functions that the pages are to be found by.
page_names() {
	sed -n '/^\.Sh NAME/,/^\.Sh LIBRARY/s/^\.Nm \(prefork_[a-z_]*\).*/\1/p' \
	    "$@" | grep -vx prefork_module | sort -u
}

# Names of pages that the build installs beside them.
linked() {
	find "$1" -name 'prefork_*.3' |
		sed 's,.*/\(prefork_[a-z_]*\)\.3$,\1,' |
		grep -vx -e prefork_conn -e prefork_module | sort -u
}

page_constants() {
	sed '/^\.Dt /d' "$@" | grep -oE '\<PREFORK_[A-Z0-9_]+' | sort -u
}

# Items of the lists behind "Members of" and of a text that names them.
page_members() {
	awk '/^\.It Fa / {
			for (i = 3; i <= NF; i++)
				if ($i != "," && $i != "Fa")
					print $i
		}
		/^Its member$/ { list = 1 }
		list && /^\.Fa / { print $2 }
		/^being$/ { list = 0 }' "$1" | sort -u
}

# same WHAT FIRST SECOND: two commands that print lists.
same() {
	$2 >"$scratch/first"
	$3 | sort -u >"$scratch/second"
	[ -s "$scratch/first" ] || echo "no $1"
	diff "$scratch/first" "$scratch/second"
}

# ---------------------------------------------------------------- examples

# Those of the page $1 that begin with #include, as $scratch/example.N.c.
examples() {
	rm -f "$scratch"/example.*
	awk -v base="$scratch/example." '
		/^\.Bd -literal/ { inside = 1; first = 1; next }
		/^\.Ed/ { inside = 0; file = "" }
		inside && first {
			first = 0
			file = /^#include/ ? base (++n) ".c" : ""
		}
		inside && file != "" { gsub(/\\e/, "\\"); print >file }' "$1"
}

compile_examples() {
	examples "$1"
	ls "$scratch"/example.*.c >/dev/null 2>&1 || echo "no example in $1"
	for file in "$scratch"/example.*.c; do
		# shellcheck disable=SC2086 # $CC may have arguments of its own
		$CC -std=c11 -D_POSIX_C_SOURCE=200809L -fsyntax-only -Wall \
		    -Wextra -Wpedantic -Werror -I"$top/include" \
		    -I"$built/include" "$file" 2>&1
	done
}

# ------------------------------------------------------------------- tests

pages="$top/doc/prefork.3 $top/doc/prefork_conn.3 $top/doc/prefork_module.3"
for page in $pages; do
	name=$(basename "$page")
	if command -v mandoc >/dev/null 2>&1; then
		verify "mandoc finds no fault in $name" \
		    mandoc -Tlint -Wwarning "$page"
	else
		skip "mandoc finds no fault in $name" 'there is no mandoc'
	fi
	if [ -e "$built/include/prefork/version.h" ]; then
		verify "the examples of $name compile" compile_examples "$page"
	else
		skip "the examples of $name compile" 'nothing has been built'
	fi
done
verify 'what is declared is defined' \
    same functions "declared $headers" "defined $top"
verify 'each function is in a synopsis' \
    same functions "declared $headers" "page_functions $pages"
verify 'each function is among the names of a page' \
    same functions "declared $headers" "page_names $pages"
if [ -e "$built/doc/prefork_main.3" ]; then
	verify 'each function has a page of its own' \
	    same functions "declared $headers" "linked $built/doc"
else
	skip 'each function has a page of its own' 'nothing has been built'
fi
verify 'each constant is in a page' \
    same constants "constants $headers" "page_constants $pages"
verify 'each hook and member is in prefork_module.3' \
    same members "members $headers/module.h" \
    "page_members $top/doc/prefork_module.3"

cat "$headers"/conn.h - <<'TEXT' | plant include/a.h
int prefork_new_one(void);
#define PREFORK_NEW_ONE 1
TEXT
refuse 'seen: a function that the pages lack' \
    same functions "declared $trial/include" "page_functions $pages"
refuse 'seen: a function that nobody defines' \
    same functions "declared $trial/include" "defined $top"
refuse 'seen: a constant that the pages lack' \
    same constants "constants $trial/include" "page_constants $pages"
sed 's/^	size_t offset;/	int a_member;	int (*a_hook)(void);/' \
    "$headers/module.h" | plant module.h
refuse 'seen: members that the page lacks' \
    same members "members $trial/module.h" \
    "page_members $top/doc/prefork_module.3"
sed '/^\.Fn prefork_read /d' "$top/doc/prefork_conn.3" | plant conn.3
refuse 'seen: a synopsis that lacks a function' \
    same functions "declared $headers" "page_functions \
    $top/doc/prefork.3 $trial/conn.3 $top/doc/prefork_module.3"
printf '.Bd -literal\n#include <prefork/conn.h>\nint a = b;\n.Ed\n' |
	plant a.3
[ ! -e "$built/include/prefork/version.h" ] ||
	refuse 'seen: an example that does not compile' \
	    compile_examples "$trial/a.3"
done_testing
