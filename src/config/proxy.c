/*
 * The directive proxy.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/readers.h"
#include "config/writers.h"

#define V4_BITS 32
#define V6_BITS 128

/* NULL: all of them. */
static bool
parse_bits(const char *text, unsigned all, unsigned *bits)
{
	unsigned value = 0;
	size_t i;

	*bits = all;
	if (text == NULL)
		return true;
	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 3; i++)
		value = 10 * value + (unsigned)(text[i] - '0');
	*bits = value;
	return i > 0 && text[i] == '\0' && (i == 1 || text[0] != '0') &&
	    value <= all;
}

static bool
has_bits_behind(const struct proxy_network *network)
{
	unsigned i;

	for (i = network->bits; i < 8 * sizeof(network->address); i++)
		if ((network->address[i / 8] & 0x80 >> i % 8) != 0)
			return true;
	return false;
}

/* A peer that is shown as IPv4 is one. */
static bool
is_mapped(const struct proxy_network *network)
{
	struct in6_addr address;

	memcpy(&address, network->address, sizeof(address));
	return network->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address);
}

static bool
parse_address(char *text, struct proxy_network *network)
{
	char *slash = strchr(text, '/');
	const char *bits = NULL;

	memset(network, 0, sizeof(*network));
	if (slash != NULL) {
		*slash = '\0';
		bits = slash + 1;
	}
	if (inet_pton(AF_INET, text, network->address) == 1) {
		network->family = AF_INET;
		return parse_bits(bits, V4_BITS, &network->bits);
	}
	network->family = AF_INET6;
	return inet_pton(AF_INET6, text, network->address) == 1 &&
	    parse_bits(bits, V6_BITS, &network->bits);
}

static int
parse_network(const struct use *use, size_t index,
    struct proxy_network *network)
{
	const char *text = use->words[index].text;
	char copy[INET6_ADDRSTRLEN + 4];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	if (strlen(text) >= sizeof(copy) || !parse_address(copy, network))
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "proxy needs networks (10.0.0.0/8, ::1) or unix, not '%s'",
		    text);
	if (is_mapped(network))
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "'%s' is IPv4, and is to be written so", text);
	if (has_bits_behind(network))
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "'%s' has bits behind the first %u", text, network->bits);
	return 0;
}

/* "require from" */
static int
check_words(const struct use *use)
{
	static const char *const wanted[] = { "proxy", "require", "from" };
	size_t i;

	for (i = 1; i < 3; i++) {
		if (i == use->count)
			return use_fail(use, i - 1, PF_DIRECTIVE_VALUE,
			    "%s needs '%s' behind it", wanted[i - 1],
			    wanted[i]);
		if (strcmp(use->words[i].text, wanted[i]) != 0)
			return use_fail(use, i, PF_DIRECTIVE_VALUE,
			    "%s knows %s, not '%s'", wanted[i - 1], wanted[i],
			    use->words[i].text);
	}
	if (use->count == 3)
		return use_fail(use, 2, PF_DIRECTIVE_VALUE,
		    "from needs networks, or unix");
	if (use->count - 3 > PROXY_MAX_NETWORKS)
		return use_fail(use, 3 + PROXY_MAX_NETWORKS, PF_DIRECTIVE_VALUE,
		    "proxy takes up to %d networks", PROXY_MAX_NETWORKS);
	return 0;
}

int
read_proxy(const struct use *use)
{
	struct proxy_settings *proxy = &use->service->proxy;
	struct proxy_network *networks;
	size_t i;

	if (check_words(use) == -1)
		return -1;
	networks =
	    realloc(proxy->networks, (use->count - 3) * sizeof(*networks));
	if (networks == NULL)
		return use_fail(use, 0, PF_SYSCALL, "no memory");
	*proxy = (struct proxy_settings) { .networks = networks };
	for (i = 3; i < use->count; i++) {
		if (strcmp(use->words[i].text, "unix") == 0)
			proxy->from_unix = true;
		else if (parse_network(use, i,
			     &networks[proxy->network_count]) == 0)
			proxy->network_count++;
		else
			return -1;
	}
	return 0;
}

static void
write_network(const struct writing *w, const struct proxy_network *network)
{
	char host[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 4];

	(void)inet_ntop(network->family, network->address, host, sizeof(host));
	(void)snprintf(text, sizeof(text), "%s/%u", host, network->bits);
	write_word(w, text);
}

void
write_proxy(const struct writing *w)
{
	const struct proxy_settings *proxy = &w->service->proxy;
	size_t i;

	if (!proxy_is_required(proxy))
		return;
	write_begin(w);
	write_word(w, "require");
	write_word(w, "from");
	for (i = 0; i < proxy->network_count; i++)
		write_network(w, &proxy->networks[i]);
	if (proxy->from_unix)
		write_word(w, "unix");
	write_end(w);
}
