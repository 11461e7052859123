/*
 * The directives of who is let in.
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

#define V4_BITS	       32
#define V6_BITS	       128
#define SOURCE_BITS_V6 64
#define NETWORK_BYTES  (INET6_ADDRSTRLEN + 4)

/* Decimal, without zeros in front. */
static bool
parse_bits(const char *text, unsigned most, unsigned *bits)
{
	size_t length = strlen(text);

	if (length == 0 || length > 3 || strspn(text, "0123456789") != length ||
	    (length > 1 && text[0] == '0'))
		return false;
	*bits = (unsigned)atoi(text);
	return *bits <= most;
}

/* "address" or "address/bits". */
static bool
parse_network(const char *word, struct network *network)
{
	char text[NETWORK_BYTES], *slash;
	unsigned most = V4_BITS;

	memset(network, 0, sizeof(*network));
	if (strlen(word) >= sizeof(text))
		return false;
	strcpy(text, word);
	slash = strchr(text, '/');
	if (slash != NULL)
		*slash++ = '\0';
	network->family = AF_INET;
	if (strchr(text, ':') != NULL) {
		network->family = AF_INET6;
		most = V6_BITS;
	}
	network->bits = most;
	return inet_pton(network->family, text, network->address) == 1 &&
	    (slash == NULL || parse_bits(slash, most, &network->bits));
}

static bool
has_bits_behind(const struct network *network)
{
	unsigned i;

	for (i = network->bits; i < 8 * sizeof(network->address); i++)
		if ((network->address[i / 8] & 0x80 >> i % 8) != 0)
			return true;
	return false;
}

static bool
is_mapped(const struct network *network)
{
	struct in6_addr address;

	memcpy(&address, network->address, sizeof(address));
	return network->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address);
}

int
read_network(const struct use *use, size_t index, struct network *network)
{
	const char *text = use->words[index].text;

	*network = (struct network) { .family = AF_UNSPEC };
	if (strcmp(text, "all") == 0)
		return 0;
	network->family = AF_UNIX;
	if (strcmp(text, "unix") == 0)
		return 0;
	if (!parse_network(text, network))
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "%s needs networks (10.0.0.0/8, ::1), unix or all, not "
		    "'%s'",
		    use->words[0].text, text);
	/* Clients that come so are seen as IPv4. */
	if (is_mapped(network))
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "'%s' is IPv4, and is to be written so", text);
	if (has_bits_behind(network))
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "'%s' has bits behind the first %u", text, network->bits);
	return 0;
}

static int
add_rules(const struct use *use, bool allow)
{
	struct admission_settings *admission = &use->service->admission;
	size_t i, count = admission->rule_count + use->count - 1;
	struct admission_rule *grown, *rule;

	if (count > ADMISSION_MAX_RULES)
		return use_fail(use, 0, PF_DIRECTIVE_VALUE,
		    "allow and deny have more than %d networks together",
		    ADMISSION_MAX_RULES);
	grown = realloc(admission->rules, count * sizeof(*grown));
	if (grown == NULL)
		return use_fail(use, 0, PF_SYSCALL, "no memory");
	admission->rules = grown;
	for (i = 1; i < use->count; i++) {
		rule = &admission->rules[admission->rule_count];
		rule->allow = allow;
		if (read_network(use, i, &rule->network) == -1)
			return -1;
		admission->rule_count++;
	}
	return 0;
}

int
read_allow(const struct use *use)
{
	return add_rules(use, true);
}

int
read_deny(const struct use *use)
{
	return add_rules(use, false);
}

/* "32/64" */
static int
read_prefix(const struct use *use, size_t index, unsigned *v4, unsigned *v6)
{
	const char *text = use->words[index].text, *slash = strchr(text, '/');
	char first[4] = "";

	if (slash != NULL && slash - text < (ptrdiff_t)sizeof(first)) {
		memcpy(first, text, (size_t)(slash - text));
		if (parse_bits(first, V4_BITS, v4) && *v4 > 0 &&
		    parse_bits(slash + 1, V6_BITS, v6) && *v6 > 0)
			return 0;
	}
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "prefix needs bits of IPv4 (1 to 32) and of IPv6 (1 to 128), as "
	    "32/64, not '%s'",
	    text);
}

