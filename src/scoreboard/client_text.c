/*
 * The client of a slot as text, as endpoint_format writes it, but made by hand:
 * a worker that is dying says it from a signal handler, where inet_ntop must
 * not be called.
 * Runs in: worker, master.
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>

#include <stdbool.h>
#include <string.h>

#include "scoreboard/client_text.h"

#define GROUPS 8

static void
put_v4(struct safe_text *text, const uint8_t *address)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			safe_put(text, ".");
		safe_put_number(text, address[i]);
	}
}

static unsigned
group_of(const uint8_t *address, int index)
{
	return (unsigned)address[2 * index] << 8 | address[2 * index + 1];
}

static int
zeros_from(const uint8_t *address, int begin)
{
	int end = begin;

	while (end < GROUPS && group_of(address, end) == 0)
		end++;
	return end - begin;
}

/* The first of the longest runs of zeros is written "::", a single one is not
 * (RFC 5952 4.2). */
static int
longest_zeros(const uint8_t *address, int *begin)
{
	int i, longest = 1;

	*begin = GROUPS;
	for (i = 0; i < GROUPS; i++)
		if (zeros_from(address, i) > longest) {
			longest = zeros_from(address, i);
			*begin = i;
		}
	return longest;
}

static void
put_v6(struct safe_text *text, const uint8_t *address)
{
	int begin, i, longest = longest_zeros(address, &begin);

	for (i = 0; i < GROUPS; i++) {
		if (i == begin) {
			safe_put(text, "::");
			i += longest - 1;
			continue;
		}
		if (i > 0 && i != begin + longest)
			safe_put(text, ":");
		safe_put_hex(text, group_of(address, i));
	}
}

static bool
is_mapped_v4(const uint8_t *address)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(address, prefix, sizeof(prefix)) == 0;
}

void
client_put(struct safe_text *text, const struct slot_client *client)
{
	switch (client->family) {
	case AF_INET:
		put_v4(text, client->address);
		break;
	case AF_INET6:
		if (is_mapped_v4(client->address)) {
			put_v4(text, client->address + 12);
			break;
		}
		safe_put(text, "[");
		put_v6(text, client->address);
		safe_put(text, "]");
		break;
	case AF_UNIX:
		safe_put(text, "unix:");
		return;
	default:
		safe_put(text, "unknown");
		return;
	}
	safe_put(text, ":");
	safe_put_number(text, ntohs(client->port));
}
