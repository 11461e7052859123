# Handlers in Python on our workers, and the tutorial's programs in Python.

# shellcheck disable=SC2034,SC2046,SC2154 # what make and the helpers know

load helper
load faults
load turns
load control

EXAMPLES=$abs_top_srcdir/doc/examples/python

setup_python() {
	need python3
	[[ -z ${PREFORK_SANITIZED:-} && -z ${PREFORKD_WRAPPER:-} ]] ||
		skip 'Python is not instrumented'
	export LD_LIBRARY_PATH=$abs_top_builddir/.libs
	export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$T
	python3 -c 'import ctypes; ctypes.PyDLL("libprefork.so.0")' ||
		skip 'this Python cannot load the library'
	printf '#!/bin/sh\nexec python3 %q "$@"\n' "$EXAMPLES/prefork.py" \
		>"$T/preforkd"
	chmod 755 "$T/preforkd"
	PREFORKD=$T/preforkd
	DEFAULT_HANDLER=''
}

# handler: a module of that name, from standard input.
handler() {
	cat >"$T/new.py"
	mv "$T/new.py" "$T/mine.py"
}

example() {
	timeout -k 1 "$DEADLINE" python3 "$EXAMPLES/$1" "${@:2}"
}

@test "an unchanged request handler, reloaded under load" {
	setup_python
	cp "$EXAMPLES/echo_handler.py" "$T/mine.py"
	start -w 3 -S "$T/ctl.sock" handler=mine:EchoHandler
	talk -n 4 "$ADDR" bulk 300000 3 shut eof
	load_begin
	ctl reload
	ctl reload
	load_end
	ctl_ends 0 '^echo_handler|python' status
	invariants 3
}

@test "a stream handler reads by lines" {
	setup_python
	cp "$EXAMPLES/echo_handler.py" "$T/mine.py"
	start -w 1 handler=mine:LineHandler
	[[ $(talk "$ADDR" send 'abc\ndef\n' shut print) == $'ABC\nDEF' ]]
}

@test "it knows its client, and may look at its socket" {
	setup_python
	handler <<-TEXT
		import socketserver
		class H(socketserver.BaseRequestHandler):
		    def handle(self):
		        assert self.client_address == self.request.getpeername()
		        assert self.server.server_address == self.request.getsockname()
		        self.request.sendall(b"%d" % self.client_address[1])
		        self.request.close()
	TEXT
	start -w 1 handler=mine:H
	talk "$ADDR" port shut print >"$T/said"
	[[ $(sort -u "$T/said" | wc -l) -eq 1 ]] || fail "$(<"$T/said")"
}

@test "a new file is served after a reload; one with an error is refused" {
	setup_python
	expect_message PF0107
	allow_message PF0402
	handler <<-'TEXT'
		import socketserver
		class H(socketserver.BaseRequestHandler):
		    def handle(self):
		        self.request.sendall(b"old")
	TEXT
	start -w 2 -S "$T/ctl.sock" handler=mine:H
	sed -i s/old/new/ "$T/mine.py"
	[[ $(talk "$ADDR" shut print) == old ]]
	ctl reload
	[[ $(talk "$ADDR" shut print) == new ]]
	printf 'class H(\n' >"$T/mine.py"
	ctl_ends 1 'SyntaxError' reload
	[[ $(talk "$ADDR" shut print) == new ]]
	printf 'class G: pass\n' >"$T/mine.py"
	ctl_ends 1 "AttributeError: .*'H'" reload
	[[ $(talk "$ADDR" shut print) == new ]]
}

@test "an exception is logged; sys.exit ends the worker, and another comes" {
	local pid

	setup_python
	handler <<-'TEXT'
		import socketserver, sys
		class H(socketserver.StreamRequestHandler):
		    def handle(self):
		        word = self.rfile.readline().strip()
		        if word == b"raise":
		            raise ValueError("of the test")
		        if word == b"exit":
		            sys.exit(3)
		        self.wfile.write(word)
	TEXT
	start -w 1 handler=mine:H
	pid=$(workers)
	talk "$ADDR" send 'raise\n' shut eof
	wait_log 'ValueError: of the test'
	[[ $(workers) == "$pid" ]]
	allow_message PF0404
	talk "$ADDR" send 'exit\n' gone
	wait_log "pid $pid. ended: exit code 3"
	[[ $(talk "$ADDR" send 'good\n' shut print) == good ]]
}

@test "hooks of os.register_at_fork are called, around our forks only" {
	setup_python
	handler <<-'TEXT'
		import os, socketserver, subprocess, threading
		forks = []
		os.register_at_fork(before=lambda: forks.append("before"),
		    after_in_parent=lambda: forks.append("parent"))
		class H(socketserver.BaseRequestHandler):
		    def handle(self):
		        assert threading.current_thread() is threading.main_thread()
		        said = []
		        thread = threading.Thread(target=lambda: said.append("thread"))
		        thread.start()
		        thread.join(10)
		        del forks[:]
		        child = os.fork()
		        if child == 0:
		            os._exit(7)
		        said += [str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))]
		        said += forks
		        said += [subprocess.check_output(["echo", "sub"]).decode().strip()]
		        self.request.sendall(" ".join(said).encode())
	TEXT
	cat >"$T/own.py" <<-TEXT
		import os, sys
		sys.path.insert(0, "$EXAMPLES")
		import prefork
		def tell(word):
		    os.write(2, b"at fork: %s of %d\n" % (word, os.getpid()))
		os.register_at_fork(before=lambda: tell(b"before"),
		    after_in_parent=lambda: tell(b"parent"),
		    after_in_child=lambda: tell(b"child"))
		raise SystemExit(prefork.main(sys.argv[1:]))
	TEXT
	printf '#!/bin/sh\nexec python3 %q "$@"\n' "$T/own.py" >"$PREFORKD"
	start -w 1 handler=mine:H
	[[ $(talk "$ADDR" shut print) == 'thread 7 before parent sub' ]]
	[[ $(log_count "^at fork: child of $(workers)\$") -eq 1 ]]
	[[ $(log_count "^at fork: before of $MASTER\$") -ge 1 ]]
	[[ $(log_count "^at fork: before of $MASTER\$") -eq \
		$(log_count "^at fork: parent of $MASTER\$") ]]
}

@test "the service's limits hold for what it reads" {
	setup_python
	cp "$EXAMPLES/echo_handler.py" "$T/mine.py"
	start -w 1 -o 'timeout=idle 300ms' handler=mine:EchoHandler
	between 250 5000 talk "$ADDR" line one gone
	[[ $(log_count Traceback) -eq 0 ]]
	echo_once again
}

@test "the tutorial's client, server and lookup" {
	local server

	need python3
	start -w 1 echo
	[[ $(example echo_client.py "${ADDR%:*}" "${ADDR##*:}" hello) == \
		'Received: hello' ]]
	run -64 example echo_client.py one
	run -68 example lookup.py does-not-exist.invalid
	run -0 example lookup.py 127.0.0.1
	[[ $output == 127.0.0.1 ]]
	(
		close_descriptors -1
		exec timeout 60 python3 "$EXAMPLES/echo_server.py" 127.0.0.1 0
	) >"$T/server" 2>&1 </dev/null &
	server=$!
	wait_for grep -q '^listening' "$T/server"
	echo_once 'the other way round' "$(sed -n 's/listening on //p' "$T/server")"
	kill "$server"
	wait "$server" || :
	run -69 example echo_client.py 127.0.0.1 1 hello
}
