/*
 * The text of log lines: stamps, and escapes that keep one event one line.
 * Responsible for bytes in memory; not for where they go.
 * Runs in: every process.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/log_line.h"
#include "base/safe_text.h"

static void
take_stamp(char stamp[LOG_STAMP_BYTES], const struct safe_text *text)
{
	size_t bytes =
	    text->used < LOG_STAMP_BYTES ? text->used : LOG_STAMP_BYTES - 1;

	memcpy(stamp, text->bytes, bytes);
	stamp[bytes] = '\0';
}

#define DAY_S	  86400
#define LAST_YEAR 9999

static int64_t
days_of_year(int year)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return leap ? 366 : 365;
}

static int64_t
days_of_month(int month, int year)
{
	static const int64_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };

	return month == 2 ? days_of_year(year) - 337 : days[month - 1];
}

static void
put_date(struct safe_text *text, int64_t days)
{
	int year = 1970, month = 1;

	while (days >= days_of_year(year) && year < LAST_YEAR)
		days -= days_of_year(year++);
	while (month < 12 && days >= days_of_month(month, year))
		days -= days_of_month(month++, year);
	safe_put_digits(text, (uint64_t)year, 4);
	safe_put(text, "-");
	safe_put_digits(text, (uint64_t)month, 2);
	safe_put(text, "-");
	safe_put_digits(text, (uint64_t)days + 1, 2);
}

/* By hand, because gmtime_r is not for signal handlers. */
void
log_stamp_file(char stamp[LOG_STAMP_BYTES], const struct timespec *now)
{
	int64_t seconds = now->tv_sec > 0 ? now->tv_sec : 0;
	uint64_t of_day = (uint64_t)(seconds % DAY_S);
	struct safe_text text;

	safe_begin(&text);
	put_date(&text, seconds / DAY_S);
	safe_put(&text, "T");
	safe_put_digits(&text, of_day / 3600, 2);
	safe_put(&text, ":");
	safe_put_digits(&text, of_day / 60 % 60, 2);
	safe_put(&text, ":");
	safe_put_digits(&text, of_day % 60, 2);
	safe_put(&text, ".");
	safe_put_digits(&text, (uint64_t)now->tv_nsec / 1000000, 3);
	safe_put(&text, "Z ");
	take_stamp(stamp, &text);
}

int
log_severity(enum msg_level level)
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
log_stamp_bare(char stamp[LOG_STAMP_BYTES], int priority)
{
	struct safe_text text;

	safe_begin(&text);
	safe_put(&text, "<");
	safe_put_number(&text, priority);
	safe_put(&text, ">");
	take_stamp(stamp, &text);
}

void
log_stamp_syslog(char stamp[LOG_STAMP_BYTES], const struct timespec *now,
    int priority)
{
	/* strftime's names would follow an embedder's locale. */
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm = { 0 };

	(void)localtime_r(&now->tv_sec, &tm);
	(void)snprintf(stamp, LOG_STAMP_BYTES, "<%d>%s %2d %02d:%02d:%02d ",
	    priority, months[tm.tm_mon % 12], tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
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
