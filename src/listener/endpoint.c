/*
 * From the text of a listen address to socket addresses.  Strict: what a
 * resolver would silently take for something else (" 7", "-1", "127.1") is
 * refused before it is asked.
 * Runs in: master at start, probe.
 */
#include "config.h"

#include <sys/un.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "listener/endpoint.h"

#define DIGITS	"0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define HOST_BYTES 256 /* RFC 1035: a name has at most 255 */

struct parts {
	int type;
	int family;   /* AF_UNSPEC when a name may have either */
	bool numeric; /* the host is an address: no look-up */
	char host[HOST_BYTES];
	const char *service; /* NULL: port is the number */
	unsigned port;
};

static int
bad(struct error *e, const char *text, const char *reason)
{
	return error_set(e, PF_BAD_ADDRESS, "bad address \"%.128s\": %s", text,
	    reason);
}

#ifdef HAVE_ABSTRACT_SOCKETS
#define HAS_ABSTRACT true
#else
#define HAS_ABSTRACT false
#endif

/* The name is all that is behind the zero byte, up to the length. */
static int
parse_abstract(const char *text, struct endpoint *out, struct error *e)
{
	const char *name = text + strlen("unix:@");
	struct sockaddr_un *un = (void *)&out->address;
	size_t length = strlen(name);

	if (!HAS_ABSTRACT)
		return bad(e, text,
		    "this system has no names outside the file system");
	if (length == 0)
		return bad(e, text, "the name of the socket is missing");
	if (length >= sizeof(un->sun_path))
		return bad(e, text, "the name is too long for a socket");
	memset(out, 0, sizeof(*out));
	out->type = SOCK_STREAM;
	out->length =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path + 1, name, length);
	return 1;
}

static int
parse_unix(const char *text, struct endpoint *out, struct error *e)
{
	const char *path = text + strlen("unix:");
	struct sockaddr_un *un = (void *)&out->address;
	size_t length = strlen(path);

	if (path[0] == '@')
		return parse_abstract(text, out, e);
	if (path[0] != '/')
		return bad(e, text, "the path of a socket begins with /");
	if (length >= sizeof(un->sun_path))
		return bad(e, text, "the path is too long for a socket");
	memset(out, 0, sizeof(*out));
	out->type = SOCK_STREAM;
	out->length =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, length + 1);
	return 1;
}

/* The name stands where a unix socket has its path. */
static int
parse_passed(const char *text, struct endpoint *out, struct error *e)
{
	const char *name = text + strlen("fd:");
	struct sockaddr_un *un = (void *)&out->address;
	size_t i, length = strlen(name);

	if (length == 0)
		return bad(e, text, "the name of the socket is missing");
	if (length >= sizeof(un->sun_path))
		return bad(e, text, "the name is too long");
	for (i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f ||
		    name[i] == ':')
			return bad(e, text,
			    "the name has a character that no name has");
	memset(out, 0, sizeof(*out));
	out->type = SOCK_STREAM;
	out->length =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
	un->sun_family = AF_UNSPEC;
	memcpy(un->sun_path, name, length + 1);
	return 1;
}

/* NULL or what is wrong. */
static const char *
parse_port(const char *port, struct parts *parts)
{
	size_t length = strlen(port);

	parts->service = NULL;
	parts->port = 0;
	if (length == 0)
		return "the port is missing";
	if (strchr(LETTERS, port[0]) != NULL) {
		parts->service = port;
		return NULL;
	}
	if (strspn(port, DIGITS) != length)
		return "the port is not a number";
	if (strtol(port, NULL, 10) > 65535)
		return "the port is above 65535";
	parts->port = (unsigned)strtol(port, NULL, 10);
	return NULL;
}

static const char *
take_host(const char *host, size_t length, struct parts *parts)
{
	const char *allowed = parts->family == AF_INET6 ? DIGITS LETTERS
	    ".:%-_" :
							  DIGITS LETTERS ".-_*";
	struct in_addr unused;

	if (length == 0)
		return "the host is empty (for every address write *:port)";
	if (length >= sizeof(parts->host))
		return "the host is too long";
	memcpy(parts->host, host, length);
	parts->host[length] = '\0';
	if (strspn(parts->host, allowed) != length)
		return "the host has a character that no host has";
	if (strspn(parts->host, DIGITS ".") != length)
		return NULL;
	if (inet_pton(AF_INET, parts->host, &unused) != 1)
		return "the host is not an IPv4 address";
	parts->numeric = true;
	parts->family = AF_INET;
	return NULL;
}

static const char *
split_bracketed(const char *text, struct parts *parts, const char **port)
{
	const char *end = strchr(text, ']');

	if (end == NULL)
		return "the [ has no ]";
	if (end[1] != ':')
		return "a port must follow the ]";
	parts->numeric = true;
	parts->family = AF_INET6;
	*port = end + 2;
	if (strspn(text + 1, DIGITS ".") == (size_t)(end - text - 1))
		return "no IPv6 address is between [ and ]";
	return take_host(text + 1, (size_t)(end - text - 1), parts);
}

static const char *
split_plain(const char *text, struct parts *parts, const char **port)
{
	const char *end = strchr(text, ':');

	if (end == NULL && text[0] != '\0' &&
	    strspn(text, DIGITS) == strlen(text))
		return "the host is missing (for every address write *:port)";
	if (end == NULL)
		return "the port is missing";
	if (strchr(end + 1, ':') != NULL)
		return "an IPv6 address is written [v6]:port";
	*port = end + 1;
	return take_host(text, (size_t)(end - text), parts);
}

