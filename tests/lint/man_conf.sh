#!/bin/sh
# preforkd.conf(5) is valid, knows each directive of the table and no other, in
# its order, has an example of each, and tells the limits that preforkd tells.
. "$(dirname "$0")/lib.sh"

built=${abs_top_builddir:-$top/build}
page=$built/doc/preforkd.conf.5
source=$top/doc/preforkd.conf.5.in
table=$top/src/config/directive.def
preforkd=${PREFORKD:-$built/src/preforkd/preforkd}

# Directives of the table $1.
table_names() {
	sed -n 's/^DIRECTIVE(\([a-z_]*\),.*/\1/p' "$1"
}

# Directives that have an item in the page $1.
page_names() {
	sed -n 's/^\.It Ic \([a-z_]*\) .*/\1/p' "$1"
}

check_names() {
	table_names "$1" >"$scratch/table"
	page_names "$2" >"$scratch/page"
	[ -s "$scratch/table" ] || echo 'no directives in the table'
	diff "$scratch/table" "$scratch/page"
}

# Items of the page's source $1 without an example that begins with the name.
check_examples() {
	awk '/^@DIRECTIVE / {
			if (name != "")
				print name " has no example"
			name = substr($2, 1, length($2) - 1)
		}
		$1 == ".Dl" && $2 == name { name = "" }
		END {
			if (name != "")
				print name " has no example"
		}' "$1"
}

# What preforkd says that the directive $1 needs: "a number from 1 to 64".
told_limits() {
	"$preforkd" -T -o "$1=?" echo 2>&1 |
		sed -n 's/.* needs \(.* from [^,]*\(, or 0 for none\)*\), not .*/\1/p' |
		sed 's/ ([^)]*)//'
}

# The same of the page $2.
page_limits() {
	awk -v name="$1" '/^\.It Ic / { inside = ($3 == name) }
		inside && /^A [a-z]* from [0-9]/ {
			print tolower(substr($0, 1, length($0) - 1))
		}' "$2"
}

# Nine directives are numbers; fewer: the test has become blind.
check_limits() {
	found=0
	for name in $(table_names "$table"); do
		page_limits "$name" "$1" >"$scratch/page"
		[ -s "$scratch/page" ] || continue
		found=$((found + 1))
		told_limits "$name" >"$scratch/told"
		diff "$scratch/told" "$scratch/page" |
			sed "s/^/$name: /"
	done
	[ "$found" -ge 9 ] || echo "only $found directives have limits"
}

[ -e "$page" ] || skip_all "there is no $page"
if command -v mandoc >/dev/null 2>&1; then
	verify 'mandoc finds no fault' mandoc -Tlint -Wwarning "$page"
else
	skip 'mandoc finds no fault' 'there is no mandoc'
fi
verify 'the page has the directives of directive.def' \
    check_names "$table" "$page"
sed '/^\.It Ic workers /d' "$page" | plant a.5
refuse 'seen: a directive that the page lacks' \
    check_names "$table" "$trial/a.5"
sed '/^DIRECTIVE(workers/d' "$table" | plant a.def
refuse 'seen: a directive that the table lacks' \
    check_names "$trial/a.def" "$page"
verify 'each directive has an example' check_examples "$source"
sed '/^\.Dl workers/d' "$source" | plant a.5
refuse 'seen: a directive without example' check_examples "$trial/a.5"
if [ -x "$preforkd" ]; then
	verify 'the limits are those that preforkd tells' check_limits "$page"
	sed 's/from 1 to 64\./from 1 to 65./' "$page" | plant a.5
	refuse 'seen: another limit' check_limits "$trial/a.5"
else
	skip 'the limits are those that preforkd tells' 'there is no preforkd'
fi
done_testing
