# What happens to a module's file while it is in use: written over, cut,
# replaced, removed.  Who serves does not notice, and who is new serves the
# same until a reload.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load turns

# edition WORD FILE [option...]: an echo handler that answers "edition" with
# WORD.  With -DONCE it can be loaded only while there is a file "token", which
# it takes.
edition() {
	local word=$1 file=$2

	shift 2
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC -w -shared -fPIC -DEDITION="\"$word\\n\"" -o "$file" -x c - "$@" \
		<<-'C'
		#include <string.h>
		#include <unistd.h>

		#ifdef ONCE
		__attribute__((constructor)) static void
		once(void)
		{
			if (unlink("token") == -1)
				_exit(1);
		}
		#endif

		void
		HandleClient(int sock)
		{
			char b[512];
			ssize_t n;

			while ((n = read(sock, b, sizeof(b))) > 0)
				if (n == 8 && memcmp(b, "edition\n", 8) == 0)
					write(sock, EDITION, strlen(EDITION));
				else if (write(sock, b, n) != n)
					return;
		}
	C
}

# start_edition [option...]: with the first edition installed, under load.
start_edition() {
	edition old "$T/old.so"
	edition new "$T/new.so"
	cp "$T/old.so" "$T/module.so"
	start "$@" ./module.so
	SERVES_ECHO=1
	resume
}

# The load: some client of it must have been served.
resume() {
	rm -f "$T/load"
	load_begin
}

pause() {
	wait_for test -s "$T/load" || return 1
	load_end
}

write_over() {
	cat "$1" >"$T/module.so"
}

rename_over() {
	cp "$1" "$T/module.next"
	mv "$T/module.next" "$T/module.so"
}

# At once, so that each of the workers has to answer.
all_answer() {
	talk -n "$WORKERS" "$ADDR" send 'edition\n' expect "$1\n" \
		say all shut eof
}

# One dies, not by its own fault and not while it serves.
replace_one() {
	local ready

	ready=$(log_count PF0401)
	pause || return 1
	kill -KILL "$(workers | head -n 1)"
	wait_log PF0401 $((ready + 1)) || return 1
	resume
}

old_serves() {
	all_answer old || return 1
	replace_one || return 1
	all_answer old
}

reload() {
	local before

	before=$(log_count PF0110)
	kill -HUP "$MASTER"
	wait_log PF0110 $((before + 1))
}

# reload_fails REASON: and changes nothing.
reload_fails() {
	local before failed

	before=$(workers)
	failed=$(log_count PF0107)
	kill -HUP "$MASTER"
	wait_log PF0107 $((failed + 1)) || return 1
	[[ $(grep PF0107 "$T/log" | tail -n 1) =~ $1 ]] ||
		fail "another reason than $1" || return 1
	wait_for has_only "$before" || return 1
	all_answer old
}

has_only() {
	[[ $(workers) == "$1" ]]
}

# How many copies of modules a process has.
copies() {
	descriptors "$1" | grep -v '^/dev/shm/' |
		grep -cE '^/memfd:.*\.so |/prefork\. ' || :
}

# Nobody died but those that we killed.
only_killed() {
	[[ $(log_count PF0404) -eq $(log_count 'PF0404 .*signal KILL') ]]
}

@test "written over in place: the old code serves until the reload" {
	allow_message PF0404
	start_edition
	write_over "$T/new.so"
	old_serves
	: >"$T/module.so"
	old_serves
	head -c 100000 /dev/urandom >"$T/module.so"
	old_serves
	write_over "$T/new.so"
	reload
	all_answer new
	replace_one
	all_answer new
	pause
	only_killed
	invariants 4
}

@test "replaced by renaming: the old code serves until the reload" {
	allow_message PF0404
	start_edition
	rename_over "$T/new.so"
	old_serves
	rm "$T/module.so"
	old_serves
	rename_over "$T/new.so"
	reload
	all_answer new
	replace_one
	all_answer new
	pause
	only_killed
	invariants 4
}

@test "ten reloads, each with another edition, lose no client" {
	local i

	allow_message PF0404
	start_edition -w 2
	for i in 1 2 3 4 5; do
		write_over "$T/new.so"
		reload
		all_answer new
		rename_over "$T/old.so"
		reload
		all_answer old
	done
	pause
	[[ $(copies "$MASTER") -eq 1 ]]
	invariants 2
}

@test "bad bytes and HUP: nothing has changed, and a good file mends it" {
	expect_message PF0107
	allow_message PF0404
	ulimit -S -c 0
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_sigbus=0
	start_edition -w 2
	printf 'no shared object at all\n' >"$T/module.so"
	reload_fails "cannot load $T/.*module.so: "
	: >"$T/module.so"
	reload_fails "cannot load $T/.*module.so: "
	head -c 1000 "$T/new.so" >"$T/module.so"
	reload_fails 'signal BUS|too short|module.so'
	rm "$T/module.so"
	reload_fails "cannot load $T/.*module.so: No such file"
	replace_one
	all_answer old
	run ! grep -E '/proc/self|/tmp/prefork\.' "$T/log"
	write_over "$T/new.so"
	reload
	all_answer new
	pause
	only_killed
	invariants 2
}

