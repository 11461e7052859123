# Probing of compiler and linker flags, one by one.

# PREFORK_PROBE_CFLAGS(VARIABLE, FLAGS)
# Append to VARIABLE each of FLAGS that the compiler takes in silence.
# -Werror is part of the trial because some compilers only warn about a flag
# that they do not know, and because a flag that warns about every program
# (FORTIFY_SOURCE without optimisation) is of no use.
AC_DEFUN([PREFORK_PROBE_CFLAGS],
[for prefork_flag in $2
do
	AC_MSG_CHECKING([whether $CC takes $prefork_flag])
	prefork_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $prefork_flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]],
	    [[return (int)strlen("");]])],
	    [AC_MSG_RESULT([yes]); $1="$$1 $prefork_flag"],
	    [AC_MSG_RESULT([no])])
	CFLAGS=$prefork_saved
done])

# PREFORK_PROBE_LDFLAGS(VARIABLE, FLAGS)
AC_DEFUN([PREFORK_PROBE_LDFLAGS],
[for prefork_flag in $2
do
	AC_MSG_CHECKING([whether the linker takes $prefork_flag])
	prefork_saved=$LDFLAGS
	LDFLAGS="$LDFLAGS -Werror $prefork_flag"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
	    [AC_MSG_RESULT([yes]); $1="$$1 $prefork_flag"],
	    [AC_MSG_RESULT([no])])
	LDFLAGS=$prefork_saved
done])

# PREFORK_REQUIRE_FLAG(FLAG)
# Stop where a flag that the builder asked for cannot be linked with.
AC_DEFUN([PREFORK_REQUIRE_FLAG],
[AC_MSG_CHECKING([whether programs can be built with $1])
prefork_saved_cflags=$CFLAGS
prefork_saved_ldflags=$LDFLAGS
CFLAGS="$CFLAGS $1"
LDFLAGS="$LDFLAGS $1"
AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([$CC cannot build with $1])])
CFLAGS=$prefork_saved_cflags
LDFLAGS=$prefork_saved_ldflags])
