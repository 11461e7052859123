#!/bin/sh
# What README and the tutorial tell people to type works, and prints what they
# say that it prints; each example compiles and does what it is for.
#
# A block ```sh is typed, all blocks of a file into one shell in an empty
# folder.  A block ```text behind it is what it prints; without one it prints
# nothing.  Numbers that differ from run to run, and the folder, are no
# difference.  Port 7007 stands for one that is free.
. "$(dirname "$0")/lib.sh"

built=${abs_top_builddir:-$top/build}
home='/home/you/tutorial'
root=$scratch/root

# ------------------------------------------------------------ preparation

# Daemons that a page started: they were told where to listen.
survivors() {
	ps -A -o pid= -o args= | awk -v at=":${port:-none} " \
	    'index($0 " ", at) && !/awk/ { print $1 }'
}

clean_up() {
	survivors | while read -r pid; do
		kill -KILL "$pid" 2>/dev/null
	done
	rm -rf "$scratch"
}

# Where pkg-config would find things: libdir, includedir ...
place() {
	printf '%s%s\n' "$root" "$(pkg-config --variable="$1" \
	    "$built/src/api/libprefork.pc")"
}

# What make install does, by hand: libtool moves the modules of the build away
# while it links them for their place, and other tests are using them.
install_all() {
	sbin=$(place sbindir)
	library=$(place libdir)
	modules=$(place moduledir)
	headers=$(place includedir)/prefork
	mkdir -p "$sbin" "$library/pkgconfig" "$modules" "$headers" &&
		cp "$built/src/preforkd/.libs/preforkd" "$sbin" &&
		cp "$built/src/preforkctl/preforkctl" "$sbin" &&
		cp -P "$built"/.libs/libprefork.so* "$library" &&
		cp "$built"/src/modules/.libs/*.so "$modules" &&
		cp "$top"/include/prefork/*.h "$headers" &&
		cp "$built/include/prefork/version.h" "$headers" &&
		cp "$built/src/api/libprefork.pc" "$library/pkgconfig"
}

use_installation() {
	PATH=$scratch/bin:$sbin:$PATH
	LD_LIBRARY_PATH=$library
	PREFORK_MODULE_PATH=$modules
	PKG_CONFIG_PATH=$library/pkgconfig
	PKG_CONFIG_SYSROOT_DIR=$root
	export PATH LD_LIBRARY_PATH PREFORK_MODULE_PATH PKG_CONFIG_PATH \
	    PKG_CONFIG_SYSROOT_DIR
	mkdir "$scratch/bin"
	# shellcheck disable=SC2016 # for the script, not for this one
	printf '#!/bin/sh\nexec %s "$@"\n' "${CC:-$(command -v cc)}" \
	    >"$scratch/bin/cc"
	chmod +x "$scratch/bin/cc"
}

# Listen on port 0 and ask which it is; when the daemon has ended it is free.
find_port() {
	mkfifo "$scratch/ready"
	preforkd -F -l 127.0.0.1:0 -d 3 echo 3>"$scratch/ready" \
	    2>"$scratch/port.log" &
	server=$!
	timeout 20 head -n 1 "$scratch/ready" >/dev/null
	kill "$server"
	wait "$server"
	port=$(sed -n 's/.*listening on 127\.0\.0\.1://p' "$scratch/port.log")
}

# ----------------------------------------------------------------- pages

# The script of the page $1, with a line that tells where each block begins.
script_of() {
	awk '/^```sh$/ { inside = 1; print "echo \"== block " ++n "\""; next }
		/^```/ { inside = 0; next }
		inside { print }' "$1"
}

expected_of() {
	awk '/^```sh$/ { print "== block " ++n; next }
		/^```text$/ { inside = 1; next }
		/^```/ { inside = 0; next }
		inside { print }' "$1"
}

normalise() {
	sed -e "s,$scratch/page,$home,g" -e 's/\[[0-9][0-9]*\]/[PID]/g' \
	    -e 's/pid [0-9][0-9]*/pid N/g' -e 's/[0-9][0-9]* ms/N ms/g' \
	    -e 's/preforkd [0-9][0-9.]*/preforkd VERSION/g' \
	    -e "s/:$port/:7007/g"
}

# A daemon's pidfile goes when it has ended.
until_pidfiles_are_gone() {
	# shellcheck disable=SC2016 # for the script
	echo 'for f in *.pid; do while [ -e "$f" ]; do :; done; done'
}

