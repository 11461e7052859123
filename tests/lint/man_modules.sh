#!/bin/sh
# prefork_modules(7) is valid, has each module of src/modules and no other, and
# of each the options that it has.
. "$(dirname "$0")/lib.sh"

page=$top/doc/prefork_modules.7

# Modules and their options as the sources have them: "exec program".
code_names() {
	for folder in "$1"/*/; do
		name=$(basename "$folder")
		echo "$name"
		# Of a table of options only; the module has a .name too.
		cat "$folder"*.c | awk -v module="$name" '
			/struct prefork_option [a-z_]*options/ { inside = 1 }
			inside && /\.name = "/ {
				split($0, part, "\"")
				print module, part[2]
			}
			/^};/ { inside = 0 }'
	done | sort
}

# The same of a page: .Ss exec, .It Cm program.
page_names() {
	awk '/^\.Ss / { module = $2; print module }
		/^\.Sh / { module = "" }
		module != "" && /^\.It Cm / { print module, $3 }' "$1" | sort
}

check_page() {
	code_names "$1" >"$scratch/code"
	page_names "$2" >"$scratch/page"
	[ -s "$scratch/code" ] || echo 'there are no modules'
	diff "$scratch/code" "$scratch/page"
}

if command -v mandoc >/dev/null 2>&1; then
	verify 'mandoc finds no fault' mandoc -Tlint -Wwarning "$page"
else
	skip 'mandoc finds no fault' 'there is no mandoc'
fi
verify 'the page has the modules and their options' \
    check_page "$top/src/modules" "$page"
sed '/^\.It Cm time_limit/d' "$page" | plant a.7
refuse 'seen: an option that the page lacks' \
    check_page "$top/src/modules" "$trial/a.7"
done_testing
