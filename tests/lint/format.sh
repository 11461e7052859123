#!/bin/sh
# The C files have the shape that .clang-format describes.  Versions differ
# in what they make of it, so only the one that it was written for counts.
. "$(dirname "$0")/lib.sh"

wanted=14

find_formatter() {
	for formatter in "clang-format-$wanted" clang-format; do
		$formatter --version 2>/dev/null |
			grep -q "version $wanted\\." && return
	done
	return 1
}

# Print what is not formatted below the folder $1.
unformatted() {
	c_files "$1" | xargs "$formatter" --style=file --dry-run -Werror 2>&1
}

find_formatter || skip_all "there is no clang-format $wanted"
for folder in "$top"/include "$top"/src/*/ "$top"/tests/*/; do
	[ -n "$(c_files "$folder")" ] || continue
	name=${folder#"$top"/}
	verify "${name%/} is formatted" unformatted "${folder%/}"
done
cp "$top/.clang-format" "$scratch"
printf 'int f( void ) { return 0; }\n' | plant a.c
refuse 'seen: a file that is not formatted' unformatted "$trial"
done_testing
