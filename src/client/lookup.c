/*
 * The verb lookup: the addresses of a name.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/command.h"
#include "base/json.h"
#include "client/options.h"

/* Of all addresses together. */
#define TEXT_BYTES 32768

/* They may have come twice. */
static bool
is_new(const struct addrinfo *first, const struct addrinfo *item)
{
	for (; first != item; first = first->ai_next)
		if (first->ai_addrlen == item->ai_addrlen &&
		    memcmp(first->ai_addr, item->ai_addr, item->ai_addrlen) ==
			0)
			return false;
	return true;
}

static int
print(const struct options *options, const struct addrinfo *found)
{
	static char text[TEXT_BYTES];
	const struct addrinfo *next;
	char address[NI_MAXHOST];
	struct json json;

	json_begin(&json, text, sizeof(text));
	json_open(&json, NULL, '{');
	json_text(&json, "name", options->words[0]);
	json_open(&json, "addresses", '[');
	for (next = found; next != NULL; next = next->ai_next) {
		if (!is_new(found, next) ||
		    getnameinfo(next->ai_addr, next->ai_addrlen, address,
			sizeof(address), NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		json_text(&json, NULL, address);
		if (!options->json)
			(void)printf("%s\n", address);
	}
	json_close(&json, ']');
	json_close(&json, '}');
	if (options->json)
		(void)printf("%s\n", text);
	return 0;
}

int
run_lookup(const struct options *options)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	struct error e;
	int error = getaddrinfo(options->words[0], NULL, &hints, &found);

	if (error != 0) {
		(void)error_set(&e, PF_CLIENT_HOST, "%s: %s", options->words[0],
		    error == EAI_SYSTEM ? strerror(errno) :
					  gai_strerror(error));
		return command_fail_with(&e);
	}
	error = print(options, found);
	freeaddrinfo(found);
	return error;
}
