/*
 * The PROXY header of version 1, a line of text.  Read strictly from left to
 * right, so that the first wrong byte is the answer, however many follow.
 * Runs in: worker.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string.h>

#include "admission/proxy_parts.h"

/* The longest that an address can be. */
#define V4_TEXT_BYTES	15
#define V6_TEXT_BYTES	39
#define PORT_TEXT_BYTES 5

/* Of a line. */
struct scan {
	const char *at, *end;
	enum proxy_answer answer; /* DONE as long as nothing is amiss */
	const char *reason;
};

/* How an address of a family is written. */
struct notation {
	sa_family_t family;
	size_t max_bytes;
	const char *bytes;
	const char *reason;
};

static bool
stop(struct scan *scan, const char *reason)
{
	scan->answer = reason != NULL ? PROXY_BAD : PROXY_MORE;
	scan->reason = reason;
	return false;
}

static bool
expect(struct scan *scan, const char *text, const char *reason)
{
	for (; *text != '\0'; text++, scan->at++) {
		if (scan->at == scan->end)
			return stop(scan, NULL);
		if (*scan->at != *text)
			return stop(scan, reason);
	}
	return true;
}

/* Up to the byte `close`, which is skipped, into `word`, which has room for
 * max_bytes and a terminator. */
static bool
take_word(struct scan *scan, char close, const struct notation *notation,
    char *word)
{
	size_t length = 0;

	for (; scan->at < scan->end && *scan->at != close; scan->at++) {
		if (length == notation->max_bytes || *scan->at == '\0' ||
		    strchr(notation->bytes, *scan->at) == NULL)
			return stop(scan, notation->reason);
		word[length++] = *scan->at;
	}
	if (scan->at == scan->end)
		return stop(scan, NULL);
	scan->at++;
	word[length] = '\0';
	return true;
}

/* Of IPv4 there is one way to write an address; libc's differ in what else
 * they take. */
static bool
parse_address(const struct notation *notation, const char *word, void *address)
{
	char again[INET6_ADDRSTRLEN];

	if (inet_pton(notation->family, word, address) != 1)
		return false;
	return notation->family != AF_INET ||
	    (inet_ntop(AF_INET, address, again, sizeof(again)) != NULL &&
		strcmp(again, word) == 0);
}

static bool
take_address(struct scan *scan, const struct notation *notation,
    struct in6_addr *address)
{
	char word[V6_TEXT_BYTES + 1];

	if (!take_word(scan, ' ', notation, word))
		return false;
	return parse_address(notation, word, address) ||
	    stop(scan, notation->reason);
}

static bool
take_port(struct scan *scan, char close, in_port_t *port)
{
	static const struct notation notation = { 0, PORT_TEXT_BYTES,
		"0123456789", "a port of version 1 is wrong" };
	char word[PORT_TEXT_BYTES + 1];
	unsigned long value = 0;
	size_t i;

	if (!take_word(scan, close, &notation, word))
		return false;
	for (i = 0; word[i] != '\0'; i++)
		value = 10 * value + (unsigned long)(word[i] - '0');
	if (i == 0 || (i > 1 && word[0] == '0') || value > UINT16_MAX)
		return stop(scan, notation.reason);
	*port = htons((uint16_t)value);
	return true;
}

static bool
take_ends(struct scan *scan, const struct notation *notation,
    struct proxy_header *header)
{
	static const char space[] = "version 1 names no family";
	struct in6_addr peer, local;
	in_port_t peer_port, local_port;

	if (!expect(scan, " ", space) || !take_address(scan, notation, &peer) ||
	    !take_address(scan, notation, &local) ||
	    !take_port(scan, ' ', &peer_port) ||
	    !take_port(scan, '\r', &local_port) ||
	    !expect(scan, "\n", "the line of version 1 has a bare CR"))
		return false;
	proxy_set_end(&header->peer, notation->family, &peer, &peer_port);
	proxy_set_end(&header->local, notation->family, &local, &local_port);
	return true;
}

/* Whatever a sender may say of a connection that it does not know. */
static bool
skip_line(struct scan *scan, const char *begin, struct proxy_header *header)
{
	static const char wrong[] = "version 1 names no family";
	size_t length = (size_t)(scan->end - begin);
	const char *limit =
	    length > PROXY_LINE_BYTES ? begin + PROXY_LINE_BYTES : scan->end;

	if (scan->at < scan->end && *scan->at != ' ' && *scan->at != '\r')
		return stop(scan, wrong);
	/* UNKNOWN is followed by the end, or by a space and anything. */
	if (scan->at < scan->end && *scan->at == '\r') {
		header->is_own = true;
		return expect(scan, "\r\n", wrong);
	}
	for (; scan->at + 1 < limit; scan->at++)
		if (scan->at[0] == '\r' && scan->at[1] == '\n') {
			scan->at += 2;
			header->is_own = true;
			return true;
		}
	return stop(scan,
	    length < PROXY_LINE_BYTES ? NULL :
					"the line of version 1 has no end");
}

static bool
take_line(struct scan *scan, struct proxy_header *header)
{
	static const struct notation v4 = { AF_INET, V4_TEXT_BYTES,
		"0123456789.", "an IPv4 address of version 1 is wrong" };
	static const struct notation v6 = { AF_INET6, V6_TEXT_BYTES,
		"0123456789abcdefABCDEF:.",
		"an IPv6 address of version 1 is wrong" };
	static const char family[] = "version 1 names no family";
	const char *begin = scan->at;

	if (!expect(scan, "PROXY ", "it does not begin with one"))
		return false;
	if (scan->at < scan->end && *scan->at == 'U')
		return expect(scan, "UNKNOWN", family) &&
		    skip_line(scan, begin, header);
	if (!expect(scan, "TCP", family))
		return false;
	if (scan->at == scan->end)
		return stop(scan, NULL);
	switch (*scan->at++) {
	case '4':
		return take_ends(scan, &v4, header);
	case '6':
		return take_ends(scan, &v6, header);
	default:
		return stop(scan, family);
	}
}

enum proxy_answer
proxy_parse_v1(const uint8_t *bytes, size_t count, struct proxy_header *header)
{
	const char *begin = (const char *)bytes;
	struct scan scan = {
		.at = begin, .end = begin + count, .answer = PROXY_DONE
	};

	if (take_line(&scan, header))
		header->bytes = (size_t)(scan.at - begin);
	else if (scan.answer == PROXY_BAD)
		header->reason = scan.reason;
	else
		header->bytes =
		    count < PROXY_MIN_BYTES ? PROXY_MIN_BYTES : count + 1;
	return scan.answer;
}
