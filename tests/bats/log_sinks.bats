# The directive log: where lines go, and which.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults

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

@test "an upgrade keeps the log, a reload does not change it" {
	printf 'log stderr notice\nservice echo { listen 127.0.0.1:0\n%s }\n' \
		'handler echo; workers 1' >"$T/conf"
	VERBOSE='' start_only -f "$T/conf"
	allow_message PF0511
	sed -i 's/notice/info/' "$T/conf"
	kill -HUP "$MASTER"
	wait_log PF0106
	wait_log 'PF0511 log was changed from stderr notice to stderr info'
	sed -i 's/info/notice/' "$T/conf"
	kill -USR2 "$MASTER"
	wait_log PF0122
	wait_log PF0106 2
	wait_workers 1
	[[ $(log_count PF0110) -eq 0 ]]
	stop
}

@test "log file is refused with a word of its own" {
	refused 78 PF0509 -F -o "log=file $T/x" echo
	grep 'log file is not available' "$T/err"
	[[ ! -e $T/x ]]
}
