/*
 * Socket addresses as people read them, and compared as people mean it.  No
 * look-ups, no allocation: a worker formats each peer with it.
 * Runs in: every process.
 */
#include "config.h"

#include <sys/un.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "listener/endpoint.h"

static void
format_v4(const void *address, unsigned port, char *text, size_t bytes)
{
	char host[INET_ADDRSTRLEN] = "";

	inet_ntop(AF_INET, address, host, sizeof(host));
	snprintf(text, bytes, "%s:%u", host, port);
}

static void
format_v6(const struct sockaddr_in6 *in6, char *text, size_t bytes)
{
	char host[INET6_ADDRSTRLEN] = "", scope[16] = "";
	unsigned port = ntohs(in6->sin6_port);

	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		format_v4(&in6->sin6_addr.s6_addr[12], port, text, bytes);
		return;
	}
	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
	if (in6->sin6_scope_id != 0)
		snprintf(scope, sizeof(scope), "%%%u",
		    (unsigned)in6->sin6_scope_id);
	snprintf(text, bytes, "[%s%s]:%u", host, scope, port);
}

/* A path that fills sun_path has no terminator.  '@' stands for the leading
 * zero byte of a name that is not in the file system. */
static void
format_unix(const struct sockaddr_un *un, size_t path_bytes, char *text,
    size_t bytes)
{
	const char *path = un->sun_path, *mark = "";
	size_t length;

	if (path_bytes > 1 && path[0] == '\0' && path[1] != '\0') {
		mark = "@";
		path++;
		path_bytes--;
	}
	length = strnlen(path, path_bytes);
	snprintf(text, bytes, "unix:%s%.*s", mark, (int)length, path);
}

/* Of an address that nobody knows nothing is left but the family. */
static void
format_passed(const struct sockaddr_un *un, char *text, size_t bytes)
{
	if (un->sun_path[0] == '\0')
		snprintf(text, bytes, "unknown");
	else
		snprintf(text, bytes, "fd:%.*s", (int)sizeof(un->sun_path),
		    un->sun_path);
}

void
endpoint_format(const struct sockaddr *address, socklen_t length, char *text,
    size_t bytes)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} copy;
	const size_t path_offset = offsetof(struct sockaddr_un, sun_path);
	size_t used = length < sizeof(copy) ? length : sizeof(copy);

	/* A copy, because the caller's bytes may be fewer than a structure. */
	memset(&copy, 0, sizeof(copy));
	copy.any.sa_family = AF_UNSPEC;
	memcpy(&copy, address, used);
	switch (copy.any.sa_family) {
	case AF_INET:
		format_v4(&copy.in.sin_addr, ntohs(copy.in.sin_port), text,
		    bytes);
		break;
	case AF_INET6:
		format_v6(&copy.in6, text, bytes);
		break;
	case AF_UNIX:
		format_unix(&copy.un,
		    used > path_offset ? used - path_offset : 0, text, bytes);
		break;
	case AF_UNSPEC:
		format_passed(&copy.un, text, bytes);
		break;
	default:
		snprintf(text, bytes, "unknown");
	}
}

void
endpoint_name(const struct endpoint *endpoint, char *text, size_t bytes)
{
	bool is_udp = endpoint->type == SOCK_DGRAM &&
	    endpoint->address.ss_family != AF_UNIX;
	size_t used = is_udp ? strlen("udp:") : 0;

	memcpy(text, "udp:", used);
	endpoint_format((const struct sockaddr *)&endpoint->address,
	    endpoint->length, text + used, bytes - used);
}

static bool
equal_v4(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_port == b->sin_port &&
	    a->sin_addr.s_addr == b->sin_addr.s_addr;
}

static bool
equal_v6(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
	return a->sin6_port == b->sin6_port &&
	    a->sin6_scope_id == b->sin6_scope_id &&
	    memcmp(&a->sin6_addr, &b->sin6_addr, sizeof(a->sin6_addr)) == 0;
}

/* Behind a name that is in no file system both have zeros. */
static bool
equal_unix(const struct sockaddr_un *a, const struct sockaddr_un *b)
{
	if (a->sun_path[0] == '\0')
		return memcmp(a->sun_path, b->sun_path, sizeof(a->sun_path)) ==
		    0;
	return strncmp(a->sun_path, b->sun_path, sizeof(a->sun_path)) == 0;
}

bool
endpoint_equal(const struct sockaddr *a, const struct sockaddr *b)
{
	const void *left = a, *right = b;

	if (a->sa_family != b->sa_family)
		return false;
	switch (a->sa_family) {
	case AF_INET:
		return equal_v4(left, right);
	case AF_INET6:
		return equal_v6(left, right);
	case AF_UNIX:
	case AF_UNSPEC:
		return equal_unix(left, right);
	default:
		return false;
	}
}

bool
endpoint_has_file(const struct endpoint *endpoint)
{
	const void *any = &endpoint->address;

	return endpoint->address.ss_family == AF_UNIX &&
	    ((const struct sockaddr_un *)any)->sun_path[0] != '\0';
}

const char *
endpoint_passed_name(const struct sockaddr *address)
{
	const void *any = address;

	if (address->sa_family != AF_UNSPEC)
		return NULL;
	return ((const struct sockaddr_un *)any)->sun_path;
}

unsigned
endpoint_port(const struct sockaddr *address)
{
	const void *any = address;

	switch (address->sa_family) {
	case AF_INET:
		return ntohs(((const struct sockaddr_in *)any)->sin_port);
	case AF_INET6:
		return ntohs(((const struct sockaddr_in6 *)any)->sin6_port);
	default:
		return 0;
	}
}

void
endpoint_set_port(struct endpoint *endpoint, unsigned port)
{
	void *any = &endpoint->address;

	switch (endpoint->address.ss_family) {
	case AF_INET:
		((struct sockaddr_in *)any)->sin_port = htons((uint16_t)port);
		break;
	case AF_INET6:
		((struct sockaddr_in6 *)any)->sin6_port = htons((uint16_t)port);
		break;
	default:
		break;
	}
}
