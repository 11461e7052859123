# Upgrades of a daemon that reads a file.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns
load upgrades

conf() {
	printf '%s\n' "$1" >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
}

reload() {
	local before

	before=$(log_count 'PF010[67] ')
	kill -HUP "$MASTER"
	wait_log 'PF010[67] ' $((before + 1))
}

echo_service='listen 127.0.0.1:0; handler echo; workers 1'

start_two() {
	conf "service echo { $echo_service }
		service two { listen unix:$T/two mode 0606; listen localhost:0
			handler echo { max_bytes 1m }; workers 2 }"
	start -f conf
}

@test "an upgrade keeps the sockets of a file's services, and reads it again" {
	own_binary
	start_two
	inode=$(stat -c %i "$T/two")
	ports=$(ports_of "$MASTER")
	upgrade
	[[ $(stat -c '%i %a' "$T/two") == "$inode 606" ]]
	[[ $(ports_of "$MASTER") == "$ports" ]]
	wait_workers 3
	echo_once word "unix:$T/two"
	conf "service echo { $echo_service; }
		service three { listen unix:$T/three; handler echo; workers 2 }"
	upgrade
	[[ ! -e $T/two ]]
	echo_once word "unix:$T/three"
	echo_once word
	wait_for is_quiet
	wait_workers 3
}

@test "a rehearsal reads the file, opens nothing and says what is wrong" {
	expect_message PF0123
	own_binary
	start_two
	conf "service echo { $echo_service
		wokers 1 }"
	upgrade_fails "$T/conf:2:3: there is no directive 'wokers'"
	conf "service echo { $echo_service; listen unix:$T/x }
		service two { listen unix:$T/two; handler $FAULT { init fail } }"
	upgrade_fails 'worker_init'
	[[ ! -e $T/x ]]
	rm "$T/conf"
	upgrade_fails '/conf: cannot read it'
	echo_once word "unix:$T/two"
}

@test "a file that breaks behind the rehearsal's back harms nobody" {
	own_binary
	start_two
	# shellcheck disable=SC2016 # for the script
	install_script 'if [ -z "$PREFORK_REHEARSAL" ]; then' \
		"rm -f '$T/conf'" 'fi' 'exec "$real" "$@"'
	allow_message PF0107
	kill -USR2 "$MASTER"
	wait_log 'PF0107 .*cannot read it'
	wait_workers 3
	echo_once word "unix:$T/two"
	conf "service echo { $echo_service }"
	reload
	wait_workers 1
	[[ ! -e $T/two ]]
	wait_for is_quiet
}

@test "who is served by a service that is gone is served on" {
	own_binary
	start_two
	hold 1 "unix:$T/two"
	held=$HOLD_PID
	conf "service echo { $echo_service }"
	reload
	[[ ! -e $T/two ]]
	kill -USR2 "$MASTER"
	wait_log 'PF0122 '
	wait_log 'PF0106 ' 2
	release "$held"
	wait_for is_quiet
	wait_workers 1
}

# What a reload does to a socket's file depends on what was asked before.
@test "an upgrade knows what was asked of a socket's file" {
	own_binary
	echo="service echo { $echo_service"
	conf "$echo; listen unix:$T/sock mode 0606 }"
	start -f conf
	inode=$(stat -c %i "$T/sock")
	upgrade
	[[ $(stat -c %a "$T/sock") == 606 ]]
	conf "$echo; listen unix:$T/sock }"
	upgrade
	[[ $(stat -c '%i %a' "$T/sock") == "$inode 660" ]]
}

@test "an upgrade leaves a socket to its owner, and takes it back when told" {
	[[ $EUID -eq 0 ]] || skip 'only root can give files away'
	own_binary
	# Its owner could rename it there: what is right is left alone.
	mkdir -m 1777 "$T/sticky"
	one="listen unix:$T/sticky/sock owner 4711:4712"
	conf "service echo { $echo_service; $one; listen unix:$T/sock }"
	start -f conf
	upgrade
	[[ $(log_count 'stays as it was') -eq 0 ]]
	[[ $(stat -c %u:%g "$T/sticky/sock") == 4711:4712 ]]
	conf "service echo { $echo_service; $one
		listen unix:$T/sock owner 4711 }"
	upgrade
	[[ $(stat -c %u "$T/sock") == 4711 ]]
	conf "service echo { $echo_service; listen unix:$T/sock }"
	upgrade
	[[ $(stat -c %u "$T/sock") == 0 ]]
}
