#!/bin/sh
# Each header can be included first, and twice; the installed ones also
# without config.h, in older C and in C++.
. "$(dirname "$0")/lib.sh"

CC=${CC:-cc}
CXX=${CXX:-c++}
built=${abs_top_builddir:-$top/build}
warnings='-Wall -Wextra -Wpedantic -Wundef -Wstrict-prototypes -Werror'

# compile COMPILER LANGUAGE STANDARD INCLUDE...: says what the compiler says.
compile() {
	compiler=$1
	language=$2
	standard=$3
	shift 3
	for include; do
		printf '#include %s\n' "$include"
	done >"$scratch/first"
	echo 'typedef int not_empty;' >>"$scratch/first"
	flags=$warnings
	[ "$language" = c ] || flags='-Wall -Wextra -Wpedantic -Werror'
	# $compiler may have arguments of its own.
	# shellcheck disable=SC2086
	$compiler -x "$language" -std="$standard" $flags \
	    -fsyntax-only -I"$built" -I"$built/include" -I"$top/include" \
	    -I"$top/src" "$scratch/first" 2>&1
}

private() {
	compile "$CC" c c11 '"config.h"' "\"$1\"" "\"$1\""
}

public() {
	compile "$CC" c c99 "<$1>" "<$1>"
}

public_cxx() {
	compile "$CXX" c++ c++11 "<$1>" "<$1>"
}

[ -e "$built/config.h" ] || skip_all "there is no config.h in $built"
headers=$(cd "$top/src" && find . -name '*.h' | sed 's,^\./,,' | sort)
for header in $headers; do
	verify "$header alone" private "$header"
done
for header in conn.h module.h server.h version.h; do
	verify "<prefork/$header> alone in C" public "prefork/$header"
	if $CXX --version >/dev/null 2>&1; then
		verify "<prefork/$header> alone in C++" \
		    public_cxx "prefork/$header"
	else
		skip "<prefork/$header> alone in C++" "no $CXX"
	fi
done
printf 'size_t a(void);\n' >"$scratch/lacking.h"
refuse 'seen: a header that lacks another one' private "$scratch/lacking.h"
printf 'struct a { int b; };\n' >"$scratch/twice.h"
refuse 'seen: a header without a guard' private "$scratch/twice.h"
done_testing
