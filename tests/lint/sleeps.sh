#!/bin/sh
# Nobody waits by sleeping: tests wait for events with a deadline, and the
# programs wait in their loops.
. "$(dirname "$0")/lib.sh"

verbs='(sleep|usleep|nanosleep|clock_nanosleep)'

# Print the sleeps in C files below the folder $1.
c_sleeps() {
	[ -d "$1" ] || return 0
	c_files "$1" | xargs awk -f "$lint_dir/bare_c.awk" |
		grep -E "[^A-Za-z0-9_]${verbs}[[:space:]]*\\("
}

# Print the sleeps in scripts below the folder $1; lints name what they look
# for.
script_sleeps() {
	find "$1" -path "$1/lint" -prune -o -type f ! -name '*.[ch]' -print |
		sort | xargs grep -HnwE "$verbs" |
		grep -vE '^[^:]*:[0-9]*:[[:space:]]*#'
}

verify 'no sleep in src' c_sleeps "$top/src"
verify 'no sleep in the C files of tests' c_sleeps "$top/tests"
verify 'no sleep in the scripts of tests' script_sleeps "$top/tests"
printf '\tusleep(10);\n' | plant src/a.c
refuse 'seen: usleep() in C' c_sleeps "$trial/src"
printf '\t(void)nanosleep(&t, NULL);\n' | plant src/a.c
refuse 'seen: nanosleep() in C' c_sleeps "$trial/src"
printf '/* sleep(1) */\nint asleep(int);\n' | plant src/a.c
verify 'not objected to: comments and other names' c_sleeps "$trial/src"
printf '\trun true; sleep 0.1\n' | plant tests/a.bats
refuse 'seen: sleep in a bats file' script_sleeps "$trial/tests"
printf 'time.sleep(1)\n' | plant tests/run
refuse 'seen: sleep in another language' script_sleeps "$trial/tests"
printf '# never sleep\n' | plant tests/a.bash
verify 'not objected to: a comment' script_sleeps "$trial/tests"
done_testing