int
read_per_source(const struct use *use)
{
	static const struct directive limits = { .name = "per_source",
		.form = FORM_NUMBER,
		.min = 1,
		.max = SETTINGS_MAX_CONNECTIONS,
		.or_none = true };
	struct admission_settings *admission = &use->service->admission;
	unsigned v4 = V4_BITS, v6 = SOURCE_BITS_V6;
	int64_t most;

	if (use_number(use, 1, &limits, &most) == -1)
		return -1;
	if (use->count > 2 && strcmp(use->words[2].text, "prefix") != 0)
		return use_too_much(use, 2);
	if (use->count == 3)
		return use_fail(use, 2, PF_DIRECTIVE_VALUE,
		    "prefix needs a value");
	if (use->count > 4)
		return use_too_much(use, 4);
	if (use->count == 4 && read_prefix(use, 3, &v4, &v6) == -1)
		return -1;
	admission->per_source = (unsigned)most;
	admission->source_bits = v4;
	admission->source_bits_v6 = v6;
	return 0;
}

/* "20/s" */
static int
read_per_second(const struct use *use, int64_t *rate)
{
	static const struct directive limits = { .name = "rate",
		.form = FORM_NUMBER,
		.max = SETTINGS_MAX_CONNECTIONS };
	const char *text = use->words[1].text;
	char number[16];
	size_t length = strlen(text);
	struct word words[2] = { use->words[0],
		{ number, use->words[1].position } };
	struct use part = *use;

	if (length < 3 || length > sizeof(number) + 1 ||
	    strcmp(text + length - 2, "/s") != 0)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "rate needs a number a second, as 20/s, not '%s'", text);
	memcpy(number, text, length - 2);
	number[length - 2] = '\0';
	part.words = words;
	return use_number(&part, 1, &limits, rate);
}

int
read_rate(const struct use *use)
{
	static const struct directive limits = { .name = "burst",
		.form = FORM_NUMBER,
		.min = 1,
		.max = SETTINGS_MAX_CONNECTIONS };
	struct admission_settings *admission = &use->service->admission;
	int64_t rate, burst;

	if (read_per_second(use, &rate) == -1)
		return -1;
	burst = rate;
	if (use->count > 2 && strcmp(use->words[2].text, "burst") != 0)
		return use_too_much(use, 2);
	if (use->count == 3)
		return use_fail(use, 2, PF_DIRECTIVE_VALUE,
		    "burst needs a value");
	if (use->count > 4)
		return use_too_much(use, 4);
	if (use->count == 4 && use_number(use, 3, &limits, &burst) == -1)
		return -1;
	admission->rate = (unsigned)rate;
	admission->burst = (unsigned)burst;
	return 0;
}

void
write_network(const struct writing *w, const struct network *network)
{
	char host[INET6_ADDRSTRLEN] = "", text[NETWORK_BYTES];

	if (network->family == AF_UNSPEC || network->family == AF_UNIX) {
		write_word(w, network->family == AF_UNIX ? "unix" : "all");
		return;
	}
	(void)inet_ntop(network->family, network->address, host, sizeof(host));
	(void)snprintf(text, sizeof(text), "%s/%u", host, network->bits);
	write_word(w, text);
}

/* Those of deny too: between them the order counts. */
void
write_allow(const struct writing *w)
{
	const struct admission_settings *admission = &w->service->admission;
	struct writing line = *w;
	size_t i;

	for (i = 0; i < admission->rule_count; i++) {
		line.directive =
		    directive_find(admission->rules[i].allow ? "allow" :
							       "deny");
		write_begin(&line);
		write_network(&line, &admission->rules[i].network);
		write_end(&line);
	}
}

void
write_deny(const struct writing *w)
{
	(void)w;
}

void
write_per_source(const struct writing *w)
{
	const struct admission_settings *admission = &w->service->admission;
	char bits[32];

	/* Without a limit the prefix still says what a source of rate is. */
	if (admission->source_bits == 0)
		return;
	write_begin(w);
	write_quantity(w, QUANTITY_NUMBER, admission->per_source);
	write_word(w, "prefix");
	(void)snprintf(bits, sizeof(bits), "%u/%u", admission->source_bits,
	    admission->source_bits_v6);
	write_word(w, bits);
	write_end(w);
}

void
write_rate(const struct writing *w)
{
	const struct admission_settings *admission = &w->service->admission;
	char text[32];

	if (admission->rate == 0)
		return;
	write_begin(w);
	(void)snprintf(text, sizeof(text), "%u/s", admission->rate);
	write_word(w, text);
	write_word(w, "burst");
	write_quantity(w, QUANTITY_NUMBER, admission->burst);
	write_end(w);
}