# Type the blocks of the page $1; print where they say something else.
run_page() {
	rm -rf "$scratch/page"
	mkdir "$scratch/page"
	{
		script_of "$1" | sed "s/7007/$port/g"
		until_pidfiles_are_gone
	} >"$scratch/script"
	expected_of "$1" | normalise >"$scratch/expected"
	(cd "$scratch/page" && timeout -k 1 60 bash ../script) \
	    >"$scratch/output" 2>&1 </dev/null
	normalise <"$scratch/output" >"$scratch/actual"
	grep -q '^== block' "$scratch/actual" || echo 'no block was run'
	diff "$scratch/expected" "$scratch/actual"
}

# A daemon unlinks its pidfile a moment before it ends.
nothing_is_left() {
	tries=0
	while [ -n "$(survivors)" ] && [ "$tries" -lt 200 ]; do
		tries=$((tries + 1))
	done
	survivors
}

# -------------------------------------------------------------- examples

# build OUTPUT SOURCE FLAG...: with every warning.
build() {
	output=$scratch/bin/$1
	source=$top/doc/examples/$2
	shift 2
	# shellcheck disable=SC2046 # several words
	cc -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	    -Werror -o "$output" "$@" "$source" \
	    $(pkg-config --cflags --libs libprefork) 2>&1
}

# says EXPECTED COMMAND...
says() {
	wanted=$1
	shift
	said=$("$@" 2>&1 <"$scratch/input")
	[ "$said" = "$wanted" ] || printf 'wanted: %s\nsaid: %s\n' \
	    "$wanted" "$said"
}

# What a client of the example serve.c gets back.
ask_serve() {
	: >"$scratch/serve.log" # not by the shell that is being started
	serve "127.0.0.1:$port" 2>>"$scratch/serve.log" &
	server=$!
	# shellcheck disable=SC2016 # for the shells that are started
	{
		timeout 20 sh -c 'until grep -q PF0100 "$1"; do :; done' - \
		    "$scratch/serve.log"
		timeout 20 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"
			echo hello >&3; head -n 1 <&3' - "$port"
	}
	kill "$server"
	wait "$server" || echo "exit code $?"
}

check_unit() {
	sed "s,/usr/local/sbin,$sbin," "$top/doc/examples/$1" >"$scratch/$1"
	systemd-analyze verify --man=no "$scratch/$1" 2>&1
}

# The tutorial prints the example as it is.
check_listing() {
	(cd "$scratch/page" && diff greet.c "$top/doc/examples/greet.c")
}

# Those of embed/ are tried by embedding.bats, too.
unused_examples() {
	# Those in Python have tests of their own.
	find "$top/doc/examples" -type f ! -path '*/python/*' |
	while read -r example; do
		name=$(basename "$example")
		grep -qF "$name" "$lint_dir/docs.sh" \
		    "$top/tests/bats/embedding.bats" || echo "$name"
	done
}

# ------------------------------------------------------------------ tests

[ -e "$built/src/preforkd/.libs/preforkd" ] || skip_all 'nothing has been built'
[ -z "${PREFORK_SANITIZED-}" ] || skip_all 'the examples are not sanitized'
for tool in bash pkg-config pgrep timeout; do
	command -v "$tool" >/dev/null 2>&1 || skip_all "there is no $tool"
done
trap clean_up EXIT
install_all 2>"$scratch/install.log" || {
	fail 'the build can be installed' "$scratch/install.log"
	done_testing
}
use_installation
find_port
printf 'abc XYZ!\n' >"$scratch/input"

for page in README doc/tutorial.md; do
	verify "$page: every command does what it says" \
	    run_page "$top/$page"
	verify "$page: nothing is left running" nothing_is_left
done
verify 'the tutorial shows greet.c as it is' check_listing
# shellcheck disable=SC2016 # a page, not a command
printf '```sh\necho 1\n```\n```text\n2\n```\n' | plant a.md
refuse 'seen: a command that prints something else' run_page "$trial/a.md"

verify 'serve.c compiles' build serve embed/serve.c
verify 'own_main.c compiles' build caesard own_main.c
verify 'greet.c compiles' build greet.so greet.c -shared -fPIC
verify 'serve.c serves' says hello ask_serve
verify 'own_main.c shifts letters' says 'bcd YZA!' \
    timeout 20 caesard -i shift=1
verify 'greet.c greets' says 'Hello, Ada!' \
    timeout 20 preforkd -i "$scratch/bin/greet.so" name=Ada
verify 'greet.c refuses an empty name' \
    says 'preforkd: PF0308 greet: name is empty' \
    timeout 20 preforkd -t "$scratch/bin/greet.so" name=
verify 'preforkd.conf is right' \
    timeout 20 preforkd -t -f "$top/doc/examples/preforkd.conf"
if command -v systemd-analyze >/dev/null 2>&1; then
	verify 'prefork-echo.service is valid' \
	    check_unit prefork-echo.service
else
	skip 'prefork-echo.service is valid' 'there is no systemd-analyze'
fi
verify 'every example is tried here' unused_examples
done_testing
