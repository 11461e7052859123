/*
 * A client of the scoreboard as text: the same as the address that it is of.
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "listener/endpoint.h"
#include "scoreboard/client_text.h"
#include "tap.h"

#define PORT 4711

static const char *
text_of(const struct slot_client *client)
{
	static struct safe_text text;

	safe_begin(&text);
	client_put(&text, client);
	return text.bytes;
}

static void
test_v6(const char *address)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(PORT) };
	struct slot_client client = { .family = AF_INET6, .port = htons(PORT) };
	char good[ENDPOINT_TEXT_BYTES];

	if (inet_pton(AF_INET6, address, &in6.sin6_addr) != 1) {
		ok(0, "%s is no address", address);
		return;
	}
	memcpy(client.address, &in6.sin6_addr, sizeof(client.address));
	endpoint_format((struct sockaddr *)&in6, sizeof(in6), good,
	    sizeof(good));
	is_text(text_of(&client), good, "%s", good);
}

static void
test_others(void)
{
	struct slot_client client = { .family = AF_INET,
		.port = htons(65535),
		.address = { 192, 0, 2, 255 } };

	is_text(text_of(&client), "192.0.2.255:65535", "IPv4");
	client.family = AF_UNIX;
	is_text(text_of(&client), "unix:", "unix");
	client.family = 0;
	is_text(text_of(&client), "unknown", "none");
	client.family = UINT16_MAX;
	is_text(text_of(&client), "unknown", "nonsense");
}

int
main(void)
{
	static const char *const addresses[] = { "::1", "::", "2001:db8::1",
		"fe80::1:0:0:1", "1:0:0:2::3", "1:0:2:3:4:5:6:7",
		"0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:0:0",
		"0:0:1::", "::ffff:192.0.2.1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"abcd:ef:1:0:0:0::" };
	size_t i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		test_v6(addresses[i]);
	test_others();
	return tap_done();
}
