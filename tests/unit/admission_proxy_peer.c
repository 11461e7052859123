/*
 * Whose PROXY headers are believed: every length of a network, against its
 * definition.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "admission/proxy_peer.h"
#include "rig.h"
#include "tap.h"

#define SAMPLE_V4 "203.0.113.77"
#define SAMPLE_V6 "2001:db8:aa55:1234:8765:fedc:ba98:7654"

static struct sockaddr_storage
peer(int family, const uint8_t *address)
{
	struct sockaddr_storage out;
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(&out, 0, sizeof(out));
	memcpy(&in.sin_addr, address, sizeof(in.sin_addr));
	memcpy(&out, &in, sizeof(in));
	if (family == AF_INET)
		return out;
	memcpy(&in6.sin6_addr, address, sizeof(in6.sin6_addr));
	memcpy(&out, &in6, sizeof(in6));
	return out;
}

static bool
trusts(const struct proxy_settings *proxy, int family, const uint8_t *address)
{
	struct sockaddr_storage who = peer(family, address);

	return proxy_trusts(proxy, (const struct sockaddr *)&who);
}

static void
cut(uint8_t *address, unsigned bits)
{
	unsigned i;

	for (i = bits; i < 128; i++)
		address[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

/* Of a network of each length its first address is in, and so is the sample;
 * with one bit turned an address is in where the bit does not count. */
static void
test_lengths(sa_family_t family, const char *sample, unsigned all)
{
	struct network network = { .family = family };
	struct proxy_settings proxy = { .networks = &network,
		.network_count = 1 };
	uint8_t address[16] = { 0 };
	unsigned bit;
	int good = 1;

	rig_require(inet_pton(family, sample, address) == 1, sample);
	for (network.bits = 0; network.bits <= all; network.bits++) {
		memcpy(network.address, address, sizeof(address));
		cut(network.address, network.bits);
		good = good && trusts(&proxy, family, network.address) &&
		    trusts(&proxy, family, address);
		for (bit = 0; bit < all; bit++) {
			address[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			good = good &&
			    trusts(&proxy, family, address) ==
				(bit >= network.bits);
			address[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		}
	}
	ok(good, "networks around %s", sample);
}

static void
test_families(void)
{
	struct network networks[] = {
		{ .family = AF_INET, .bits = 8, .address = { 10 } },
		{ .family = AF_INET6, .bits = 8, .address = { 0xfd } },
	};
	struct proxy_settings proxy = { .networks = networks,
		.network_count = 2 };
	static const uint8_t v4[16] = { 10, 1, 2, 3 }, v6[16] = { 0xfd, 1 },
			     like_v4[16] = { 10 },
			     mapped[16] = {
				     [10] = 0xff, [11] = 0xff, [12] = 10
			     };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_storage none;

	memset(&none, 0, sizeof(none));
	ok(trusts(&proxy, AF_INET, v4), "IPv4");
	ok(trusts(&proxy, AF_INET6, v6), "IPv6, the second of them");
	ok(trusts(&proxy, AF_INET6, mapped), "IPv4 within IPv6 is IPv4");
	ok(!trusts(&proxy, AF_INET6, like_v4), "the family counts");
	ok(!proxy_trusts(&proxy, (const struct sockaddr *)&none),
	    "nobody is nobody");
	ok(!proxy_trusts(&proxy, (const struct sockaddr *)&un),
	    "unix is not a network");
	networks[1] = (struct network) { .family = AF_UNIX };
	ok(proxy_trusts(&proxy, (const struct sockaddr *)&un), "unix");
	ok(!trusts(&proxy, AF_INET6, v6), "a network is not unix");
}

int
main(void)
{
	test_lengths(AF_INET, SAMPLE_V4, 32);
	test_lengths(AF_INET6, SAMPLE_V6, 128);
	test_families();
	return tap_done();
}
