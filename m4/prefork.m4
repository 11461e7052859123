# For packages that build modules or programs with prefork; this one does not
# use it.
#
# PREFORK_CHECK([MINIMUM-VERSION], [ACTION-IF-FOUND], [ACTION-IF-NOT-FOUND])
#
# Finds libprefork by pkg-config and sets, for the Makefile too:
#
#	PREFORK_CFLAGS		for what includes <prefork/...>
#	PREFORK_LIBS		for programs; a module needs none
#	PREFORK_MODULEDIR	where preforkd finds modules by their names
#
# Each of the three that is set already, on the command line of configure, stays
# as it is; pkg-config is not asked where all are.  Without ACTION-IF-NOT-FOUND
# configure ends with the reason, which is in $prefork_reason.
#
#	AC_INIT([mine], [1.0])
#	AC_PROG_CC
#	PREFORK_CHECK([0.1.0])
#
# and in Makefile.am, where LT_INIT has been called:
#
#	moduledir = $(PREFORK_MODULEDIR)
#	module_LTLIBRARIES = mine.la
#	mine_la_CFLAGS = $(PREFORK_CFLAGS)
#	mine_la_LDFLAGS = -module -avoid-version -shared
AC_DEFUN([PREFORK_CHECK], [
AC_ARG_VAR([PKG_CONFIG], [pkg-config, if it is not in PATH])
AC_ARG_VAR([PREFORK_CFLAGS], [flags to compile with libprefork])
AC_ARG_VAR([PREFORK_LIBS], [flags to link with libprefork])
AC_ARG_VAR([PREFORK_MODULEDIR], [directory of preforkd's modules])
AS_IF([test -z "$PKG_CONFIG"], [AC_PATH_TOOL([PKG_CONFIG], [pkg-config])])
AC_MSG_CHECKING([for libprefork[]m4_ifval([$1], [ >= $1])])
prefork_reason=
prefork_wanted='libprefork[]m4_ifval([$1], [ >= $1])'
AS_IF([test -n "${PREFORK_CFLAGS+y}" && test -n "${PREFORK_LIBS+y}" &&
        test -n "${PREFORK_MODULEDIR+y}"],
    [],
    [test -z "$PKG_CONFIG"],
    [prefork_reason='there is no pkg-config'],
    [$PKG_CONFIG --exists "$prefork_wanted" >/dev/null 2>&1],
    [test -n "${PREFORK_CFLAGS+y}" ||
        PREFORK_CFLAGS=`$PKG_CONFIG --cflags libprefork`
    test -n "${PREFORK_LIBS+y}" ||
        PREFORK_LIBS=`$PKG_CONFIG --libs libprefork`
    test -n "${PREFORK_MODULEDIR+y}" ||
        PREFORK_MODULEDIR=`$PKG_CONFIG --variable=moduledir libprefork`],
    [$PKG_CONFIG --exists libprefork >/dev/null 2>&1],
    [prefork_reason="it is version `$PKG_CONFIG --modversion libprefork`"],
    [prefork_reason='pkg-config does not find it; is PKG_CONFIG_PATH right?'])
AS_IF([test -z "$prefork_reason"],
    [AC_MSG_RESULT([yes])
    $2],
    [AC_MSG_RESULT([no])
    m4_default([$3],
        [AC_MSG_ERROR([this package needs $prefork_wanted: $prefork_reason])])])
])
