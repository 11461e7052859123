/*
 * PROXY headers: each is read rightly, and reads the same wherever it is cut
 * and whatever follows.
 */
#include "config.h"

#include "admission/proxy.h"
#include "admission_proxy_vectors.h"
#include "listener/endpoint.h"
#include "rig.h"
#include "tap.h"

#define TAIL "GET"
#define ROOM (PROXY_MAX_BYTES + 65536)

static uint8_t text[ROOM];

/* With the tail; its length without. */
static size_t
spell(const struct vector *v)
{
	size_t length = v->count + v->more;

	memset(text, 0, sizeof(text));
	memcpy(text, v->bytes, v->count);
	memcpy(text + length, TAIL, sizeof(TAIL) - 1);
	return length;
}

static int
is_end(const struct proxy_end *end, const char *good)
{
	char got[ENDPOINT_TEXT_BYTES];

	endpoint_format((const struct sockaddr *)&end->address, end->length,
	    got, sizeof(got));
	if (strcmp(got, good) == 0)
		return 1;
	printf("# got %s, expected %s\n", got, good);
	return 0;
}

static int
is_read(const struct vector *v, enum proxy_answer answer,
    const struct proxy_header *header, size_t length)
{
	if (v->reason != NULL)
		return answer == PROXY_BAD &&
		    strcmp(header->reason, v->reason) == 0;
	if (answer != PROXY_DONE || header->bytes != length ||
	    header->is_own != (v->peer == NULL))
		return 0;
	return header->is_own ||
	    (is_end(&header->peer, v->peer) &&
		is_end(&header->local, v->local));
}

static void
describe(enum proxy_answer answer, const struct proxy_header *header)
{
	printf("# %s, %zu bytes, %s\n", proxy_answer_name(answer),
	    header->bytes, header->reason != NULL ? header->reason : "");
}

static void
test_whole(const struct vector *v)
{
	size_t length = spell(v);
	struct proxy_header header;
	enum proxy_answer answer = proxy_parse(text, length, &header);

	if (!ok(is_read(v, answer, &header, length), "%s", v->what))
		describe(answer, &header);
	answer = proxy_parse(text, length + sizeof(TAIL) - 1, &header);
	if (!ok(is_read(v, answer, &header, length), "%s, more behind",
		v->what))
		describe(answer, &header);
}

/* What it may say of the first `cut` bytes.  `was_bad`: fewer were. */
static int
is_consistent(const struct vector *v, size_t cut, size_t length, int was_bad)
{
	/* Exactly as large, so that a sanitizer sees what is read behind. */
	uint8_t *copy = malloc(cut > 0 ? cut : 1);
	struct proxy_header header;
	enum proxy_answer answer;

	if (copy == NULL)
		return 0;
	memcpy(copy, text, cut);
	answer = proxy_parse(copy, cut, &header);
	free(copy);
	switch (answer) {
	case PROXY_MORE:
		return !was_bad && cut < length && header.bytes > cut &&
		    (v->reason != NULL || header.bytes <= length);
	case PROXY_BAD:
		return v->reason != NULL &&
		    strcmp(header.reason, v->reason) == 0;
	default:
		return v->reason == NULL && cut >= length;
	}
}

static int
is_bad_at(size_t cut)
{
	struct proxy_header header;

	return proxy_parse(text, cut, &header) == PROXY_BAD;
}

static void
test_cuts(const struct vector *v)
{
	size_t cut, length = spell(v), end = length + sizeof(TAIL) - 1;
	int was_bad = 0;

	/* A bad one says so at the latest when it is whole. */
	for (cut = 0; cut <= end; cut++) {
		if (!is_consistent(v, cut, v->reason != NULL ? end : length,
			was_bad))
			break;
		was_bad = was_bad || is_bad_at(cut);
	}
	if (!ok(cut > end, "%s, cut at every byte", v->what))
		printf("# cut at %zu\n", cut);
}

int
main(void)
{
	size_t i;

	(void)alarm(RIG_DEADLINE_S);
	ok(VECTORS >= 70, "there are %zu headers", VECTORS);
	for (i = 0; i < VECTORS; i++) {
		test_whole(&vectors[i]);
		test_cuts(&vectors[i]);
	}
	return tap_done();
}