@test "nobody waits for a FIFO, and what is too big is not copied" {
	expect_message PF0107
	start_edition -w 2
	rm "$T/module.so"
	mkfifo "$T/module.so"
	within 5000 reload_fails 'module.so: not a regular file'
	rm "$T/module.so"
	mkdir "$T/module.so"
	within 5000 reload_fails 'module.so: not a regular file'
	rmdir "$T/module.so"
	truncate -s 300M "$T/module.so"
	within 5000 reload_fails 'module.so has more than 256 MiB'
	rename_over "$T/new.so"
	reload
	all_answer new
	pause
	invariants 2
}

@test "a module that looks for a library beside itself is loaded" {
	allow_message PF0404
	mkdir "$T/beside"
	# shellcheck disable=SC2086 # $CC may have arguments of its own
	printf 'int beside(void) { return 1; }\n' |
		$CC -shared -fPIC -o "$T/beside/libbeside.so" -x c -
	# shellcheck disable=SC2016 # it is the linker's
	edition old "$T/module.so" -x none -L"$T/beside" -Wl,--no-as-needed \
		-lbeside -Wl,-rpath,'$ORIGIN/beside' ||
		skip 'the linker has no ORIGIN'
	start -w 2 ./module.so
	SERVES_ECHO=1
	resume
	wait_log "PF0314 .*$T/.*module.so" 2
	all_answer old
	replace_one
	all_answer old
	reload
	all_answer old
	expect_message PF0107
	rm "$T/beside/libbeside.so"
	reload_fails 'libbeside.so'
	pause
	[[ $(copies "$(workers | head -n 1)") -eq 0 ]]
	invariants 2
}

@test "a worker has no descriptor of a copy, the master one" {
	start_edition -w 1
	pause
	[[ $(copies "$MASTER") -eq 1 ]]
	[[ $(copies "$(workers)") -eq 0 ]]
	descriptors "$(workers)" >"$T/with"
	stop
	start -w 1 "$PREFORK_MODULES/echo.so"
	descriptors "$(workers)" | diff "$T/with" -
	reload
	[[ $(copies "$MASTER") -eq 1 ]]
	[[ $(copies "$(workers)") -eq 0 ]]
	invariants 1
}

@test "no file is left where temporary ones are made" {
	allow_message PF0404
	mkdir "$T/tmp"
	TMPDIR=$T/tmp start_edition -w 2
	replace_one
	reload
	pause
	kill_master
	wait_for nobody_left
	[[ -z $(ls -A "$T/tmp") ]]
}

@test "an upgrade keeps the code of those who serve" {
	expect_message PF0107 PF0123
	allow_message PF0404
	start_edition -w 2
	printf 'no shared object at all\n' >"$T/module.so"
	kill -USR2 "$MASTER"
	wait_log PF0123
	all_answer old
	# The rehearsal loads it, the reload that follows cannot.
	edition new "$T/module.so" -DONCE
	: >"$T/token"
	kill -USR2 "$MASTER"
	wait_log PF0122
	wait_log PF0107
	[[ ! -e $T/token ]]
	old_serves
	old_serves
	write_over "$T/new.so"
	reload
	all_answer new
	replace_one
	all_answer new
	pause
	[[ $(copies "$MASTER") -eq 1 ]]
	only_killed
	invariants 2
}

# mender FILE: an echo handler whose loading renames "whole" over module.so.
mender() {
	# shellcheck disable=SC2086 # $CC may have arguments of its own
	$CC -w -shared -fPIC -o "$1" -x c - <<-'C'
		#include <stdio.h>
		#include <unistd.h>

		__attribute__((constructor)) static void
		mend(void)
		{
			rename("whole", "module.so");
		}

		void
		HandleClient(int sock)
		{
			char b[512];
			ssize_t n;

			while ((n = read(sock, b, sizeof(b))) > 0)
				write(sock, b, n);
		}
	C
}

# The probe of the first service makes the second's file whole, after it was
# copied.
@test "a file that is whole only after it was copied is not taken for the copy" {
	expect_message PF0107
	mender "$T/first.so"
	edition old "$T/module.so"
	edition new "$T/new.so"
	cat >"$T/conf" <<-TEXT
		service echo { listen 127.0.0.1:0; handler $T/first.so; workers 1 }
		service two { listen 127.0.0.1:0; handler $T/module.so; workers 1 }
	TEXT
	start -f conf
	before=$(workers)
	printf 'half of it\n' >"$T/module.so"
	cp "$T/new.so" "$T/whole"
	kill -HUP "$MASTER"
	wait_log 'PF0107 .*module.so was changed while it was read'
	wait_for has_only "$before"
	[[ ! -e $T/whole ]]
	kill -HUP "$MASTER"
	wait_log PF0106
	two_are_left() { [[ $(workers | wc -l) -eq 2 ]]; }
	wait_for two_are_left
	# Nobody runs the file itself.
	for pid in $(workers); do
		run ! grep "$T/module.so" "/proc/$pid/maps"
	done
	invariants 2
}
