# Workers that somebody stops: no client waits for them.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# From now on a worker whose wait has ended because of a client is stopped
# before it can accept, if there is the file "trap", which it takes.
trap_workers() {
	[[ -z ${PREFORK_POSIX_ONLY:-} ]] || skip 'poll(2) wakes all of them'
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer must be the first library'
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC -w -shared -fPIC -o "$T/trap.so" -x c - -ldl <<-'C'
		#define _GNU_SOURCE
		#include <sys/epoll.h>
		#include <dlfcn.h>
		#include <signal.h>
		#include <unistd.h>

		/* The listener is the first thing that a worker waits for. */
		int
		epoll_wait(int fd, struct epoll_event *events, int max,
		    int timeout)
		{
			int (*wait)(int, struct epoll_event *, int, int) =
			    dlsym(RTLD_NEXT, "epoll_wait");
			int count = wait(fd, events, max, timeout);

			if (count > 0 && events[0].data.u64 == 0 &&
			    unlink("trap") == 0)
				raise(SIGSTOP);
			return count;
		}
	C
	preforkd_by env "LD_PRELOAD=$T/trap.so"
}

# pid_at PLACE
pid_at() {
	sed -n "s,.*PF0401 worker echo/$1 (pid \([0-9]*\)).*,\1,p" "$T/log" |
		tail -n 1
}

stopped() {
	sed -n 's/.*PF0415 worker .*(pid \([0-9]*\)) is stopped.*/\1/p' \
		"$T/log"
}

is_stopped() {
	[[ $(state_of "$1") == T ]]
}

is_asleep() {
	[[ $(state_of "$1") == S ]]
}

@test "a worker that is stopped when it was woken keeps no client waiting" {
	local i

	trap_workers
	start -w 3 echo
	for i in 1 2 3; do
		: >"$T/trap"
		within 2000 echo_once word
		wait_log 'PF0415 worker echo/[0-2] .* is stopped by signal STOP' "$i"
		[[ ! -e $T/trap ]]
		kill -CONT "$(stopped | tail -n 1)"
		wait_log 'PF0416 worker echo/[0-2] .* goes on' "$i"
	done
	invariants 3
}

@test "others that are stopped are not asked to help" {
	local i

	trap_workers
	start -w 8 echo
	for i in {0..4}; do
		kill -STOP "$(pid_at "$i")"
	done
	wait_log PF0415 5
	: >"$T/trap"
	within 2000 echo_once word
	wait_log PF0415 6
	# shellcheck disable=SC2046 # one argument each
	kill -CONT $(stopped)
	wait_log PF0416 6
	invariants 8
}

@test "stops and their ends are told once, with the signal" {
	local pid

	start -w 2 echo
	pid=$(workers | head -n 1)
	# Not TSTP: a group that nobody watches over does not stop for it.
	kill -STOP "$pid"
	wait_log "PF0415 worker .*pid $pid. is stopped by signal STOP"
	# While the master does not look it goes on and is stopped again.
	kill -STOP "$MASTER"
	kill -CONT "$pid"
	wait_for is_asleep "$pid"
	kill -STOP "$pid"
	wait_for is_stopped "$pid"
	kill -CONT "$MASTER"
	settled
	kill -CONT "$pid"
	wait_log "PF0416 worker .*pid $pid. goes on"
	kill -CONT "$pid"
	settled
	[[ $(log_count PF0415) -eq 1 ]]
	[[ $(log_count PF0416) -eq 1 ]]
	invariants 2
}

@test "what is known of a stopped worker outlives an upgrade" {
	start -w 2 "$FAULT"
	misbehave
	kill -STOP "$CULPRIT"
	wait_log PF0415
	kill -USR2 "$MASTER"
	wait_log PF0106
	# It has a client yet, so that it does not end at once.
	kill -CONT "$CULPRIT"
	wait_log "PF0416 worker .*pid $CULPRIT. goes on"
	[[ $(log_count PF0415) -eq 1 ]]
	clients_kill
	wait_log PF0110
	invariants 2
}

@test "stopped children of an embedder are its own, and cost nothing" {
	local flags='' before after pids

	[[ -z ${PREFORK_SANITIZED:-} ]] || flags='-fsanitize=address,undefined'
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC $flags -w -o "$T/parent" -I"$abs_top_srcdir/include" \
		-I"$abs_top_builddir/include" -x c - -x none \
		-L"$abs_top_builddir/.libs" -lprefork \
		-Wl,-rpath,"$abs_top_builddir/.libs" <<-'C'
		#include <sys/types.h>
		#include <sys/wait.h>
		#include <signal.h>
		#include <unistd.h>
		#include <prefork/server.h>

		static void
		echo(int sock)
		{
			char b[512];
			ssize_t n;

			while ((n = read(sock, b, sizeof(b))) > 0)
				if (write(sock, b, (size_t)n) != n)
					return;
		}

		int
		main(int argc, char **argv)
		{
			int status, bad;
			pid_t own = fork();

			if (own == 0) {
				raise(SIGSTOP);
				_exit(3);
			}
			bad = prefork_serve(argv[1], 2, echo);
			bad |= waitpid(own, &status, WUNTRACED) != own ||
			    !WIFSTOPPED(status);
			kill(own, SIGCONT);
			bad |= waitpid(own, &status, 0) != own ||
			    WEXITSTATUS(status) != 3;
			return bad;
		}
	C
	(
		exec </dev/null >>"$T/out" 2>>"$T/log"
		become -1 "$T/parent" "unix:$T/sock"
	) &
	MASTER=$!
	# shellcheck disable=SC2004 # by pid, in an associative array
	MASTERS[$MASTER]=child
	wait_log PF0100
	ADDR=unix:$T/sock
	wait_workers 3
	before=$(ticks "$MASTER")
	echo_once word
	mapfile -t pids < <(children_of "$MASTER" '^[^ZT]')
	[[ ${#pids[@]} -eq 2 ]]
	kill -STOP "${pids[@]}"
	wait_log PF0415 2
	kill -CONT "${pids[@]}"
	wait_log PF0416 2
	after=$(ticks "$MASTER")
	((after - before <= 5))
	echo_once word
	stop
}
