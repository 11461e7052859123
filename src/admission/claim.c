/*
 * Places, counted on the scoreboard: say that you ask, count who else asks or
 * has one, and then take it or withdraw.  All loads and stores of claims are
 * sequentially consistent: of those who have a place at any moment the one
 * who said last that it asks has seen all the others.
 * Runs in: worker.
 */
#include "config.h"

#include <netinet/in.h>

#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include "admission/claim.h"

/* One that asks decides within some microseconds of its own time.  One that
 * does not is dead or stopped, and counts as if it had a place. */
#define TURNS_MAX 1000

/* Others, of the service and of the source. */
struct count {
	unsigned all, source;	      /* have a place */
	unsigned first, first_source; /* ask, and are first on the board */
	unsigned more, more_source;   /* ask, behind us */
};

enum verdict {
	TAKE,
	REFUSE,	   /* those who have a place are too many */
	WAIT,	   /* one behind us may have looked before we asked */
	STEP_BACK, /* one before us may get the last place, or be refused */
};

static void
count_others(const struct scoreboard *board, unsigned own,
    const struct claim *claim, struct count *count)
{
	unsigned i, used = atomic_load(&board->header->used);
	const struct scoreboard_slot *slot;
	uint32_t state;
	bool same;

	*count = (struct count) { 0 };
	for (i = 0; i < used && i < board->slots; i++) {
		slot = &board->slot[i];
		state = atomic_load(&slot->claim);
		if (state == CLAIM_NONE || i == own ||
		    atomic_load(&slot->service) != claim->service)
			continue;
		same = atomic_load(&slot->source) == claim->source;
		if (state != CLAIM_ASKED) {
			count->all++;
			count->source += same;
		} else if (i < own) {
			count->first++;
			count->first_source += same;
		} else {
			count->more++;
			count->more_source += same;
		}
	}
}

static bool
is_over(unsigned count, unsigned limit)
{
	return limit > 0 && count >= limit;
}

static enum refusal
refusal_at(const struct claim *claim, unsigned all, unsigned source)
{
	if (is_over(all, claim->max_connections))
		return REFUSED_FULL;
	if (claim->source != 0 && is_over(source, claim->per_source))
		return REFUSED_SOURCE;
	return REFUSALS;
}

/* *why is the reason of what is not TAKE. */
static enum verdict
judge(const struct claim *claim, const struct count *count, enum refusal *why)
{
	unsigned all = count->all, source = count->source;

	*why = refusal_at(claim, all, source);
	if (*why != REFUSALS)
		return REFUSE;
	all += count->first;
	source += count->first_source;
	*why = refusal_at(claim, all, source);
	if (*why != REFUSALS)
		return STEP_BACK;
	all += count->more;
	source += count->more_source;
	*why = refusal_at(claim, all, source);
	return *why != REFUSALS ? WAIT : TAKE;
}

/* Who has stepped back is in nobody's way, and asks anew when it may have a
 * place. */
enum refusal
claim_take(const struct scoreboard *board, unsigned own,
    const struct claim *claim)
{
	struct scoreboard_slot *slot = &board->slot[own];
	enum verdict verdict;
	enum refusal why;
	struct count count;
	bool asks = true;
	unsigned turn;

	atomic_store(&slot->source, claim->source);
	atomic_store(&slot->claim, (uint32_t)CLAIM_ASKED);
	for (turn = 1;; turn++) {
		count_others(board, own, claim, &count);
		verdict = judge(claim, &count, &why);
		if (verdict == REFUSE || (verdict == TAKE && asks))
			break;
		if (verdict != TAKE && turn >= TURNS_MAX)
			break;
		if (asks == (verdict != STEP_BACK)) {
			(void)sched_yield();
			continue;
		}
		asks = !asks;
		atomic_store(&slot->claim,
		    (uint32_t)(asks ? CLAIM_ASKED : CLAIM_NONE));
	}
	atomic_store(&slot->claim,
	    (uint32_t)(why == REFUSALS ? CLAIM_HELD : CLAIM_NONE));
	return why;
}

void
claim_give_up(const struct scoreboard *board, unsigned own)
{
	atomic_store(&board->slot[own].claim, (uint32_t)CLAIM_NONE);
}

/* Of so many bytes, as a number whose last bits are 0. */
static uint64_t
prefix_of(const uint8_t *bytes, unsigned count, unsigned bits)
{
	uint64_t number = 0;
	unsigned i;

	for (i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	if (bits >= 8 * count)
		return number;
	return number >> (8 * count - bits) << (8 * count - bits);
}

/* In IPv6 ::/8, of which no client comes. */
static uint64_t
v4_source(const uint8_t *address, unsigned bits)
{
	return UINT64_C(1) << 32 | prefix_of(address, 4, bits);
}

uint64_t
claim_source(const struct slot_client *client, unsigned v4_bits,
    unsigned v6_bits)
{
	struct in6_addr address;
	uint64_t source;

	memcpy(&address, client->address, sizeof(address));
	if (client->family == AF_INET)
		return v4_source(client->address, v4_bits);
	if (client->family != AF_INET6)
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(&address))
		return v4_source(client->address + 12, v4_bits);
	source = prefix_of(client->address, 8, v6_bits);
	if (v6_bits > 64)
		source ^= prefix_of(client->address + 8, 8, v6_bits - 64) *
		    UINT64_C(0x9e3779b97f4a7c15);
	return source != 0 ? source : 1;
}
