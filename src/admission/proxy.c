/*
 * Which version a PROXY header has, and what both have in common.
 * Runs in: worker.
 */
#include "config.h"

#include <netinet/in.h>

#include <string.h>

#include "admission/proxy_parts.h"

const char *
proxy_answer_name(enum proxy_answer answer)
{
	static const char *const names[] = { "more", "done", "bad" };

	return (unsigned)answer <= PROXY_BAD ? names[answer] : "unknown";
}

enum proxy_answer
proxy_bad(struct proxy_header *header, const char *reason)
{
	header->reason = reason;
	return PROXY_BAD;
}

void
proxy_set_end(struct proxy_end *end, sa_family_t family, const void *address,
    const void *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(&end->address, 0, sizeof(end->address));
	if (family == AF_INET) {
		memcpy(&in.sin_addr, address, sizeof(in.sin_addr));
		memcpy(&in.sin_port, port, sizeof(in.sin_port));
		memcpy(&end->address, &in, sizeof(in));
		end->length = sizeof(in);
	} else {
		memcpy(&in6.sin6_addr, address, sizeof(in6.sin6_addr));
		memcpy(&in6.sin6_port, port, sizeof(in6.sin6_port));
		memcpy(&end->address, &in6, sizeof(in6));
		end->length = sizeof(in6);
	}
}

enum proxy_answer
proxy_parse(const uint8_t *bytes, size_t count, struct proxy_header *header)
{
	header->is_own = false;
	header->reason = NULL;
	header->fields = NULL;
	header->fields_bytes = 0;
	header->bytes = PROXY_MIN_BYTES;
	if (count == 0)
		return PROXY_MORE;
	switch (bytes[0]) {
	case 'P':
		return proxy_parse_v1(bytes, count, header);
	case '\r':
		return proxy_parse_v2(bytes, count, header);
	default:
		return proxy_bad(header, "it does not begin with one");
	}
}
