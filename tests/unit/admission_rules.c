/*
 * allow and deny: random rules and addresses, against one who reads the list
 * from its begin.
 */
#include "config.h"

#include <arpa/inet.h>

#include <stdlib.h>

#include "admission/rules.h"
#include "base/random.h"
#include "rig.h"
#include "tap.h"

#define RULES_MAX 40
#define LISTS	  3000
#define ASKED	  60

static struct admission_rule list[RULES_MAX];
static size_t count;
static uint64_t seed = 4711;

static unsigned
up_to(unsigned most)
{
	return (unsigned)(random_next(&seed) % (most + 1));
}

/* Few different bytes, so that networks meet each other. */
static uint8_t
random_byte(void)
{
	static const uint8_t bytes[] = { 0, 0, 0, 0x80, 0xff, 0xff, 0x7f, 1 };

	return bytes[up_to(7)];
}

static bool
bit_of(const uint8_t *address, unsigned i)
{
	return (address[i / 8] & 0x80 >> i % 8) != 0;
}

static void
random_rule(struct admission_rule *rule)
{
	static const sa_family_t families[] = { AF_INET, AF_INET, AF_INET6,
		AF_INET6, AF_UNIX, AF_UNSPEC };
	struct network *network = &rule->network;
	unsigned i, most;

	memset(rule, 0, sizeof(*rule));
	rule->allow = up_to(2) == 0;
	network->family = families[up_to(5)];
	if (network->family != AF_INET && network->family != AF_INET6)
		return;
	most = network->family == AF_INET ? 32 : 128;
	network->bits = up_to(most);
	for (i = 0; i < most / 8; i++)
		network->address[i] = random_byte();
	for (i = network->bits; i < most; i++)
		network->address[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

static void
random_client(struct slot_client *client)
{
	static const sa_family_t families[] = { AF_INET, AF_INET6, AF_INET6,
		AF_UNIX };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned i;

	memset(client, 0, sizeof(*client));
	client->family = families[up_to(3)];
	for (i = 0; i < (client->family == AF_INET ? 4u : 16u); i++)
		client->address[i] = random_byte();
	if (client->family == AF_INET6 && up_to(2) == 0)
		memcpy(client->address, mapped, sizeof(mapped));
}

static bool
matches(const struct network *network, const struct slot_client *client)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	sa_family_t family = client->family;
	const uint8_t *address = client->address;
	unsigned i;

	if (family == AF_INET6 && memcmp(address, mapped, 12) == 0) {
		family = AF_INET;
		address += 12;
	}
	if (network->family == AF_UNSPEC)
		return true;
	if (network->family != family)
		return false;
	for (i = 0; i < network->bits; i++)
		if (bit_of(network->address, i) != bit_of(address, i))
			return false;
	return true;
}

static bool
oracle(const struct slot_client *client)
{
	bool any = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (matches(&list[i].network, client))
			return list[i].allow;
		any = any || list[i].allow;
	}
	return !any;
}

/* The first and last address of a network, and what is beside. */
static void
at_an_edge(struct slot_client *client)
{
	const struct network *network =
	    &list[up_to((unsigned)count - 1)].network;
	unsigned i, most = network->family == AF_INET ? 32 : 128;
	bool last = up_to(1) == 1;

	if (network->family != AF_INET && network->family != AF_INET6)
		return;
	memset(client, 0, sizeof(*client));
	client->family = network->family;
	memcpy(client->address, network->address, most / 8);
	for (i = network->bits; last && i < most; i++)
		client->address[i / 8] |= (uint8_t)(0x80 >> i % 8);
	if (up_to(1) == 0)
		return;
	/* One more or less, with the carry. */
	for (i = most / 8; i-- > 0;)
		if ((client->address[i] = (uint8_t)(client->address[i] +
			 (last ? 1 : -1))) != (last ? 0 : 0xff))
			break;
}

static int
try_list(void)
{
	struct rules *rules = rules_new(list, count);
	struct slot_client client;
	int wrong = 0;
	unsigned i;

	rig_require(rules != NULL, "rules");
	for (i = 0; i < ASKED; i++) {
		random_client(&client);
		if (i % 2 == 0)
			at_an_edge(&client);
		wrong += rules_allow(rules, &client) != oracle(&client);
	}
	rules_free(rules);
	return wrong;
}

static void
test_random(void)
{
	int wrong = 0, i;
	size_t k;

	for (i = 0; i < LISTS; i++) {
		count = 1 + up_to(i % 4 == 0 ? RULES_MAX - 1 : 5);
		for (k = 0; k < count; k++)
			random_rule(&list[k]);
		wrong += try_list();
	}
	is_int(wrong, 0, "%d lists, each asked %d times", LISTS, ASKED);
}

/* By hand: "+10.0.0.0/8". */
static void
rule(bool allow, sa_family_t family, const char *address, unsigned bits)
{
	struct admission_rule *r = &list[count++];

	memset(r, 0, sizeof(*r));
	r->allow = allow;
	r->network.family = family;
	r->network.bits = bits;
	if (address != NULL)
		rig_require(inet_pton(family, address, r->network.address) == 1,
		    "an address");
}

static bool
asks(sa_family_t family, const char *address)
{
	struct rules *rules = rules_new(list, count);
	struct slot_client client = { .family = family };
	bool allow;

	rig_require(rules != NULL, "rules");
	if (address != NULL)
		(void)inet_pton(family, address, client.address);
	allow = rules_allow(rules, &client);
	rules_free(rules);
	return allow;
}

static void
test_known(void)
{
	count = 0;
	rule(false, AF_INET, "10.1.0.0", 16);
	ok(!asks(AF_INET, "10.1.255.255"), "denied");
	ok(asks(AF_INET, "10.2.0.0"), "without any allow the rest is let in");
	ok(asks(AF_UNIX, NULL), "unix sockets too");
	rule(true, AF_INET, "10.0.0.0", 8);
	ok(!asks(AF_INET, "10.1.0.0"), "the first rule counts");
	ok(asks(AF_INET, "10.2.0.0"), "then the second");
	ok(!asks(AF_INET, "11.0.0.0"), "with an allow the rest is denied");
	ok(!asks(AF_INET6, "::1"), "IPv6 too");
	ok(!asks(AF_UNIX, NULL), "and unix sockets");
	ok(asks(AF_INET6, "::ffff:10.2.3.4"), "IPv4 in IPv6 is IPv4");
	rule(true, AF_INET6, "::", 0);
	ok(asks(AF_INET6, "2001:db8::1"), "all of IPv6");
	ok(!asks(AF_INET6, "::ffff:11.0.0.1"), "which IPv4 in IPv6 is not");
	rule(true, AF_UNIX, NULL, 0);
	ok(asks(AF_UNIX, NULL), "unix sockets by their word");
	rule(true, AF_UNSPEC, NULL, 0);
	ok(asks(AF_INET, "255.255.255.255"), "everybody");
	ok(!asks(AF_INET, "10.1.2.3"), "but who was denied before");
}

int
main(void)
{
	test_known();
	test_random();
	return tap_done();
}
