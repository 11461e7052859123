/*
 * Any bytes as a configuration.  What is promised: it ends; it either holds or
 * is complained of; what holds is printed so that it reads back as the same
 * text; and CR before each LF changes nothing.
 * Runs in: a fuzzer, a test.
 */
#include "config.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/file.h"
#include "config/print.h"
#include "fuzz.h"

/* What became of a text. */
struct outcome {
	char *text; /* NULL: it does not hold */
	struct complaints complaints;
};

/* Stands before that of the C library: nobody is asked over the network. */
int
getaddrinfo(const char *restrict host, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	int (*original)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	struct addrinfo numeric = *hints;
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

	memcpy(&original, &symbol, sizeof(original));
	numeric.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
	return original(host, service, &numeric, found);
}

static void
require(int good, const char *promise, const char *text)
{
	if (good)
		return;
	(void)fprintf(stderr, "broken: %s\n%s\n", promise, text);
	abort();
}

static void
read_text(const char *bytes, size_t size, struct outcome *outcome)
{
	struct settings *settings = settings_new(0);

	require(settings != NULL, "memory", "");
	outcome->text = NULL;
	outcome->complaints.count = 0;
	if (file_read_text(settings, "c", bytes, size, &outcome->complaints) ==
	    0)
		outcome->text = settings_text(settings, SETTINGS_FOR_PEOPLE);
	settings_unref(settings);
	require((outcome->text != NULL) == (outcome->complaints.count == 0),
	    "it holds or is complained of", "");
}

static void
check_printed(const char *text)
{
	struct outcome again;

	read_text(text, strlen(text), &again);
	if (again.text == NULL)
		require(0, again.complaints.items[0].error.text, text);
	require(strcmp(text, again.text) == 0, "it reads back", text);
	free(again.text);
}

static int
is_same(const struct complaints *one, const struct complaints *other)
{
	unsigned i;

	if (one->count != other->count)
		return 0;
	for (i = 0; i < one->count && i < COMPLAINTS_MAX; i++)
		if (one->items[i].error.id != other->items[i].error.id ||
		    strcmp(one->items[i].place, other->items[i].place) != 0)
			return 0;
	return 1;
}

/* With a CR before each LF that has none. */
static char *
with_returns(const uint8_t *data, size_t size, size_t *grown)
{
	char *text = malloc(2 * size + 1);
	size_t i;

	require(text != NULL, "memory", "");
	*grown = 0;
	for (i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			text[(*grown)++] = '\r';
		text[(*grown)++] = (char)data[i];
	}
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome plain, returns;
	size_t grown;
	char *text = with_returns(data, size, &grown);

	read_text((const char *)data, size, &plain);
	read_text(text, grown, &returns);
	free(text);
	require(is_same(&plain.complaints, &returns.complaints), "CR LF is LF",
	    "");
	if (plain.text != NULL) {
		require(strcmp(plain.text, returns.text) == 0, "CR LF is LF",
		    plain.text);
		check_printed(plain.text);
	}
	free(plain.text);
	free(returns.text);
	return 0;
}
