# The examples of doc/examples/embed, built as their readers would, and the
# steps of <prefork/server.h>.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load installed

examples=$abs_top_srcdir/doc/examples/embed

# embed PROGRAM [ARGUMENT...]: runs it until TERM, as start() would.
embed() {
	(
		exec </dev/null >>"$T/out" 2>>"$T/log"
		become -1 "${ACTIVATE[@]}" "$T/$1" "${@:2}"
	) &
	MASTER=$!
	MASTERS+=(["$MASTER"]=child)
	wait_log 'PF0100 ' || return 1
	read_addresses 1
}

# steps CODE REGEX [STATEMENT...]: a program that says and runs them ends so.
steps() {
	local code=$1 regex=$2 got=0

	shift 2
	program "$@"
	(become -1 timeout -k 1 "$DEADLINE" "$T/steps") 2>"$T/err" || got=$?
	printf 'exit %d: %s\n' "$got" "$(<"$T/err")"
	[[ $got -eq $code ]] || fail "exit $got and not $code" || return 1
	grep -E "$regex" "$T/err"
}

# A program, $T/steps, that makes its server s by statements and runs it.
program() {
	write_program "$@" >"$T/steps.c"
	build steps "$T/steps.c"
}

write_program() {
	cat <<-'C'
		#include <errno.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>
		#include <prefork/server.h>

		struct config {
			int64_t times;
		};

		static const struct prefork_option options[] = {
			{ .name = "times", .type = PREFORK_INT, .preset = "1",
			    .offset = offsetof(struct config, times),
			    .min = 1, .max = 9 },
			{ .name = NULL },
		};

		static int
		handle(struct prefork_conn *conn)
		{
			const struct config *config = prefork_conn_config(conn);
			int64_t i;

			for (i = 0; i < config->times; i++)
				prefork_printf(conn, "%s\n",
				    prefork_conn_service(conn));
			return 0;
		}

		static const struct prefork_module module = {
			PREFORK_MODULE_HEAD,
			.name = "many",
			.version = "1",
			.options = options,
			.config_size = sizeof(struct config),
			.handle = handle,
		};

		static void
		echo(int sock)
		{
			char b[512];
			ssize_t n = read(sock, b, sizeof(b));

			if (n > 0 && write(sock, b, (size_t)n) != n)
				abort();
		}

		int
		main(void)
		{
			struct prefork_server *s =
			    prefork_server_new("steps", &module, NULL);
			void (*unused)(int) = echo;
			int code;

			(void)unused;
	C
	printf '\t%s\n' "$@"
	cat <<-'C'
			code = prefork_server_run(s);
			prefork_server_free(s);
			return code;
		}
	C
}

setup_file() {
	ACTIVATE=()
}

@test "the one-liner" {
	install_all
	build serve "$examples/serve.c"
	embed serve 127.0.0.1:0
	talk "$ADDR" line hello shut eof
	stop
}

@test "steps, with options of the program's own" {
	install_all
	build lengthd "$examples/steps.c"
	embed lengthd -l 127.0.0.1:0 -l "unix:$T/sock" -w 3 -S "$T/ctl"
	grep '^lengthd\[' "$T/log"
	wait_workers 3
	[[ $(talk "$ADDR" send 'one\nthree\n' shut print) == $'3\n5' ]]
	[[ $(talk "unix:$T/sock" send '\n' shut print) == 0 ]]
	"$PREFORKCTL" -S "$T/ctl" status | grep lengths
	stop
	PREFORKD=$T/lengthd
	refused 78 'PF0503 workers needs a number' -w 0 -l nonsense
	refused 64 PF0201 -l nonsense
}

@test "a program with a loop and children of its own" {
	install_all
	build loop "$examples/loop.c"
	embed loop 127.0.0.1:0
	[[ $(talk "$ADDR" print) == "$MASTER" ]]
	wait_log 'another child has ended'
	stop
}

@test "that program ends when its server does" {
	install_all
	build loop "$examples/loop.c"
	embed loop 127.0.0.1:0
	STRAYS=1
	allow_message PF0411
	kill -KILL "$(workers)"
	wait_exit 70
}

