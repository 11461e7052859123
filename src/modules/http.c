/*
 * Reading a request, and answers.
 * Runs in: worker.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http.h"

static const struct {
	int status;
	const char *phrase;
} phrases[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 408, "Request Timeout" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 431, "Request Header Fields Too Large" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

/* A worker serves one connection at a time. */
static char first_line[HTTP_LINE_BYTES], line[HTTP_LINE_BYTES];

static const char *
phrase_of(int status)
{
	size_t i;

	for (i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}

/* strftime has the locale's names. */
static void
write_date(char *text, size_t bytes)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = time(NULL);
	struct tm t;

	if (gmtime_r(&now, &t) == NULL)
		memset(&t, 0, sizeof(t));
	(void)snprintf(text, bytes, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT",
	    &days[3 * t.tm_wday], t.tm_mday, &months[3 * t.tm_mon],
	    t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static int
write_head(struct prefork_conn *conn, const struct http_request *request,
    int status, const char *type, long long bytes)
{
	char date[64];

	prefork_conn_set_deadline(conn, request->timeout_ms);
	write_date(date, sizeof(date));
	return prefork_printf(conn,
	    "HTTP/1.1 %d %s\r\n"
	    "Date: %s\r\n"
	    "%s"
	    "Content-Type: %s\r\n"
	    "Content-Length: %lld\r\n"
	    "Cache-Control: no-store\r\n"
	    "Connection: close\r\n"
	    "\r\n",
	    status, phrase_of(status), date,
	    status == 405 ? "Allow: GET, HEAD\r\n" : "", type, bytes);
}

int
http_say(struct prefork_conn *conn, const struct http_request *request,
    int status, const char *text)
{
	if (write_head(conn, request, status, "text/plain; charset=utf-8",
		(long long)strlen(text) + 1) == -1)
		return -1;
	if (!request->is_head && prefork_printf(conn, "%s\n", text) == -1)
		return -1;
	return prefork_flush(conn);
}

int
http_send(struct prefork_conn *conn, const struct http_request *request,
    const char *type, int fd, off_t bytes)
{
	if (write_head(conn, request, 200, type, (long long)bytes) == -1)
		return -1;
	if (!request->is_head &&
	    prefork_send_file(conn, fd, (size_t)bytes) != (ssize_t)bytes)
		return -1;
	return prefork_flush(conn);
}

/* An empty line before the request is let pass, as RFC 9112 asks. */
static int
read_first(struct prefork_conn *conn, size_t *length)
{
	int got =
	    prefork_read_line(conn, first_line, sizeof(first_line), length);

	if (got == PREFORK_LINE && *length == 0)
		got = prefork_read_line(conn, first_line, sizeof(first_line),
		    length);
	return got;
}

/* PREFORK_LINE: *status is 0, or that of the answer. */
static int
read_fields(struct prefork_conn *conn, int minor, int *status,
    const char **reason)
{
	struct http_fields fields = { .count = 0 };
	size_t length;
	int got;

	for (;;) {
		got = prefork_read_line(conn, line, sizeof(line), &length);
		if (got != PREFORK_LINE)
			return got;
		if (length == 0)
			break;
		*status = http_parse_field(&fields, line, length, reason);
		if (*status != 0)
			return PREFORK_LINE;
	}
	*status = http_check_fields(&fields, minor, reason);
	return PREFORK_LINE;
}

/* As read_fields; after PREFORK_TOO_LONG there is a status as well. */
static int
read_head(struct prefork_conn *conn, struct http_request *request, int *status,
    const char **reason)
{
	size_t length;
	int got, minor;

	*status = 414;
	*reason = "the first line is too long";
	got = read_first(conn, &length);
	if (got != PREFORK_LINE)
		return got;
	*status = http_parse_line(first_line, length, request, &minor, reason);
	if (*status != 0)
		return PREFORK_LINE;
	*status = 431;
	*reason = "a header field is too long";
	return read_fields(conn, minor, status, reason);
}

int
http_serve(struct prefork_conn *conn, int64_t timeout_ms,
    int (*answer)(struct prefork_conn *conn,
	const struct http_request *request))
{
	struct http_request request = { .path = "", .timeout_ms = timeout_ms };
	const char *reason;
	int status, got;

	prefork_conn_set_deadline(conn, timeout_ms);
	got = read_head(conn, &request, &status, &reason);
	prefork_conn_set_deadline(conn, timeout_ms);
	switch (got) {
	case PREFORK_EOF:
		return 0;
	case PREFORK_TIMEOUT:
		status = 408;
		reason = "the request was too slow";
		break;
	case PREFORK_LINE:
	case PREFORK_TOO_LONG:
		break;
	default:
		return -1;
	}
	if (status == 0)
		return answer(conn, &request);
	return http_say(conn, &request, status, reason);
}
