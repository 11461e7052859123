# PREFORK_CHECK, in a package of somebody who uses autoconf.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load installed

# package CALL: a package in $T/home whose configure.ac makes this call.
package() {
	install_all
	need aclocal autoconf
	cat >"$T/home/configure.ac" <<-AC
		AC_INIT([mine], [1.0])
		AC_PROG_CC
		$1
		AC_CONFIG_FILES([Makefile])
		AC_OUTPUT
	AC
	cat >"$T/home/Makefile.in" <<-'MAKE'
		all: greet.so server
		greet.so: greet.c; @CC@ -fPIC -shared @PREFORK_CFLAGS@ -o $@ greet.c
		server: server.c; @CC@ @CFLAGS@ @PREFORK_CFLAGS@ -o $@ server.c @PREFORK_LIBS@
		where: ; @echo '@PREFORK_MODULEDIR@'
	MAKE
	cp "$abs_top_srcdir/doc/examples/greet.c" "$T/home"
	cp "$abs_top_srcdir/doc/examples/own_main.c" "$T/home/server.c"
	as_person aclocal --force -I "$ROOT/share/aclocal"
	as_person autoconf -f
}

# The same with another call.
again() {
	sed -i "s/^PREFORK_CHECK.*/$1/" "$T/home/configure.ac"
	as_person aclocal --force -I "$ROOT/share/aclocal"
	as_person autoconf -f
}

# Where a sanitized library is linked, the program must be so, too.
configure() {
	local flags=''

	[[ -z ${PREFORK_SANITIZED:-} ]] || flags='-fsanitize=address,undefined'
	as_person ./configure CFLAGS="$flags" "$@"
}

@test "a module and a program are built by what it finds" {
	package 'PREFORK_CHECK([0.1.0])'
	configure | tee "$T/said"
	grep -x 'checking for libprefork >= 0.1.0... yes' "$T/said"
	as_person make
	[[ $(as_person make -s where) == "$(pkg-config --variable=moduledir \
		libprefork)" ]]
	[[ $(as_person preforkd -i ./greet.so name=Ada) == 'Hello, Ada!' ]]
	[[ $(printf 'abc\n' | (cd "$T/home" && ./server -i shift=1)) == bcd ]]
}

@test "a version that is too old ends configure, with the reason" {
	package 'PREFORK_CHECK([99.1])'
	run -1 configure
	[[ $output == *'checking for libprefork >= 99.1... no'* ]]
	[[ $output == *"needs libprefork >= 99.1: it is version "[0-9]* ]]
	[[ ! -e $T/home/Makefile ]]
}

@test "so does one that is not there, and a machine without pkg-config" {
	package PREFORK_CHECK
	PKG_CONFIG_PATH=$T/nowhere run -1 configure
	[[ $output == *'needs libprefork: pkg-config does not find it'* ]]
	printf '#!/bin/sh\nexit 127\n' >"$ROOT/bin/pkg-config"
	chmod +x "$ROOT/bin/pkg-config"
	run -1 configure
	[[ $output == *'pkg-config does not find it'* ]]
}

@test "what the package makes of it instead" {
	# shellcheck disable=SC2016 # for configure
	package 'PREFORK_CHECK([99], [], [AC_MSG_NOTICE([none: $prefork_reason])])'
	configure | tee "$T/said"
	grep 'none: it is version' "$T/said"
	[[ -e $T/home/Makefile ]]
	again 'PREFORK_CHECK([], [AC_MSG_NOTICE([there it is])])'
	configure | grep 'there it is'
}

@test "what is said on the command line holds" {
	package 'PREFORK_CHECK([0.1.0])'
	configure PREFORK_MODULEDIR=/elsewhere
	[[ $(as_person make -s where) == /elsewhere ]]
	as_person make
	PKG_CONFIG_PATH=$T/nowhere configure PREFORK_MODULEDIR=/elsewhere \
		PREFORK_CFLAGS="-I$ROOT/include" PREFORK_LIBS=
	[[ $(as_person make -s where) == /elsewhere ]]
}
