/*
 * The text of log lines: stamps, and escapes that keep one event one line.
 * Responsible for bytes in memory; not for where they go.
 * Runs in: every process.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <syslog.h>

#include "base/log_line.h"

void
log_stamp_file(char stamp[LOG_STAMP_BYTES], const struct timespec *now)
{
	struct tm tm = { 0 };

	(void)gmtime_r(&now->tv_sec, &tm);
	(void)snprintf(stamp, LOG_STAMP_BYTES,
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    (int)(now->tv_nsec / 1000000));
}

static int
severity(enum msg_level level)
{
	static const int severities[] = {
		[LEVEL_ERROR] = LOG_ERR,
		[LEVEL_WARNING] = LOG_WARNING,
		[LEVEL_NOTICE] = LOG_NOTICE,
		[LEVEL_INFO] = LOG_INFO,
		[LEVEL_DEBUG] = LOG_DEBUG,
	};

	return severities[level];
}

void
log_stamp_syslog(char stamp[LOG_STAMP_BYTES], const struct timespec *now,
    enum msg_level level)
{
	/* strftime's names would follow an embedder's locale. */
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm = { 0 };

	(void)localtime_r(&now->tv_sec, &tm);
	(void)snprintf(stamp, LOG_STAMP_BYTES, "<%d>%s %2d %02d:%02d:%02d ",
	    LOG_DAEMON | severity(level), months[tm.tm_mon % 12], tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool
is_control(unsigned char byte)
{
	return byte < 0x20 || byte == 0x7f;
}

void
log_line_append(char *line, size_t room, size_t *used, const char *from,
    size_t bytes)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char byte;
	size_t i, need;

	for (i = 0; i < bytes; i++) {
		byte = (unsigned char)from[i];
		need = is_control(byte) ? 4 : 1;
		if (*used + need > room)
			return;
		if (need == 1) {
			line[(*used)++] = from[i];
			continue;
		}
		line[(*used)++] = '\\';
		line[(*used)++] = 'x';
		line[(*used)++] = digits[byte >> 4];
		line[(*used)++] = digits[byte & 15];
	}
}
