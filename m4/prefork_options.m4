# The options of configure that change how prefork is built.

# PREFORK_OPTION_POSIX_ONLY
AC_DEFUN([PREFORK_OPTION_POSIX_ONLY],
[AC_ARG_ENABLE([posix-only],
    [AS_HELP_STRING([--enable-posix-only],
	[use nothing that POSIX.1-2008 does not have])],
    [], [enable_posix_only=no])
AS_IF([test "$enable_posix_only" = yes],
    [AC_DEFINE([PREFORK_POSIX_ONLY], [1],
	[Define to 1 to use nothing beyond POSIX.])
     AC_SUBST([PREFORK_POSIX_ONLY], [1])],
    [PREFORK_CHECK_PLATFORM])])

# PREFORK_OPTION_SANITIZER
AC_DEFUN([PREFORK_OPTION_SANITIZER],
[AC_ARG_WITH([sanitizer],
    [AS_HELP_STRING([--with-sanitizer=LIST],
	[build for the compiler's sanitizers, e.g. address,undefined])],
    [], [with_sanitizer=no])
AS_IF([test "$with_sanitizer" = yes], [with_sanitizer=address,undefined])
AS_IF([test "$with_sanitizer" != no],
    [PREFORK_REQUIRE_FLAG([-fsanitize=$with_sanitizer])
     PREFORK_CFLAGS="$PREFORK_CFLAGS -fsanitize=$with_sanitizer"
     PREFORK_LDFLAGS="$PREFORK_LDFLAGS -fsanitize=$with_sanitizer"
     PREFORK_PROBE_CFLAGS([PREFORK_CFLAGS],
	[-fno-sanitize-recover=all -fno-omit-frame-pointer])
     AC_SUBST([PREFORK_SANITIZED], [1])])])

# PREFORK_OPTION_FUZZING
AC_DEFUN([PREFORK_OPTION_FUZZING],
[AC_ARG_ENABLE([fuzzing],
    [AS_HELP_STRING([--enable-fuzzing],
	[build the fuzzers below tests/fuzz; needs clang])],
    [], [enable_fuzzing=no])
AS_IF([test "$enable_fuzzing" = yes],
    [PREFORK_REQUIRE_FLAG([-fsanitize=fuzzer-no-link])
     PREFORK_CFLAGS="$PREFORK_CFLAGS -fsanitize=fuzzer-no-link"
     PREFORK_LDFLAGS="$PREFORK_LDFLAGS -fsanitize=fuzzer-no-link"])
AM_CONDITIONAL([FUZZING], [test "$enable_fuzzing" = yes])])

# PREFORK_OPTION_COVERAGE
AC_DEFUN([PREFORK_OPTION_COVERAGE],
[AC_ARG_ENABLE([coverage],
    [AS_HELP_STRING([--enable-coverage], [count executed lines, for gcov])],
    [], [enable_coverage=no])
AS_IF([test "$enable_coverage" = yes],
    [PREFORK_REQUIRE_FLAG([--coverage])
     PREFORK_CFLAGS="$PREFORK_CFLAGS --coverage"
     PREFORK_LDFLAGS="$PREFORK_LDFLAGS --coverage"])])

# PREFORK_OPTION_WERROR
# Last of all: a later probe would fail on its own harmless warnings.
AC_DEFUN([PREFORK_OPTION_WERROR],
[AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [], [enable_werror=no])
AS_IF([test "$enable_werror" = yes],
    [PREFORK_CFLAGS="$PREFORK_CFLAGS -Werror"])])

# PREFORK_HARDENING
# A sanitizer replaces the checked functions of the C library, so that
# FORTIFY_SOURCE would only hide its findings.
AC_DEFUN([PREFORK_HARDENING],
[PREFORK_PROBE_CFLAGS([PREFORK_CFLAGS], [-fstack-protector-strong])
AS_IF([test "$with_sanitizer" = no],
    [PREFORK_PROBE_CFLAGS([PREFORK_CPPFLAGS], [-D_FORTIFY_SOURCE=2])])
PREFORK_PROBE_LDFLAGS([PREFORK_LDFLAGS], [-Wl,-z,relro -Wl,-z,now])])
