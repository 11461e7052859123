# libprefork in programs of others, and modules as their authors compile them.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults

# compile_with COMPILER LANGUAGE NAME [ARGUMENT...]: a source on standard
# input becomes $T/NAME, by what pkg-config would say of the installed library.
compile_with() {
	local compiler=$1 language=$2 name=$3 flags=''

	shift 3
	[[ -z ${PREFORK_SANITIZED:-} ]] || flags='-fsanitize=address,undefined'
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$compiler $flags -o "$T/$name" -I"$abs_top_srcdir/include" \
		-I"$abs_top_builddir/include" -x "$language" - -x none "$@" \
		-L"$abs_top_builddir/.libs" -lprefork \
		-Wl,-rpath,"$abs_top_builddir/.libs"
}

compile() {
	compile_with "$CC" c "$@"
}

# What most programs here begin with.
write_beginning() {
	cat <<-'C'
		#include <sys/types.h>
		#include <sys/wait.h>
		#include <fcntl.h>
		#include <pthread.h>
		#include <signal.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
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

		static int
		check(int holds, const char *what)
		{
			if (!holds)
				fprintf(stderr, "not so: %s\n", what);
			return !holds;
		}

	C
}

# program NAME: a main(), and what it needs, on standard input.
program() {
	{
		write_beginning
		cat
	} | compile "$1" -pthread
}

# embed PROGRAM ADDRESS [ARGUMENT...]: runs it until TERM, as start() would.
embed() {
	(
		exec </dev/null >>"$T/out" 2>>"$T/log"
		become -1 "$T/$1" "${@:2}"
	) &
	MASTER=$!
	MASTERS+=(["$MASTER"]=child)
	wait_log 'PF0100 ' || return 1
	read_addresses 1
	WORKERS=$(log_count 'PF0200 ')
}

@test "the one-liner serves, reloads and stops" {
	program serve <<-'C'
		int
		main(int argc, char **argv)
		{
			return prefork_serve(argv[argc - 1], 2, echo);
		}
	C
	embed serve 127.0.0.1:0
	wait_workers 2
	echo_once hello
	kill -HUP "$MASTER"
	wait_log PF0106
	talk -n 2 "$ADDR" bulk 200000 5 say all shut eof
	stop
	grep 'PF0102 ' "$T/log"
}

@test "its failures are returned with their codes and reasons" {
	program serve <<-'C'
		static void
		die(void)
		{
			_exit(9);
		}

		int
		main(int argc, char **argv)
		{
			int idle = argc > 3 && strcmp(argv[3], "idle") == 0;

			if (argc > 3 && !idle)
				pthread_atfork(NULL, NULL, die);
			return prefork_serve(argv[1],
			    (unsigned)atoi(argv[2]), idle ? NULL : echo);
		}
	C
	PREFORKD=$T/serve
	refused 64 PF0201 nonsense 1
	refused 64 PF0500 127.0.0.1:0 5000
	refused 64 PF0500 127.0.0.1:0 1 idle
	refused 69 PF0202 127.0.0.1:no-such-service 1
	refused 78 PF0310 127.0.0.1:0 1 die
	embed serve "unix:$T/sock" 1
	refused 69 PF0203 "unix:$T/sock" 1
	echo_once still "unix:$T/sock"
}

@test "it can be called again, with another handler, and leaves nothing open" {
	program twice <<-'C'
		static void
		second(int sock)
		{
			if (write(sock, "second\n", 7) != 7)
				abort();
		}

		static int
		descriptors(void)
		{
			int fd, count = 0;

			for (fd = 0; fd < 256; fd++)
				count += fcntl(fd, F_GETFD) != -1;
			return count;
		}

		int
		main(int argc, char **argv)
		{
			const char *address = argv[argc - 1];
			int before = descriptors(), bad = 0;

			bad |= check(prefork_serve(address, 1, echo) == 0, "1");
			bad |= check(descriptors() == before, "closed after 1");
			bad |= check(prefork_serve("?", 1, echo) == 64, "2");
			bad |= check(prefork_serve(address, 1, second) == 0, "3");
			return bad | check(descriptors() == before, "after 3");
		}
	C
	expect_message PF0201
	embed twice "unix:$T/sock"
	echo_once first
	kill -TERM "$MASTER"
	wait_log 'PF0100 ' 2
	[[ $(talk "$ADDR" print) == second ]]
	stop
}

@test "children that the program has are left to it, alive and dead" {
	program parent <<-'C'
		static void
		fragile(int sock)
		{
			char c;

			if (recv(sock, &c, 1, MSG_PEEK) == 1 && c == '!')
				raise(SIGKILL);
			echo(sock);
		}

		static pid_t
		child(int fd, int code)
		{
			pid_t pid = fork();
			char c;

			if (pid == 0)
				_exit(fd == -1 || read(fd, &c, 1) == 1 ?
				    code : 99);
			return pid;
		}

		static int
		ended_with(pid_t pid, int code)
		{
			int status;

			return waitpid(pid, &status, 0) == pid &&
			    WIFEXITED(status) && WEXITSTATUS(status) == code;
		}

		int
		main(int argc, char **argv)
		{
			int fds[2], bad = pipe(fds);
			pid_t dead = child(-1, 3), alive = child(fds[0], 7);

			bad |= prefork_serve(argv[argc - 1], 2, fragile);
			bad |= check(ended_with(dead, 3), "the dead one is ours");
			bad |= check(kill(alive, 0) == 0 &&
			    write(fds[1], "x", 1) == 1 && ended_with(alive, 7),
			    "the other one lives");
			return bad;
		}
	C
	expect_message PF0404
	embed parent "unix:$T/sock"
	wait_workers 3
	talk "$ADDR" send '!' gone
	wait_log PF0404
	wait_workers 3
	echo_once hello
	stop
}

