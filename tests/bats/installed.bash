# What is built, as it is when it is installed, for tests of what people make
# with it; beside helper.bash and faults.bash.
#
#	install_all		sets ROOT, the prefix, below $T; programs are in
#				PATH, pkg-config finds the library.  Skips the
#				test where there is no pkg-config
#	as_person COMMAND...	as as_user does, in $T/home, at most $DEADLINE
#				seconds, with no variables of prefork
#	build NAME SOURCE...	a program, by what pkg-config says, in $T
#	plain_c			skips where modules of the compiler that people
#				have could not be loaded
#
# What make install does is done by hand: libtool moves the modules of the build
# away while it links them for their place, and other tests are using them.

# shellcheck disable=SC2034,SC2154 # the variables that are helper.bash's

# The prefix that configure was given is another.
relocate() {
	sed -e "s,^prefix=.*,prefix=$ROOT," -e "s,$PREFIX/,$ROOT/,g" "$1" >"$2"
}

variable() {
	pkg-config --variable="$1" "$abs_top_builddir/src/api/libprefork.pc"
}

install_programs() {
	local built=$abs_top_builddir

	mkdir -p "$ROOT/sbin" "$ROOT/bin" || return 1
	cp "$built/src/preforkd/.libs/preforkd" "$ROOT/sbin"
	cp "$built/src/preforkctl/preforkctl" "$ROOT/sbin"
	relocate "$built/src/prefork-new/prefork-new" "$ROOT/bin/prefork-new"
	chmod +x "$ROOT/bin/prefork-new"
}

install_library() {
	local built=$abs_top_builddir place=$1

	mkdir -p "$place/pkgconfig" "$place/prefork" \
		"$ROOT/include/prefork" || return 1
	cp -P "$built"/.libs/libprefork.so* "$place"
	cp "$built"/src/modules/.libs/*.so "$place/prefork"
	cp "$abs_top_srcdir"/include/prefork/*.h \
		"$built/include/prefork/version.h" "$ROOT/include/prefork"
	relocate "$built/src/api/libprefork.pc" \
		"$place/pkgconfig/libprefork.pc"
}

install_data() {
	mkdir -p "$ROOT/share/prefork/skeleton" "$ROOT/share/aclocal"
	cp "$abs_top_srcdir/m4/prefork.m4" "$ROOT/share/aclocal"
	cp "$abs_top_srcdir"/src/modules/skeleton/* \
		"$ROOT/share/prefork/skeleton"
}

install_all() {
	local library

	need pkg-config
	ROOT=$T/root
	PREFIX=$(variable prefix)
	library=$(variable libdir)
	[[ $library == "$PREFIX"/* ]] ||
		skip "libdir, $library, is not in $PREFIX"
	[[ $(sed -n 's/^templates=.*-\(.*\)\/skeleton}/\1/p' \
		"$abs_top_builddir/src/prefork-new/prefork-new") == \
		"$PREFIX/share/prefork" ]] || skip "datadir is elsewhere"
	library=$ROOT${library#"$PREFIX"}
	install_programs && install_library "$library" && install_data ||
		return 1
	mkdir "$T/home"
	chmod 755 "$T"
	[[ $EUID -ne 0 ]] || chown "$STRANGER:$STRANGER" "$T/home"
	export PATH=$ROOT/bin:$ROOT/sbin:$PATH
	export PKG_CONFIG_PATH=$library/pkgconfig LD_LIBRARY_PATH=$library
	chmod -R u+w "$ROOT"
}

as_person() {
	(
		cd "$T/home" || exit 1
		exec </dev/null
		close_descriptors -1
		export PREFORK_TEST_INSTANCE=$T HOME=$T/home
		unset PREFORK_MODULE_PATH MAKEFLAGS MFLAGS MAKELEVEL
		sanitizer_options
		as_user timeout -k 1 $((DEADLINE * 3)) "$@"
	)
}

plain_c() {
	[[ $CC != *musl* ]] || skip 'the other compiler makes modules for libc'
}

build() {
	local name=$1 flags=''

	shift
	[[ -z ${PREFORK_SANITIZED:-} ]] || flags='-fsanitize=address,undefined'
	# $CC may have arguments of its own; pkg-config says several words.
	# shellcheck disable=SC2046,SC2086
	$CC $flags -Wall -Wextra -Werror -o "$T/$name" "$@" \
		$(pkg-config --cflags --libs libprefork)
}
