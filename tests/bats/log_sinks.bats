# The directive log: where lines go, and which.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load control

# A log daemon of the test's own: what comes is in $T/syslog, a line each; and
# preforkd, which finds it in the place of the system's.
begin_syslog() {
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer must be the first library'
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC -w -shared -fPIC -o "$T/trap.so" -x c - -ldl <<-'C'
		#define _GNU_SOURCE
		#include <sys/socket.h>
		#include <sys/un.h>
		#include <dlfcn.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>

		int
		connect(int fd, const struct sockaddr *to, socklen_t length)
		{
			int (*call)(int, const struct sockaddr *, socklen_t) =
			    dlsym(RTLD_NEXT, "connect");
			struct sockaddr_un ours = { .sun_family = AF_UNIX };

			if (to->sa_family != AF_UNIX ||
			    strcmp(((struct sockaddr_un *)to)->sun_path,
				"/dev/log") != 0)
				return call(fd, to, length);
			snprintf(ours.sun_path, sizeof(ours.sun_path),
			    "%s/dev-log", getenv("PREFORK_TEST_INSTANCE"));
			return call(fd, (void *)&ours, sizeof(ours));
		}
	C
	# shellcheck disable=SC2086
	$CC -w -o "$T/logger" -x c - <<-'C'
		#include <sys/socket.h>
		#include <sys/un.h>
		#include <stdio.h>
		#include <string.h>

		int
		main(int argc, char **argv)
		{
			struct sockaddr_un at = { .sun_family = AF_UNIX };
			int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
			char text[2048];
			ssize_t got;

			strcpy(at.sun_path, argv[1]);
			if (bind(fd, (void *)&at, sizeof(at)) == -1)
				return 1;
			puts("ready");
			fflush(stdout);
			while ((got = recv(fd, text, sizeof(text), 0)) > 0) {
				printf("%.*s\n", (int)got, text);
				fflush(stdout);
			}
			return 0;
		}
	C
	"$T/logger" "$T/dev-log" >"$T/syslog" 3>&- &
	LOGGER=$!
	wait_for grep -q ready "$T/syslog"
	preforkd_by env "LD_PRELOAD=$T/trap.so"
}

end_syslog() {
	kill "$LOGGER"
	wait "$LOGGER" 2>/dev/null || :
	rm -f "$T/dev-log"
}

@test "log syslog: facility and level, also in the foreground" {
	begin_syslog
	start_only -o 'log=syslog local0' -w 1 -l "unix:$T/sock" echo
	wait_for grep 'PF0100' "$T/syslog"
	echo_once word "unix:$T/sock"
	kill -USR1 "$MASTER"
	wait_for grep 'PF0114' "$T/syslog"
	stop
	# local0 is 16; notice 5, info 6.
	grep '^<133>.*preforkd\[.*PF0100' "$T/syslog"
	grep '^<134>.*PF0114' "$T/syslog"
	# Not even with -v is a line lost to the level: debug is 7.
	grep '^<135>.*PF0400' "$T/syslog"
	[[ ! -s $T/log ]]
	end_syslog
}

@test "log syslog: what is less grave than the level is not told" {
	begin_syslog
	VERBOSE='' start_only -o 'log=syslog mail notice' -w 1 \
		-l "unix:$T/sock" echo
	kill -HUP "$MASTER"
	wait_for grep 'PF0106' "$T/syslog"
	wait_workers 1
	stop
	wait_for grep 'PF0102' "$T/syslog"
	grep '^<21>.*PF0100' "$T/syslog"
	# One of info, one of debug.
	[[ $(grep -c 'PF0110\|PF0400' "$T/syslog") -eq 0 ]]
	end_syslog
}

@test "log stderr: each level has its lines" {
	local level

	for level in warning notice info debug; do
		: >"$T/log"
		VERBOSE='' start_only -o "log=stderr $level" -w 1 \
			-l "unix:$T/sock" echo
		wait_workers 1
		kill -HUP "$MASTER"
		[[ $level == warning ]] || wait_log PF0106
		[[ $level != [id]* ]] || wait_log PF0110
		wait_workers 1
		stop
		{
			printf '%s\n' "$level"
			sed 's/.*\(PF....\).*/\1/' "$T/log" | sort -u
		} | xargs >>"$T/told"
	done
	diff "$T/told" - <<-TEXT
		warning
		notice PF0100 PF0101 PF0102 PF0105 PF0106 PF0200
		info PF0100 PF0101 PF0102 PF0105 PF0106 PF0110 PF0200
		debug PF0100 PF0101 PF0102 PF0105 PF0106 PF0110 PF0200 PF0400 PF0401 PF0402
	TEXT
}

@test "log stderr: a daemon keeps the one that it was started with" {
	start_daemon -o 'log=stderr info' -l "unix:$T/sock" -w 1 echo
	wait_for grep PF0100 "$T/err"
	kill -HUP "$MASTER"
	wait_for grep PF0106 "$T/err"
	stop
	grep PF0102 "$T/err"
}

@test "-v tells all, whatever the file says" {
	printf 'log stderr error\nservice echo { listen 127.0.0.1:0\n%s }\n' \
		'handler echo; workers 1' >"$T/conf"
	start -f "$T/conf"
	[[ $(log_count PF0401) -eq 1 ]]
}

@test "a reload changes the log, and an upgrade keeps it" {
	printf 'log stderr notice\nservice echo { listen 127.0.0.1:0\n%s }\n' \
		'handler echo; workers 1' >"$T/conf"
	VERBOSE='' start_only -S "$T/ctl.sock" -f "$T/conf"
	sed -i 's/notice/debug/' "$T/conf"
	kill -HUP "$MASTER"
	wait_log PF0106
	wait_log PF0110
	kill -USR2 "$MASTER"
	wait_log PF0122
	wait_log PF0106 2
	wait_log PF0110 2
	[[ $(log_count PF0402) -eq 2 ]]
	sed -i 's/debug/warning/' "$T/conf"
	ctl_ends 0 'generation 4 serves' reload
	stop
	[[ $(log_count PF0106) -eq 2 && $(log_count PF0102) -eq 0 ]]
}

@test "a daemon that gave up its standard error cannot go back to it" {
	printf 'log syslog daemon\nservice echo { listen unix:%s\n%s }\n' \
		"$T/sock" 'handler echo; workers 1' >"$T/conf"
	start_daemon -S "$T/ctl.sock" -l "unix:$T/other" -f "$T/conf"
	sed -i 's/^log.*/log stderr/' "$T/conf"
	ctl_ends 1 'log stderr takes a restart' reload
	sed -i "s,^log.*,log file $T/log," "$T/conf"
	ctl_ends 0 'generation' reload
	wait_log PF0106
	stop
	wait_log PF0102
}

@test "where the log goes can stand once, and -o wins" {
	printf '%s\n' 'log stderr' 'log format json' 'log stderr' \
		'log format json' 'service echo { listen unix:/s; handler echo }' >"$T/conf"
	[[ $(preforkd -t -f "$T/conf" 2>&1 | grep -c 'conf:[34]:.*PF0508') -eq 2 ]]
	sed -i 3,4d "$T/conf"
	preforkd -T -f "$T/conf" -o "log=file $T/x warning" \
		-o 'log=format text' >"$T/out"
	diff - <(grep ^log "$T/out") <<-TEXT
		log file $T/x warning
		log format text
	TEXT
	[[ ! -e $T/x ]]
}