@test "directives and options are those of the file" {
	install_all
	program 'prefork_server_set(s, "workers", "1");' \
		'prefork_server_set(s, "workers", "3");' \
		'prefork_server_set(s, "max_requests", "100 jitter 0%");' \
		'prefork_server_set(s, "stop_timeout", "1s");' \
		'prefork_server_set(s, "deny", "192.0.2.0/24");' \
		'prefork_server_option(s, "times", "2");' \
		'prefork_server_listen(s, "127.0.0.1:0");'
	embed steps
	wait_workers 3
	[[ $(talk "$ADDR" print) == $'many\nmany' ]]
	kill -HUP "$MASTER"
	wait_log PF0106
	[[ $(talk "$ADDR" print) == $'many\nmany' ]]
	kill -TERM "$MASTER"
	wait_log 'PF0101 .*at most 1000 ms'
	wait_exit
}

@test "the first failure is what it ends with, in its words" {
	install_all
	local at='prefork_server_listen(s, "127.0.0.1:0");'

	steps 78 "^steps: PF0502 there is no directive 'wrokers'; did you mean" \
		'prefork_server_set(s, "wrokers", "1");' \
		'prefork_server_set(s, "workers", "0");' "$at"
	steps 64 'PF0500 an address is for' \
		'prefork_server_set(s, "listen", "*:1");'
	steps 64 'PF0500 there is no directive .service.many.workers' \
		'prefork_server_set(s, "service.many.workers", "1");'
	steps 78 'PF0504 .*file' 'prefork_server_set(s, "include", "x");'
	steps 78 'PF0306 option times' \
		'prefork_server_option(s, "times", "10");' "$at"
	steps 78 'PF0305 many has no option "tmies"' \
		'prefork_server_option(s, "tmies", "10");' "$at"
	steps 69 'PF0202' 'prefork_server_listen(s, "127.0.0.1:no-such");'
	steps 7 '^PF0503 workers needs .*$' \
		'if (prefork_server_error(s)[0] != 0) return 1;' \
		'if (prefork_server_set(s, "workers", "2") != 0) return 2;' \
		'if (prefork_server_set(s, "workers", "x") != -1) return 3;' \
		'fprintf(stderr, "%s\n", prefork_server_error(s));' \
		'prefork_server_free(s);' 'return 7;'
}

@test "what cannot be made is refused" {
	install_all
	steps 7 . 'prefork_server_free(s);' 'prefork_server_free(NULL);' \
		's = prefork_server_new(NULL, NULL, NULL);' \
		'if (s != NULL || errno != EINVAL) return 1;' \
		's = prefork_server_new(NULL, &module, echo);' \
		'if (s != NULL || errno != EINVAL) return 2;' \
		'fprintf(stderr, "good\n");' 'return 7;'
}

@test "a server runs again when it has ended" {
	install_all
	program "prefork_server_listen(s, \"unix:$T/sock\");" \
		'code = prefork_server_run(s);' 'if (code != 0) return code;'
	embed steps
	[[ $(talk "$ADDR" print) == many ]]
	kill -TERM "$MASTER"
	wait_log 'PF0100 ' 2
	[[ $(talk "$ADDR" print) == many ]]
	stop
}

@test "a socket that was passed is served, by its address or as all there is" {
	install_all
	build serve "$examples/serve.c"
	ACTIVATE=("$PREFORK_TOOLS/activate" "unix:$T/sock" --)
	embed serve "unix:$T/sock"
	grep "PF0200 listening on unix:$T/sock (passed as" "$T/log"
	talk "$ADDR" line hello shut eof
	stop
	[[ -S $T/sock ]]
	rm "$T/sock"
	program 'prefork_server_set(s, "workers", "1");'
	ACTIVATE=("$PREFORK_TOOLS/activate" -n web 127.0.0.1:0 --)
	: >"$T/log"
	embed steps
	grep 'PF0200 .*(passed as web)' "$T/log"
	[[ $(talk "$ADDR" print) == many ]]
	stop
}

@test "sockets that are not for it are left alone" {
	install_all
	program 'prefork_server_listen(s, "127.0.0.1:0");' \
		'code = prefork_server_run(s);' \
		'if (getenv("LISTEN_FDS") != NULL) return 3;' \
		'prefork_server_free(s);' 'return code;'
	ACTIVATE=("$PREFORK_TOOLS/activate" -e LISTEN_PID=1 "unix:$T/sock" --)
	embed steps
	[[ $(log_count 'passed as') -eq 0 ]]
	[[ $(talk "$ADDR" print) == many ]]
	stop
	rm "$T/sock"
	ACTIVATE=("$PREFORK_TOOLS/activate" -e LISTEN_FDS=x 127.0.0.1:0 --)
	PREFORKD=$T/start
	printf '#!/bin/sh\nexec %s %s\n' "${ACTIVATE[*]}" "$T/steps" >"$T/start"
	chmod +x "$T/start"
	refused 78 PF0220
}
