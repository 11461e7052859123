/*
 * Compiling rules to ranges.  Networks are nested or apart, never across each
 * other, so one pass over them in the order of their addresses, with a stack
 * of those that are open, sees where the decision changes.
 * Runs in: master; worker.
 */
#include "config.h"

#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include "admission/rules.h"

/* An address as a number; of IPv4 only `low` has a value. */
struct key {
	uint64_t high, low;
};

/* From here to the next one. */
struct range {
	struct key from;
	bool allow;
};

struct table {
	struct range *ranges; /* the first begins at 0 */
	size_t count;
};

struct rules {
	struct table v4, v6;
	bool allow_unix;
};

/* A network that is open while the ranges are made, and which rule wins in it:
 * the earliest of its own and of those around it. */
struct span {
	struct key first, last;
	size_t rule;
	bool allow;
};

/* Of one family. */
struct compiler {
	sa_family_t family;
	struct span *spans, *stack; /* stack[0] is what holds without a rule */
	size_t span_count, depth;
	struct table *table;
};

static int
compare(const struct key *a, const struct key *b)
{
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return 0;
}

static uint64_t
number_of(const uint8_t *bytes, unsigned count)
{
	uint64_t number = 0;
	unsigned i;

	for (i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

static struct key
key_of(sa_family_t family, const uint8_t *address)
{
	if (family == AF_INET)
		return (struct key) { 0, number_of(address, 4) };
	return (struct key) { number_of(address, 8),
		number_of(address + 8, 8) };
}

/* All ones behind the first `bits` of 64. */
static uint64_t
ones_behind(unsigned bits)
{
	return bits >= 64 ? 0 : UINT64_MAX >> bits;
}

static struct key
last_of(const struct compiler *c, struct key first, unsigned bits)
{
	if (c->family == AF_INET) {
		first.low |= ones_behind(bits + 32);
		return first;
	}
	first.high |= ones_behind(bits);
	first.low |= ones_behind(bits > 64 ? bits - 64 : 0);
	return first;
}

static struct key
behind(struct key key)
{
	key.low++;
	key.high += key.low == 0;
	return key;
}

static void
collect(struct compiler *c, const struct admission_rule *list, size_t count)
{
	const struct network *network;
	struct span *span;
	size_t i;

	for (i = 0; i < count; i++) {
		network = &list[i].network;
		if (network->family != c->family &&
		    network->family != AF_UNSPEC)
			continue;
		/* Of "all" address and bits are 0. */
		span = &c->spans[c->span_count++];
		span->first = key_of(c->family, network->address);
		span->last = last_of(c, span->first, network->bits);
		span->rule = i;
		span->allow = list[i].allow;
	}
}

/* Outer ones first, and of equal ones the first. */
static int
by_place(const void *one, const void *other)
{
	const struct span *a = one, *b = other;
	int order = compare(&a->first, &b->first);

	if (order == 0)
		order = compare(&b->last, &a->last);
	if (order == 0)
		order = (a->rule > b->rule) - (a->rule < b->rule);
	return order;
}

/* What is on top of the stack holds from here on. */
static void
emit(struct compiler *c, struct key from)
{
	struct table *table = c->table;
	bool allow = c->stack[c->depth - 1].allow;

	if (table->count > 0 &&
	    compare(&table->ranges[table->count - 1].from, &from) == 0)
		table->count--;
	if (table->count > 0 && table->ranges[table->count - 1].allow == allow)
		return;
	table->ranges[table->count++] = (struct range) { from, allow };
}

/* Spans that ended before `key`; NULL: all that end before the last address. */
static void
close_spans(struct compiler *c, const struct key *key)
{
	const struct key *end = &c->stack[0].last;
	struct key last;

	while (c->depth > 1) {
		last = c->stack[c->depth - 1].last;
		if (compare(&last, end) == 0 ||
		    (key != NULL && compare(&last, key) >= 0))
			return;
		c->depth--;
		emit(c, behind(last));
	}
}

static void
open_span(struct compiler *c, const struct span *span)
{
	const struct span *around = &c->stack[c->depth - 1];
	struct span *top = &c->stack[c->depth++];

	*top = *span;
	if (around->rule < span->rule) {
		top->rule = around->rule;
		top->allow = around->allow;
	}
	emit(c, span->first);
}

static int
compile(struct compiler *c, const struct admission_rule *list, size_t count,
    bool rest)
{
	size_t i;

	c->spans = calloc(count + 1, sizeof(*c->spans));
	c->stack = calloc(count + 1, sizeof(*c->stack));
	/* Each begins one and ends one. */
	c->table->ranges = calloc(2 * count + 1, sizeof(*c->table->ranges));
	if (c->spans == NULL || c->stack == NULL || c->table->ranges == NULL)
		return -1;
	collect(c, list, count);
	qsort(c->spans, c->span_count, sizeof(*c->spans), by_place);
	c->stack[0] = (struct span) { .rule = SIZE_MAX, .allow = rest };
	c->stack[0].last = last_of(c, c->stack[0].first, 0);
	c->depth = 1;
	emit(c, c->stack[0].first);
	for (i = 0; i < c->span_count; i++) {
		close_spans(c, &c->spans[i].first);
		open_span(c, &c->spans[i]);
	}
	close_spans(c, NULL);
	return 0;
}

static int
fill(struct table *table, sa_family_t family, const struct admission_rule *list,
    size_t count, bool rest)
{
	struct compiler c = { .family = family, .table = table };
	int result = compile(&c, list, count, rest);

	free(c.spans);
	free(c.stack);
	return result;
}

static bool
allows_unix(const struct admission_rule *list, size_t count, bool rest)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].network.family == AF_UNIX ||
		    list[i].network.family == AF_UNSPEC)
			return list[i].allow;
	return rest;
}

struct rules *
rules_new(const struct admission_rule *list, size_t count)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	bool rest = true;
	size_t i;

	if (rules == NULL)
		return NULL;
	for (i = 0; i < count; i++)
		rest = rest && !list[i].allow;
	rules->allow_unix = allows_unix(list, count, rest);
	if (fill(&rules->v4, AF_INET, list, count, rest) == 0 &&
	    fill(&rules->v6, AF_INET6, list, count, rest) == 0)
		return rules;
	rules_free(rules);
	return NULL;
}

void
rules_free(struct rules *rules)
{
	if (rules == NULL)
		return;
	free(rules->v4.ranges);
	free(rules->v6.ranges);
	free(rules);
}

/* The last range that does not begin behind the key. */
static bool
look_up(const struct table *table, struct key key)
{
	size_t low = 0, high = table->count, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (compare(&table->ranges[middle].from, &key) <= 0)
			low = middle;
		else
			high = middle;
	}
	return table->ranges[low].allow;
}

static bool
is_mapped(const struct slot_client *client)
{
	struct in6_addr address;

	memcpy(&address, client->address, sizeof(address));
	return IN6_IS_ADDR_V4MAPPED(&address);
}

bool
rules_allow(const struct rules *rules, const struct slot_client *client)
{
	switch (client->family) {
	case AF_INET:
		return look_up(&rules->v4, key_of(AF_INET, client->address));
	case AF_INET6:
		if (is_mapped(client))
			return look_up(&rules->v4,
			    key_of(AF_INET, client->address + 12));
		return look_up(&rules->v6, key_of(AF_INET6, client->address));
	default:
		return rules->allow_unix;
	}
}
