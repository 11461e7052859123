/*
 * The worker's stores into its own slot.  Single writer, so counters are
 * load, add, store; relaxed order is enough because readers only want each
 * value whole, not their relation.
 * Runs in: worker.
 */
#include "config.h"

#include <netinet/in.h>

#include <string.h>

#include "scoreboard/slot.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define STORE(field, value) \
	atomic_store_explicit(&(field), (value), memory_order_relaxed)

uint32_t
slot_orders(const struct scoreboard_slot *slot)
{
	return LOAD(slot->orders);
}

void
slot_set_state(struct scoreboard_slot *slot, enum slot_state state,
    int64_t now_ms)
{
	STORE(slot->state, (uint32_t)state);
	STORE(slot->since_ms, now_ms);
}

void
slot_client_set(struct slot_client *client, const struct sockaddr *peer)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	client->family = (uint16_t)peer->sa_family;
	if (peer->sa_family == AF_INET) {
		memcpy(&v4, peer, sizeof(v4));
		client->port = v4.sin_port;
		memcpy(client->address, &v4.sin_addr, 4);
	} else if (peer->sa_family == AF_INET6) {
		memcpy(&v6, peer, sizeof(v6));
		client->port = v6.sin6_port;
		memcpy(client->address, &v6.sin6_addr, 16);
	}
}

void
slot_await(struct scoreboard_slot *slot, const struct sockaddr *peer,
    int64_t now_ms)
{
	slot_client_set(&slot->client, peer);
	STORE(slot->active_ms, now_ms);
	slot_set_state(slot, SLOT_BUSY, now_ms);
}

void
slot_begin(struct scoreboard_slot *slot, const struct sockaddr *peer,
    int64_t now_ms)
{
	STORE(slot->accepted, LOAD(slot->accepted) + 1);
	slot_await(slot, peer, now_ms);
}

void
slot_active(struct scoreboard_slot *slot, int64_t now_ms)
{
	STORE(slot->active_ms, now_ms);
}

void
slot_count_timeout(struct scoreboard_slot *slot)
{
	STORE(slot->timeouts, LOAD(slot->timeouts) + 1);
}

void
slot_end(struct scoreboard_slot *slot, int failed, int64_t now_ms)
{
	if (failed)
		STORE(slot->failed, LOAD(slot->failed) + 1);
	STORE(slot->closed, LOAD(slot->closed) + 1);
	if (slot->note[0] != '\0')
		slot->note[0] = '\0';
	atomic_store_explicit(&slot->claim, (uint32_t)CLAIM_NONE,
	    memory_order_release);
	slot_set_state(slot, SLOT_IDLE, now_ms);
}

void
slot_note(struct scoreboard_slot *slot, const char *note)
{
	size_t length = strlen(note);

	if (length > SCOREBOARD_NOTE_BYTES - 1)
		length = SCOREBOARD_NOTE_BYTES - 1;
	memcpy(slot->note, note, length);
	slot->note[length] = '\0';
}

void
slot_count_shortage(struct scoreboard_slot *slot)
{
	STORE(slot->shortages, LOAD(slot->shortages) + 1);
}

void
slot_count_refusal(struct scoreboard_slot *slot, unsigned why)
{
	_Atomic uint64_t *count = why < SCOREBOARD_REFUSALS - 1 ?
	    &slot->refused[why] :
	    &slot->refused_last;

	STORE(*count, LOAD(*count) + 1);
}

uint64_t
slot_accepted(const struct scoreboard_slot *slot)
{
	return LOAD(slot->accepted);
}

const char *
slot_state_name(enum slot_state state)
{
	static const char *const names[SLOT_STATES] = { "free", "starting",
		"idle", "busy", "draining" };

	return (unsigned)state < SLOT_STATES ? names[state] : "unknown";
}
