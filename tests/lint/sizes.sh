#!/bin/sh
# Nothing is too long to be read at one go.
. "$(dirname "$0")/lib.sh"

file_limit=400
function_limit=80

# Print the C files of the tree $1 that are too long.
long_files() {
	c_files "$1" | while read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -le "$file_limit" ] ||
			printf '%s: %d lines\n' "$file" "$lines"
	done
}

# Print the functions that are too long.  A function is what stands between
# braces in the first column; those of a struct or a table are not there.
long_functions() {
	c_files "$1" | xargs awk -v limit="$function_limit" '
		FNR == 1 { start = 0 }
		/^\{/ { start = FNR }
		/^\}/ && start {
			if (FNR - start + 1 > limit)
				print FILENAME ":" start ": " \
				    FNR - start + 1 " lines"
			start = 0
		}'
}

# a_function LINES: C with one function of that many.
a_function() {
	printf 'int\nf(void)\n{\n'
	awk -v n="$(($1 - 2))" 'BEGIN { while (n-- > 0) print "\tg();" }'
	printf '}\n'
}

for folder in include src tests; do
	verify "no file of $folder has over $file_limit lines" \
	    long_files "$top/$folder"
	verify "no function of $folder has over $function_limit lines" \
	    long_functions "$top/$folder"
done
a_function 81 | plant a.c
refuse 'seen: a function of 81 lines' long_functions "$trial"
a_function 80 | plant a.c
verify 'not objected to: a function of 80 lines' long_functions "$trial"
a_function 399 | plant a.c
refuse 'seen: a file of 401 lines' long_files "$trial"
done_testing
