# What is shipped for service managers, as far as it can be run here.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2046 # by pid; a test is a subshell

load helper
load faults
load turns
load control

# at_home FILE: doc/service/FILE.in, with the programs of the build and the
# files of this test.
at_home() {
	local binaries

	binaries=$(dirname "$PREFORKD")
	sed -e "s,@sbindir@/preforkd\\b,$PREFORKD," \
		-e "s,@sbindir@/preforkctl\\b,$PREFORKCTL," \
		-e "s,@runstatedir@,$T," -e "s,@sysconfdir@,$T," \
		-e "s,/etc/default/preforkd,$T/default," \
		"$abs_top_srcdir/doc/service/$1.in" >"$T/$1"
}

@test "the systemd unit is valid, and as confined as it can be" {
	local exposure

	need systemd-analyze
	at_home preforkd.service
	# It looks for the programs, and not for libtool's.
	sed -i "s,^ExecStart=[^ ]*,ExecStart=/bin/true," "$T/preforkd.service"
	sed -i "s,^ExecReload=[^ ]*,ExecReload=/bin/true," "$T/preforkd.service"
	cp "$abs_top_srcdir/doc/service/preforkd.socket" "$T"
	run -0 systemd-analyze verify --man=no "$T/preforkd.service" \
		"$T/preforkd.socket"
	[[ -z $output ]]
	exposure=$(systemd-analyze security --offline=true --no-pager \
		"$T/preforkd.service" |
		sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
	printf 'exposure %s\n' "$exposure"
	awk -v exposure="$exposure" 'BEGIN { exit !(exposure > 0 &&
		exposure <= 1.5) }'
}

@test "the init script starts, tells, reloads and stops, with LSB's codes" {
	at_home preforkd.init
	cat >"$T/preforkd.conf" <<-TEXT
		service echo { listen unix:$T/s; handler echo; workers 1 }
	TEXT
	printf 'OPTIONS="-M %s -f %s"\n' "$PREFORK_MODULES" \
		"$T/preforkd.conf" >"$T/default"
	run -3 init status
	run -0 init stop
	run -0 init start
	MASTER=$(<"$T/preforkd.pid")
	run -0 init start
	[[ $(<"$T/preforkd.pid") == "$MASTER" ]]
	run -0 init status
	[[ $output == *'serving, generation 1'* ]]
	run -0 init reload
	run -0 init status
	[[ $output == *'generation 2'* ]]
	printf 'nonsense\n' >>"$T/preforkd.conf"
	run -1 init reload
	[[ $output == *"nonsense"* ]]
	sed -i '/nonsense/d' "$T/preforkd.conf"
	run -0 init restart
	[[ $(<"$T/preforkd.pid") != "$MASTER" ]]
	run -0 init stop
	run -3 init status
	run -2 init dance
	[[ ! -e $T/preforkd.pid && ! -e $T/preforkd.sock && ! -e $T/s ]]
	printf 'nonsense\n' >>"$T/preforkd.conf"
	run -78 init start
	[[ $output == *nonsense* ]]
}

init() {
	timeout -k 1 "$DEADLINE" sh "$T/preforkd.init" "$@"
}

@test "scripts for rc.d and init have no fault that a shell finds" {
	local script

	for script in preforkd.init preforkd.rc; do
		at_home "$script"
		sh -n "$T/$script"
	done
}
