# Names of hosts, users and groups in a file, and a system that takes its time
# over them: the master must not wait for it.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

load helper
load faults
load control
load upgrades
load privileges

# What begins with "slow" makes each process wait once: a host is known, as 127.0.0.1, when the test says so,
# a user as nobody, a group as the one with the number 54321; "slowbad" is not.
slow_resolver() {
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer must be the first library'
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC -w -shared -fPIC -o "$T/trap.so" -x c - -ldl <<-'C'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <fcntl.h>
		#include <grp.h>
		#include <netdb.h>
		#include <pwd.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>

		static int
		is_slow(const char *name)
		{
			static int waited;
			char byte;
			int fd;

			if (name == NULL || strncmp(name, "slow", 4) != 0)
				return 0;
			fd = waited++ ? -1 : open(getenv("SLOW"), O_RDONLY);
			while (read(fd, &byte, 1) > 0)
				continue;
			close(fd);
			return strncmp(name, "slowbad", 7) == 0 ? -1 : 1;
		}

		int
		getaddrinfo(const char *host, const char *service,
		    const struct addrinfo *hints, struct addrinfo **found)
		{
			int (*real)(const char *, const char *,
			    const struct addrinfo *, struct addrinfo **) =
			    dlsym(RTLD_NEXT, "getaddrinfo");
			int slow = is_slow(host);

			if (slow == -1)
				return EAI_NONAME;
			return real(slow ? "127.0.0.1" : host, service, hints,
			    found);
		}

		struct passwd *
		getpwnam(const char *name)
		{
			struct passwd *(*real)(const char *) =
			    dlsym(RTLD_NEXT, "getpwnam");
			int slow = is_slow(name);

			if (slow == -1)
				return NULL;
			return real(slow ? "nobody" : name);
		}

		struct group *
		getgrnam(const char *name)
		{
			static struct group group = { .gr_gid = 54321 };
			struct group *(*real)(const char *) =
			    dlsym(RTLD_NEXT, "getgrnam");
			int slow = is_slow(name);

			return slow == -1 ? NULL : slow ? &group : real(name);
		}
	C
	mkfifo "$T/slow"
	preforkd_by env "LD_PRELOAD=$T/trap.so" "SLOW=$T/slow"
}

conf() {
	printf 'start_timeout %s\nservice echo { handler echo; workers 2\n%s }\n' \
		"${TIMEOUT:-20s}" "$1" >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
}

# Somebody asks, and has no answer before the descriptor SLOW is closed.
is_asked() {
	exec {SLOW}<>"$T/slow"
	# What is written stays there until somebody reads.
	printf . >&"$SLOW"
	wait_for is_read
}

is_read() {
	! read -r -t 0 -u "$SLOW"
}

answer() {
	exec {SLOW}>&-
}

begin() {
	slow_resolver
	conf 'listen 127.0.0.1:0'
	start -S "$T/ctl.sock" -f conf
	conf "listen 127.0.0.1:0
listen ${1:-slow.test}:0"
}

@test "while names are looked up the master does all its other work" {
	begin
	ctl_start reload
	is_asked
	ctl_ends 0 'checking, generation 1' ping
	allow_message PF0404
	# shellcheck disable=SC2046 # their pids
	kill -9 $(workers | head -n 1)
	wait_log 'PF0404 '
	wait_log 'PF0401 ' 3
	echo_once word
	answer
	ctl_done 0 ''
	wait_log 'PF0106 '
	[[ $(log_count PF0200) -eq 2 ]]
	echo_once word "$(sed -n 's/.*PF0200 listening on //p' "$T/log" |
		tail -n 1)"
	wait_workers 2
}

@test "a name that is not known fails the reload, at its place" {
	begin slowbad.test
	expect_message PF0107
	ctl_start reload
	is_asked
	answer
	ctl_done 1 'conf:4:8: cannot look up "slowbad.test:0"'
	conf 'listen 127.0.0.1:0'
	ctl_ends 0 '' reload
	invariants 2
}

@test "names of users and groups are waited for by somebody else, too" {
	need_root
	begin
	conf 'listen 127.0.0.1:0
user slowuser
group slowgroup
listen unix:'"$T/s.sock"' owner slowowner:slowother'
	ctl_start reload
	is_asked
	ctl_ends 0 'checking, generation 1' ping
	answer
	ctl_done 0 ''
	[[ $(stat -c %u:%g "$T/s.sock") == "$NOBODY:54321" ]]
	wait_workers 2
	for pid in $(workers); do
		[[ $(stat -c %u:%g "/proc/$pid") == "$NOBODY:54321" ]]
	done
	conf 'listen 127.0.0.1:0'
	ctl_ends 0 '' reload
	invariants 2
}

@test "a user or group that is not known fails the reload, at its place" {
	need_root
	begin
	for word in group user; do
		conf "listen 127.0.0.1:0
${before-user nobody
}$word slowbad"
		expect_message PF0107
		ctl_start reload
		is_asked
		answer
		ctl_done 1 ": there is no $word 'slowbad'"
		before=''
	done
	invariants 2
}

@test "a name of which nothing is heard fails the reload" {
	TIMEOUT=200ms
	begin
	expect_message PF0107
	ctl_start reload
	is_asked
	ctl_done 1 'looked up names ended: no answer within 200 ms'
	answer
	conf 'listen 127.0.0.1:0'
	ctl_ends 0 '' reload
	invariants 2
}

@test "a stop does not wait for a name" {
	begin
	expect_message PF0107
	kill -HUP "$MASTER"
	is_asked
	stop
	answer
	grep 'PF0107 .*the daemon stops' "$T/log"
}

@test "what changes behind a look-up's back is told" {
	begin
	expect_message PF0107
	ctl_start reload
	is_asked
	conf "listen 127.0.0.1:0
listen slow.other:0"
	answer
	ctl_done 1 'conf:4:8: "slow.other:0" was not looked up'
	invariants 2
}

@test "after an upgrade, too" {
	own_binary
	# preforkd_by needs its place.
	mv "$T/preforkd" "$T/own"
	PREFORKD=$T/own
	begin
	kill -USR2 "$MASTER"
	# Its rehearsal, then the reload that follows.
	is_asked
	answer
	wait_log 'PF0122 '
	is_asked
	ctl_ends 0 'checking, generation 1' ping
	answer
	wait_log 'PF0106 '
	wait_for is_quiet
	wait_workers 2
}
