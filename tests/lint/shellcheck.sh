#!/bin/sh
# Every script is one that shellcheck has nothing against.
. "$(dirname "$0")/lib.sh"

# The scripts of the tree, by their first line or their name.
scripts() {
	for file in "$top/bootstrap" "$top/.ci/run"; do
		[ ! -e "$file" ] || printf '%s\n' "$file"
	done
	find "$top/tests" "$top/doc" "$top/src" -type f | sort | while read -r file; do
		case $file in
		*.sh | *.bash | *.bats) printf '%s\n' "$file" ;;
		*.c | *.h | *.awk | *.inc) ;;
		*) head -n 1 "$file" | grep -aqE '^#!.*(/| )(ba|da|k)?sh( |$)' &&
			printf '%s\n' "$file" ;;
		esac
	done
}

# Functions that only verify() calls look unused to it.
check() {
	shellcheck -x --exclude=SC2317,SC2329 --format=gcc "$1"
}

command -v shellcheck >/dev/null 2>&1 || skip_all 'there is no shellcheck'
cd "$lint_dir" || exit 1
scripts >"$scratch/scripts"
while read -r script <&3; do
	verify "${script#"$top"/}" check "$script"
done 3<"$scratch/scripts"
# shellcheck disable=SC2016 # the trial has the dollar sign, not we
printf '#!/bin/sh\nrm $1\n' | plant a.sh
refuse 'seen: a word that is not quoted' check "$trial/a.sh"
done_testing