static const char *
split(const char *text, struct parts *parts)
{
	const char *reason, *port;

	memset(parts, 0, sizeof(*parts));
	parts->type = SOCK_STREAM;
	parts->family = AF_UNSPEC;
	if (strncmp(text, "udp:", 4) == 0) {
		parts->type = SOCK_DGRAM;
		text += 4;
	}
	reason = text[0] == '[' ? split_bracketed(text, parts, &port) :
				  split_plain(text, parts, &port);
	if (reason != NULL)
		return reason;
	return parse_port(port, parts);
}

static bool
known(const struct endpoint *list, int count, const struct sockaddr *address)
{
	int i;

	for (i = 0; i < count; i++)
		if (endpoint_equal((const struct sockaddr *)&list[i].address,
			address))
			return true;
	return false;
}

/* Resolvers repeat an address that the hosts file names twice. */
static int
collect(const struct addrinfo *found, const struct parts *parts,
    struct endpoint *out)
{
	struct endpoint one;
	int count = 0;

	for (; found != NULL; found = found->ai_next) {
		if (found->ai_addrlen > sizeof(one.address))
			continue;
		memset(&one, 0, sizeof(one));
		one.type = parts->type;
		one.length = found->ai_addrlen;
		memcpy(&one.address, found->ai_addr, found->ai_addrlen);
		if (parts->service == NULL)
			endpoint_set_port(&one, parts->port);
		if (known(out, count, (struct sockaddr *)&one.address))
			continue;
		if (count == ENDPOINTS_PER_ADDRESS)
			return -1;
		out[count++] = one;
	}
	return count;
}

static int
explain(struct error *e, const char *text, const struct parts *parts, int code)
{
	const char *reason = gai_strerror(code);

	if (parts->numeric && code != EAI_SERVICE)
		return bad(e, text, "the host is not an address");
	if (code == EAI_SERVICE)
		reason = "unknown service";
	if (code == EAI_SYSTEM)
		reason = strerror(errno);
	return error_set(e, PF_RESOLVE, "cannot look up \"%.128s\": %s", text,
	    reason);
}

static int
look_up(const char *text, const struct parts *parts, struct endpoint *out,
    struct error *e)
{
	struct addrinfo hints, *found;
	int code, count;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = parts->family;
	hints.ai_socktype = parts->type;
	hints.ai_flags = parts->numeric ? AI_NUMERICHOST : 0;
	code = getaddrinfo(parts->host, parts->service, &hints, &found);
	if (code != 0)
		return explain(e, text, parts, code);
	count = collect(found, parts, out);
	freeaddrinfo(found);
	if (count == -1)
		return error_set(e, PF_RESOLVE,
		    "\"%.128s\" has more than %d addresses", text,
		    ENDPOINTS_PER_ADDRESS);
	return count;
}

/* What is kept of a name. */
struct found {
	int count;
	struct endpoint endpoints[ENDPOINTS_PER_ADDRESS];
};

_Static_assert(sizeof(struct found) <= NAMES_ANSWER_BYTES, "no room");

/* The same, of what may be a name. */
static int
look_up_name(const char *text, const struct parts *parts, struct endpoint *out,
    struct error *e)
{
	const struct names_query query = { NAMES_HOST, text };
	struct found found = { .count = 0 };
	int known;

	if (parts->numeric)
		return look_up(text, parts, out, e);
	known = names_find(&query, &found, sizeof(found), e);
	if (known == 0)
		found.count = look_up(text, parts, found.endpoints, e);
	if (known == -1 || found.count == -1 ||
	    (known == 0 && names_add(&query, &found, sizeof(found), e) == -1))
		return -1;
	memcpy(out, found.endpoints, (size_t)found.count * sizeof(*out));
	return found.count;
}

static int
look_up_any(const char *text, struct parts *parts, struct endpoint *out,
    struct error *e)
{
	parts->numeric = true;
	parts->family = AF_INET6;
	strcpy(parts->host, "::");
	if (look_up(text, parts, &out[0], e) != 1)
		return -1;
	parts->family = AF_INET;
	strcpy(parts->host, "0.0.0.0");
	if (look_up(text, parts, &out[1], e) != 1)
		return -1;
	out[1].same_port = true;
	return 2;
}

static bool
has_family(const struct endpoint *list, int count, int family)
{
	int i;

	for (i = 0; i < count; i++)
		if (list[i].address.ss_family == family)
			return true;
	return false;
}

static void
mark_optional(struct endpoint *list, int count)
{
	int i;

	if (!has_family(list, count, AF_INET))
		return;
	for (i = 0; i < count; i++)
		list[i].optional = list[i].address.ss_family == AF_INET6;
}

int
endpoint_parse(const char *text, struct endpoint *out, struct error *e)
{
	struct endpoint found[ENDPOINTS_PER_ADDRESS];
	struct parts parts;
	const char *reason;
	int count;

	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(text, out, e);
	if (strncmp(text, "fd:", 3) == 0)
		return parse_passed(text, out, e);
	reason = split(text, &parts);
	if (reason != NULL)
		return bad(e, text, reason);
	if (strcmp(parts.host, "*") == 0)
		count = look_up_any(text, &parts, found, e);
	else
		count = look_up_name(text, &parts, found, e);
	if (count == -1)
		return -1;
	mark_optional(found, count);
	memcpy(out, found, (size_t)count * sizeof(*out));
	return count;
}
