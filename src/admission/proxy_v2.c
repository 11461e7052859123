/*
 * The PROXY header of version 2: 16 bytes that say how long it is, a block of
 * addresses and fields.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/un.h>

#include <netinet/in.h>

#include <string.h>

#include "admission/proxy_parts.h"

#define SIGNATURE_BYTES 12
#define FIXED_BYTES	16
#define UNIX_BYTES	108 /* of a name, on the wire */

enum { COMMAND_LOCAL = 0x20, COMMAND_PROXY = 0x21 };

/* Transport below, address family above. */
static const struct block {
	uint8_t tag;
	size_t bytes;
	bool is_stream;
	sa_family_t family;
} blocks[] = {
	{ 0x00, 0, false, AF_UNSPEC },
	{ 0x11, 12, true, AF_INET },
	{ 0x12, 12, false, AF_INET },
	{ 0x21, 36, true, AF_INET6 },
	{ 0x22, 36, false, AF_INET6 },
	{ 0x31, 2 * UNIX_BYTES, true, AF_UNIX },
	{ 0x32, 2 * UNIX_BYTES, false, AF_UNIX },
};

static const struct block *
find_block(uint8_t tag)
{
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (blocks[i].tag == tag)
			return &blocks[i];
	return NULL;
}

/* Names that the system has no room for are cut. */
static void
set_unix_end(struct proxy_end *end, const uint8_t *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t length = sizeof(un.sun_path);

	if (length > UNIX_BYTES)
		length = UNIX_BYTES;
	memcpy(un.sun_path, name, length);
	while (length > 0 && un.sun_path[length - 1] == '\0')
		length--;
	memset(&end->address, 0, sizeof(end->address));
	memcpy(&end->address, &un, sizeof(un));
	end->length =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* Datagrams have no place here, but nothing is wrong with such a header. */
static void
set_ends(const struct block *block, const uint8_t *at,
    struct proxy_header *header)
{
	size_t width = block->family == AF_INET ? 4 : 16;

	if (!block->is_stream) {
		header->is_own = true;
	} else if (block->family == AF_UNIX) {
		set_unix_end(&header->peer, at);
		set_unix_end(&header->local, at + UNIX_BYTES);
	} else {
		proxy_set_end(&header->peer, block->family, at, at + 2 * width);
		proxy_set_end(&header->local, block->family, at + width,
		    at + 2 * width + 2);
	}
}

/* In the order of the bytes, so that more of them do not change the reason. */
static const char *
check_fixed(const uint8_t *bytes, size_t count)
{
	static const uint8_t signature[] = "\r\n\r\n\0\r\nQUIT\n";
	size_t seen = count < SIGNATURE_BYTES ? count : SIGNATURE_BYTES;

	if (memcmp(bytes, signature, seen) != 0)
		return "it does not begin with one";
	if (count > 12 && (bytes[12] & 0xf0) != 0x20)
		return "the version is neither 1 nor 2";
	if (count > 12 && bytes[12] != COMMAND_LOCAL &&
	    bytes[12] != COMMAND_PROXY)
		return "the command is unknown";
	/* Of LOCAL nothing but the length counts. */
	if (count > 13 && bytes[12] == COMMAND_PROXY &&
	    find_block(bytes[13]) == NULL)
		return "the family is unknown";
	return NULL;
}

static const char *
check_length(const uint8_t *bytes, size_t total)
{
	if (total > PROXY_MAX_BYTES)
		return "it is longer than 4096 bytes";
	if (bytes[12] == COMMAND_PROXY &&
	    total < FIXED_BYTES + find_block(bytes[13])->bytes)
		return "it has no room for its addresses";
	return NULL;
}

/* All is there. */
static enum proxy_answer
read_whole(const uint8_t *bytes, struct proxy_header *header)
{
	const struct block *block = find_block(bytes[13]);
	const char *reason;

	/* What follows UNSPEC cannot be told: nobody says where fields would
	 * begin. */
	if (bytes[12] == COMMAND_LOCAL || block->family == AF_UNSPEC) {
		header->is_own = true;
		return PROXY_DONE;
	}
	reason = proxy_check_fields(bytes, header->bytes,
	    FIXED_BYTES + block->bytes);
	if (reason != NULL)
		return proxy_bad(header, reason);
	header->fields = bytes + FIXED_BYTES + block->bytes;
	header->fields_bytes = header->bytes - FIXED_BYTES - block->bytes;
	set_ends(block, bytes + FIXED_BYTES, header);
	return PROXY_DONE;
}

enum proxy_answer
proxy_parse_v2(const uint8_t *bytes, size_t count, struct proxy_header *header)
{
	const char *reason = check_fixed(bytes, count);

	if (reason != NULL)
		return proxy_bad(header, reason);
	header->bytes = FIXED_BYTES;
	if (count < FIXED_BYTES)
		return PROXY_MORE;
	header->bytes += (size_t)bytes[14] << 8 | bytes[15];
	reason = check_length(bytes, header->bytes);
	if (reason != NULL)
		return proxy_bad(header, reason);
	return count < header->bytes ? PROXY_MORE : read_whole(bytes, header);
}
