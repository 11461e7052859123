# The judge, judged: teardown has to fail a test that leaves something.

# shellcheck disable=SC2016 # the lines are expanded by the test they make
# shellcheck disable=SC2154 # abs_top_srcdir is in the environment

load helper

# judge TEXT LINE...: a test of these lines fails, and TEXT is in the reason.
# Also called for a test that passes, with the text of that.
judge() {
	local text=$1

	shift
	{
		printf 'load %s\n' "$BATS_TEST_DIRNAME/helper"
		printf '@test "judged" {\n'
		printf '\t%s\n' "$@"
		printf '}\n'
	} >"$T/judged.bats"
	run env -u BATS_TEST_FILENAME -u BATS_RUN_TMPDIR -u BATS_TMPDIR \
		abs_top_srcdir="$abs_top_srcdir" bats --tap "$T/judged.bats"
	printf '%s\n' "$output"
	[[ $output == *"$text"* ]]
}

@test "one that leaves nothing passes" {
	judge 'ok 1 judged' 'start echo' 'echo_once hello'
	run ! grep -q '^not ok' <<<"$output"
}

@test "a message that nobody expected fails it" {
	judge 'nobody expected PF0404' 'start -w 1 echo' \
		'kill -9 $(workers)' 'wait_log PF0404' 'wait_workers 1'
}

@test "a message that was expected and did not come fails it" {
	judge 'PF0404 did not come' 'start echo' 'expect_message PF0404'
}

@test "a message that was expected and came passes" {
	judge 'ok 1 judged' 'start -w 1 echo' 'expect_message PF0404' \
		'kill -9 $(workers)' 'wait_log PF0404' 'wait_workers 1'
	run ! grep -q '^not ok' <<<"$output"
}

@test "a process that survives fails it" {
	judge 'survived: ' 'DEADLINE=1' \
		'PREFORK_TEST_INSTANCE=$T tail -f /dev/null 3>&- 4>&- &' \
		'wait_for marked_one' '}' 'marked_one() {' \
		'[[ -n $(marked) ]]'
}

@test "a zombie fails it" {
	judge 'no_zombies' 'DEADLINE=1' 'start -w 1 echo' \
		'kill -STOP "$MASTER"' 'kill -9 $(workers)'
}

@test "a master that dies by itself fails it" {
	judge 'ended with 137' 'start echo' 'kill -9 "$MASTER"'
}

@test "a sanitizer's report fails it" {
	judge 'runtime error: planted' 'start echo' \
		'echo "a.c:1: runtime" "error: planted" >>"$T/log"'
}

@test "a socket, a pidfile and a core fail it" {
	judge 'left behind' ': >"$T/a.pid"'
	judge 'left behind' ': >"$T/core.1"'
	judge 'left behind' 'start -l "unix:$T/sock" echo' \
		'ln "$T/sock" "$T/other"'
}
