# Workers that cannot live: what that costs, and what heals it.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# From now on every worker crashes while it starts, and none is left.
crash_all() {
	mood "$1"
	workers | xargs kill -KILL
	wait_log 'PF0407 .*/0 is started again in 2[0-9][0-9] ms'
}

# Forks of a place so far.
forks() {
	log_count "PF0400 worker moody/$1 "
}

start_doomed() {
	allow_message PF0404 PF0406 PF0407
	start_moody -w "$1"
	crash_all "$2"
}

@test "a crash loop forks ever more seldom and costs the master nothing" {
	local before spent i

	start_doomed 4 crash
	before=$(ticks "$MASTER")
	wait_log 'PF0407 worker moody/0 is started again in 3[2-9][0-9][0-9] ms'
	spent=$(($(ticks "$MASTER") - before))
	for i in {0..3}; do
		printf 'place %d: %d forks\n' "$i" "$(forks "$i")"
		(($(forks "$i") >= 5 && $(forks "$i") <= 10))
	done
	# 3 seconds and more: half a percent is less than two ticks.
	printf 'ticks of the master: %d\n' "$spent"
	[[ -n $PREFORK_SANITIZED ]] || ((spent <= 2))
	mood ok
	kill -HUP "$MASTER"
	wait_log PF0106
	invariants 4
}

heal() {
	kill -HUP "$MASTER"
	wait_log PF0106
	echo_once healed
}

@test "a good reload heals a crash loop at once" {
	start_doomed 4 crash
	mood ok
	within 100 heal
	invariants 4
}

@test "a bad reload in a crash loop changes nothing; the next good one heals" {
	expect_message PF0107
	start_doomed 2 fail
	kill -HUP "$MASTER"
	wait_log PF0107
	mood ok
	within 100 heal
	invariants 2
}

@test "clients wait in the queue of a crash loop and are served when it heals" {
	start_doomed 2 exit
	queue_up 10
	mood ok
	kill -HUP "$MASTER"
	queue_served
	invariants 2
}
