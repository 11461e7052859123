#!/bin/sh
# Processes are made in src/master/spawn.c only: everything that a child must
# undo is undone in one place.  What a handler makes is the handler's own.
. "$(dirname "$0")/lib.sh"

call='(fork|vfork|_Fork|forkpty|posix_spawnp?|popen|system|daemon)'
word="[^A-Za-z0-9_>.]${call}[[:space:]]*\\("

# Print the calls in the tree $1 outside spawn.c.
stray_forks() {
	c_files "$1/src" | grep -v -e "^$1/src/master/spawn\\.c\$" \
	    -e "^$1/src/modules/" |
		xargs awk -f "$lint_dir/bare_c.awk" | grep -E "$word"
}

# Print a complaint unless there is exactly one fork() in spawn.c.
one_fork() {
	[ -e "$1/src/master/spawn.c" ] || return 0
	count=$(bare_c "$1/src/master/spawn.c" | grep -cE "$word")
	[ "$count" -eq 1 ] || printf '%d calls in spawn.c\n' "$count"
}

verify 'no process is made outside src/master/spawn.c' stray_forks "$top"
verify 'src/master/spawn.c has one fork()' one_fork "$top"
for function in fork vfork posix_spawn popen system; do
	printf '\tif (%s (a) < 0)\n' "$function" | plant src/worker/a.c
	refuse "seen: $function()" stray_forks "$trial"
done
printf '/* fork() */\nint a; // fork()\nchar *b = "fork()";\n' |
	plant src/worker/a.c
verify 'not objected to: comments and strings' stray_forks "$trial"
printf '\tloop_fork(a);\n\ta->fork(b);\n' | plant src/worker/a.c
verify 'not objected to: other names' stray_forks "$trial"
printf '\tfork();\n\tfork();\n' | plant src/master/spawn.c
refuse 'seen: a second fork() in spawn.c' one_fork "$trial"
done_testing
