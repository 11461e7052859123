/*
 * The directive proxy.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "config/readers.h"
#include "config/writers.h"

static int
read_trusted(const struct use *use, size_t index, struct network *network)
{
	if (read_network(use, index, network) == -1)
		return -1;
	if (network->family != AF_UNSPEC)
		return 0;
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "proxy from all would believe anybody; name the networks");
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
	struct network *networks;
	size_t i;

	if (check_words(use) == -1)
		return -1;
	networks =
	    realloc(proxy->networks, (use->count - 3) * sizeof(*networks));
	if (networks == NULL)
		return use_fail(use, 0, PF_SYSCALL, "no memory");
	*proxy = (struct proxy_settings) { .networks = networks };
	for (i = 3; i < use->count; i++) {
		if (read_trusted(use, i, &networks[i - 3]) == -1)
			return -1;
		proxy->network_count++;
	}
	return 0;
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
	write_end(w);
}
