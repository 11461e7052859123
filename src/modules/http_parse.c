/*
 * The two kinds of line of an HTTP request.
 * Runs in: worker.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "http.h"

/* tchar of RFC 9110. */
static int
is_token(const char *text, size_t length)
{
	static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
				      "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return length > 0 && strspn(text, allowed) >= length;
}

/* "HTTP/1.1": 0 with the minor version, or a status. */
static int
parse_version(const char *text, int *minor, const char **reason)
{
	*reason = "the version is none";
	if (strncmp(text, "HTTP/", 5) != 0 || strlen(text) != 8 ||
	    text[5] < '0' || text[5] > '9' || text[6] != '.' || text[7] < '0' ||
	    text[7] > '9')
		return 400;
	*reason = "this is HTTP/1.1";
	if (text[5] != '1')
		return 505;
	*minor = text[7] - '0';
	return 0;
}

/* Also "http://host/path", which a server must take; NULL for anything else. */
static char *
find_path(char *target)
{
	static char root[] = "/";

	if (strncasecmp(target, "http://", 7) == 0) {
		target += 7 + strcspn(target + 7, "/?");
		if (*target != '/')
			return root;
	}
	return *target == '/' ? target : NULL;
}

static int
parse_target(char *target, struct http_request *request, const char **reason)
{
	char *at;

	*reason = "the target is none";
	for (at = target; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || *at == '#')
			return 400;
	at = find_path(target);
	if (at == NULL)
		return 400;
	at[strcspn(at, "?")] = '\0';
	request->path = at;
	return 0;
}

int
http_parse_line(char *line, size_t length, struct http_request *request,
    int *minor, const char **reason)
{
	char *target = strchr(line, ' '), *version;
	int status;

	*reason = "the first line is no request of HTTP/1";
	if (strlen(line) != length || target == NULL ||
	    !is_token(line, (size_t)(target - line)))
		return 400;
	*target++ = '\0';
	version = strchr(target, ' ');
	if (version == NULL)
		return 400;
	*version++ = '\0';
	status = parse_version(version, minor, reason);
	if (status != 0)
		return status;
	request->is_head = strcmp(line, "HEAD") == 0;
	*reason = "only GET and HEAD are known here";
	if (!request->is_head && strcmp(line, "GET") != 0)
		return 405;
	return parse_target(target, request, reason);
}

static int
has_control(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\t') ||
		    text[i] == 0x7f)
			return 1;
	return 0;
}

static int
is_name(const char *line, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(line, name, length) == 0;
}

/* `text` is what stands behind "Content-Length:". */
static int
check_length(const char *text, const char **reason)
{
	size_t digits;

	text += strspn(text, " \t");
	digits = strspn(text, "0123456789");
	*reason = "Content-Length is no number";
	if (digits == 0 || text[digits + strspn(text + digits, " \t")] != '\0')
		return 400;
	*reason = "a request has no content here";
	return strspn(text, "0") == digits ? 0 : 413;
}

int
http_parse_field(struct http_fields *fields, const char *line, size_t length,
    const char **reason)
{
	const char *colon = memchr(line, ':', length);
	size_t name = colon != NULL ? (size_t)(colon - line) : 0;

	*reason = "there are too many header fields";
	fields->bytes += length;
	if (++fields->count > HTTP_HEAD_FIELDS ||
	    fields->bytes > HTTP_HEAD_BYTES)
		return 431;
	*reason = "a header field is none";
	if (has_control(line, length) || !is_token(line, name))
		return 400;
	fields->hosts += is_name(line, name, "Host");
	*reason = "a request has no content here";
	if (is_name(line, name, "Transfer-Encoding"))
		return 413;
	if (!is_name(line, name, "Content-Length"))
		return 0;
	fields->lengths++;
	return check_length(colon + 1, reason);
}

int
http_check_fields(const struct http_fields *fields, int minor,
    const char **reason)
{
	*reason = "there must be one Host";
	if (fields->hosts > 1 || (minor > 0 && fields->hosts == 0))
		return 400;
	*reason = "there is more than one Content-Length";
	return fields->lengths > 1 ? 400 : 0;
}
