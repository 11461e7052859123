# prefork-new: what it writes builds, passes its tests and serves, for somebody
# who has nothing but an installed prefork.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load installed

# Options and a name; then make, test, and one client.
make_and_try() {
	local name=${*: -1}

	as_person prefork-new "$@"
	as_person make -C "$name"
	as_person make -C "$name" test | tee "$T/tests"
	grep -qx 1..9 "$T/tests"
	run ! grep '^not ok' "$T/tests"
	start -w 2 "$T/home/$name/$name.so" greeting=hi
	[[ $(talk "$ADDR" send 'one\nquit\n' print) == $'hi one\r' ]]
	kill -HUP "$MASTER"
	wait_log PF0106
	stop
}

# declines CODE TEXT argument...: one sentence, and nothing is there.
declines() {
	local code=$1 text=$2 got=0

	shift 2
	as_person prefork-new "$@" 2>"$T/err" || got=$?
	printf 'exit %d: %s\n' "$got" "$(<"$T/err")"
	[[ $got -eq $code ]] || fail "exit $got and not $code" || return 1
	[[ $(wc -l <"$T/err") -eq 1 ]] || fail 'not one line' || return 1
	grep -- "^prefork-new: .*$text" "$T/err"
}

@test "a module in C is built, tested and served" {
	install_all
	make_and_try demo
	as_person make -C demo clean
	[[ ! -e $T/home/demo/demo.so ]]
	grep -q '^demo: a handler' "$T/home/demo/README"
	[[ $(sed -n 2p "$T/home/demo/README") =~ ^={27}$ ]]
	run ! grep -ri 'skeleton\|@[A-Z]*@' "$T/home/demo"
}

@test "a module in C++ is built, tested and served" {
	install_all
	plain_c
	need c++
	make_and_try -l c++ demo_2
	[[ -e $T/home/demo_2/demo_2.cc ]]
}

@test "in C++11 and in C++20, with all warnings" {
	install_all
	need c++
	local standard

	as_person prefork-new -l c++ demo
	for standard in c++11 c++20; do
		as_person make -C demo CXXFLAGS="-std=$standard -Wall -Wextra \
			-Wpedantic -Wshadow -Wmissing-declarations -Werror"
		as_person make -C demo clean
	done
}

@test "make run serves, make install makes its name known" {
	install_all
	as_person prefork-new demo
	as_person make -C demo
	if [[ $EUID -eq 0 ]]; then
		chown "$STRANGER" "$(pkg-config --variable=moduledir libprefork)"
	fi
	as_person make -C demo install
	[[ $(as_person preforkd \
		-M "$(pkg-config --variable=moduledir libprefork)" -L) == \
		*'demo '* ]]
	as_person make -C demo uninstall
	[[ ! -e $(pkg-config --variable=moduledir libprefork)/demo.so ]]
	# As make run does it, which would not end by itself.
	as_person make -C demo -n run | grep -- \
		'/preforkd" -F -l 127.0.0.1:7007 ./demo.so'
	as_person make -C demo run PREFORKD='echo' ADDRESS=unix:x | grep -- \
		'^-F -l unix:x ./demo.so'
}

@test "a test of it fails where the module does" {
	install_all
	as_person prefork-new demo
	sed -i 's/"you said"/"who said"/' "$T/home/demo/demo.c"
	run -2 as_person make -C demo test
	[[ $output == *'not ok 1 - each line'* ]]
}

@test "what is there is left alone" {
	install_all
	as_person mkdir demo
	as_person ln -s nowhere link
	declines 73 'demo is there already' demo
	declines 73 'link is there already' link
	[[ $(as_person find . | sort) == $'.\n./demo\n./link' ]]
}

@test "bad names and arguments are refused" {
	install_all
	local name

	for name in Demo 1a a-b 'a b' ../a a/b _a '' é "a\$b" .; do
		declines 64 'a name' "$name"
	done
	declines 64 'at most 31' aaaaaaaaaabbbbbbbbbbccccccccccdd
	declines 64 'c or c++' -l perl demo
	declines 64 'no option -x' -x demo
	declines 64 'needs an argument' -l
	declines 64 'one name' one two
	declines 64 'one name'
	[[ $(as_person find .) == . ]]
	as_person prefork-new -h | grep '^usage: prefork-new'
	as_person prefork-new -V | grep '^prefork-new [0-9]'
}

@test "a place that cannot be written to is told, and nothing is left" {
	install_all
	chmod 555 "$T/home"
	[[ $EUID -ne 0 ]] || chown 0 "$T/home"
	declines 73 'cannot make the directory' demo
	chmod 755 "$T/home"
	[[ $EUID -ne 0 ]] || chown "$STRANGER" "$T/home"
	# Not root's write, but one that fails half way.
	printf '#!/bin/sh\ncase $* in */test.sh) exit 1;; esac\n%s\n' \
		'exec /bin/sed "$@"' >"$T/root/bin/sed"
	chmod +x "$T/root/bin/sed"
	declines 73 'cannot write' demo
	rm "$T/root/bin/sed" "$ROOT/share/prefork/skeleton/test.sh"
	declines 69 'test.sh cannot be read' demo
	[[ $(as_person find .) == . ]]
}