@test "dispositions and mask of signals are afterwards what they were" {
	program signals <<-'C'
		#define FLAGS (SA_RESTART | SA_SIGINFO | SA_NOCLDSTOP | \
		    SA_NOCLDWAIT | SA_NODEFER | SA_RESETHAND | SA_ONSTACK)

		static struct sigaction before[32], after[32];

		static void
		handler(int signo)
		{
			(void)signo;
		}

		static void
		look(struct sigaction *all)
		{
			int i;

			for (i = 1; i < 32; i++)
				sigaction(i, NULL, &all[i]);
		}

		static int
		same(int i)
		{
			return before[i].sa_handler == after[i].sa_handler &&
			    ((before[i].sa_flags ^ after[i].sa_flags) & FLAGS) ==
			    0;
		}

		int
		main(int argc, char **argv)
		{
			sigset_t mask, now;
			int i, bad = 0;

			signal(SIGINT, SIG_IGN);
			signal(SIGHUP, handler);
			signal(SIGCHLD, handler);
			signal(SIGTERM, handler);
			sigemptyset(&mask);
			sigaddset(&mask, SIGUSR2);
			sigprocmask(SIG_SETMASK, &mask, NULL);
			look(before);
			bad = prefork_serve(argv[argc - 1], 2, echo);
			look(after);
			sigprocmask(SIG_SETMASK, NULL, &now);
			for (i = 1; i < 32; i++) {
				bad |= check(same(i), strsignal(i));
				bad |= check(sigismember(&mask, i) ==
				    sigismember(&now, i), "mask");
			}
			return bad;
		}
	C
	embed signals "unix:$T/sock"
	echo_once hello
	kill -HUP "$MASTER"
	wait_log PF0106
	stop
}

@test "descriptors that the program has open are open in its workers" {
	program open <<-'C'
		static int fds[2];

		static void
		tell(int sock)
		{
			if (write(fds[1], "told", 4) == 4)
				echo(sock);
		}

		int
		main(int argc, char **argv)
		{
			char got[5] = "";
			int bad = pipe(fds);

			bad |= prefork_serve(argv[argc - 1], 2, tell);
			bad |= check(read(fds[0], got, 4) == 4 &&
			    strcmp(got, "told") == 0, "read");
			return bad;
		}
	C
	embed open "unix:$T/sock"
	echo_once hello
	stop
}

@test "a program of its own name is preforkd with its own handler" {
	compile caesard <"$abs_top_srcdir/doc/examples/own_main.c"
	PREFORKD=$T/caesard
	start -w 2 shift=13
	[[ $(talk "$ADDR" send 'Uryyb\n' shut print) == Hello ]]
	grep '^caesard\[.*PF0200 ' "$T/log"
	kill -HUP "$MASTER"
	wait_log PF0106
	invariants 2
	stop
	preforkd -V | grep '^caesard '
	refused 78 PF0305 -F -l 127.0.0.1:0 shitf=1
	refused 78 PF0306 -F -l 127.0.0.1:0 shift=26
	preforkd -t shift=25
}

@test "a program of its own name can become a daemon" {
	compile caesard <"$abs_top_srcdir/doc/examples/own_main.c"
	PREFORKD=$T/caesard
	start_daemon -l "unix:$T/sock"
	[[ $(talk "$ADDR" send 'abc\n' shut print) == def ]]
	stop
}

@test "the example of a module compiles by itself and serves" {
	# shellcheck disable=SC2086 # $CC may have arguments of its own
	$CC -shared -fPIC -o "$T/greet.so" -I"$abs_top_srcdir/include" \
		-I"$abs_top_builddir/include" \
		"$abs_top_srcdir/doc/examples/greet.c"
	start -w 2 ./greet.so name=Ada times=3
	[[ $(talk "$ADDR" print) == \
		$'Hello, Ada!\nHello, Ada!\nHello, Ada!' ]]
	refused 78 PF0308 -F -l 127.0.0.1:0 ./greet.so name=
}

@test "a module can be written in C++" {
	need "${CXX:-c++}"
	compile_with "${CXX:-c++}" c++ hello.so -shared -fPIC <<-'C'
		#include <prefork/module.h>

		static int
		handle(prefork_conn *conn)
		{
			static const char text[] = "hello from C++\n";
			auto bytes = static_cast<ssize_t>(sizeof(text) - 1);

			return prefork_write(conn, text, sizeof(text) - 1) ==
			    bytes ? 0 : -1;
		}

		static prefork_module describe()
		{
			prefork_module module = {};

			module.abi = PREFORK_ABI;
			module.size = sizeof(prefork_module);
			module.name = "hello";
			module.version = "1.0";
			module.handle = handle;
			return module;
		}

		PREFORK_MODULE = describe();
	C
	start -w 2 ./hello.so
	[[ $(talk "$ADDR" print) == 'hello from C++' ]]
	invariants 2
}
