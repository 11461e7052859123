/*
 * TAP for unit tests: plan by counting, diagnostics with file and line.
 * Every test program includes this once and ends main with tap_done().
 */
#ifndef PREFORK_TESTS_TAP_H
#define PREFORK_TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failures;

static inline int __attribute__((format(printf, 4, 5)))
tap_result(int good, const char *file, int line, const char *format, ...)
{
	va_list ap;

	tap_count++;
	printf("%sok %d - ", good ? "" : "not ", tap_count);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
	if (!good) {
		tap_failures++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

/* ok(condition, "what holds", ...) */
#define ok(condition, ...) \
	tap_result(!!(condition), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, expected, ...)                                           \
	do {                                                                 \
		long long tap_g = (long long)(got);                          \
		long long tap_e = (long long)(expected);                     \
		if (!ok(tap_g == tap_e, __VA_ARGS__))                        \
			printf("# got %lld, expected %lld\n", tap_g, tap_e); \
	} while (0)
#define is_text(got, expected, ...)                                        \
	do {                                                               \
		const char *tap_g = (got), *tap_e = (expected);            \
		if (!ok(strcmp(tap_g, tap_e) == 0, __VA_ARGS__))           \
			printf("# got \"%s\"\n# expected \"%s\"\n", tap_g, \
			    tap_e);                                        \
	} while (0)

static inline int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures != 0;
}

#endif
