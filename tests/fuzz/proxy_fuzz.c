/*
 * Any bytes as the begin of a connection.  What is promised: the answer is the
 * same wherever they are cut, never about bytes that are not there, and what
 * is read can be shown.
 * Runs in: a fuzzer, a test.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admission/proxy.h"
#include "fuzz.h"
#include "listener/endpoint.h"

static void
require(int good, const char *promise)
{
	if (good)
		return;
	(void)fprintf(stderr, "broken: %s\n", promise);
	abort();
}

static void
check_end(const struct proxy_end *end)
{
	char text[ENDPOINT_TEXT_BYTES] = "";

	require(end->length <= sizeof(end->address), "an address has room");
	endpoint_format((const struct sockaddr *)&end->address, end->length,
	    text, sizeof(text));
	require(text[0] != '\0' && strcmp(text, "unknown") != 0,
	    "an address can be shown");
}

static void
check_header(enum proxy_answer answer, const struct proxy_header *header,
    size_t size)
{
	switch (answer) {
	case PROXY_MORE:
		require(header->bytes > size, "more is more");
		require(header->bytes <= PROXY_MAX_BYTES, "there is an end");
		break;
	case PROXY_BAD:
		require(header->reason != NULL, "there is a reason");
		break;
	case PROXY_DONE:
		require(header->bytes >= PROXY_MIN_BYTES &&
			header->bytes <= size,
		    "a header is what is there");
		if (header->is_own)
			break;
		check_end(&header->peer);
		check_end(&header->local);
		break;
	}
}

/* Whatever is asked for is among the header's own bytes. */
static void
check_fields(const uint8_t *data, const struct proxy_header *header)
{
	const uint8_t *field;
	size_t length;
	unsigned type;

	for (type = 0; type <= UINT8_MAX; type++) {
		field = proxy_find_field(header, type, &length);
		require(field == NULL ||
			(field > data && length <= header->bytes &&
			    field + length <= data + header->bytes),
		    "a field is of the header");
	}
}

static int
is_same(const struct proxy_header *one, const struct proxy_header *other)
{
	return one->bytes == other->bytes && one->reason == other->reason &&
	    one->is_own == other->is_own;
}

/* What holds of all the bytes, of fewer: the same, or "more" and why not. */
static void
check_cut(const uint8_t *data, size_t cut, enum proxy_answer whole,
    const struct proxy_header *all)
{
	struct proxy_header header;
	/* Exactly as large, for the sanitizer. */
	uint8_t *copy = malloc(cut > 0 ? cut : 1);
	enum proxy_answer answer;

	require(copy != NULL, "memory");
	memcpy(copy, data, cut);
	answer = proxy_parse(copy, cut, &header);
	check_header(answer, &header, cut);
	if (answer == PROXY_DONE)
		check_fields(copy, &header);
	free(copy);
	if (answer == PROXY_MORE) {
		require(whole != PROXY_DONE || header.bytes <= all->bytes,
		    "at least is at most");
		return;
	}
	require(answer == whole && header.reason == all->reason,
	    "an answer holds");
	require(answer == PROXY_BAD || is_same(&header, all),
	    "a header stays the same");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_header header;
	enum proxy_answer answer;
	size_t cut,
	    count = size < 2 * PROXY_MAX_BYTES ? size : 2 * PROXY_MAX_BYTES;

	answer = proxy_parse(data, count, &header);
	check_header(answer, &header, count);
	for (cut = 0; cut <= count; cut++)
		check_cut(data, cut, answer, &header);
	return 0;
}
