/*
 * Copy a slot and distrust it.  Runs in: master.
 */
#include "config.h"

#include <sys/socket.h>

#include <string.h>

#include "scoreboard/census.h"

static void
make_printable(char *text, size_t bytes)
{
	size_t i;

	text[bytes - 1] = '\0';
	for (i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?';
}

void
census_read(const struct scoreboard_slot *slot, struct census *out)
{
	uint32_t state = atomic_load(&slot->state);
	unsigned i;

	memset(out, 0, sizeof(*out));
	out->state = state < SLOT_STATES ? (enum slot_state)state : SLOT_FREE;
	out->generation = atomic_load(&slot->generation);
	out->accepted = atomic_load(&slot->accepted);
	out->closed = atomic_load(&slot->closed);
	if (out->closed > out->accepted)
		out->closed = out->accepted;
	out->failed = atomic_load(&slot->failed);
	out->timeouts = atomic_load(&slot->timeouts);
	out->shortages = atomic_load(&slot->shortages);
	for (i = 0; i < SCOREBOARD_REFUSALS - 1; i++)
		out->refused[i] = atomic_load(&slot->refused[i]);
	out->refused[i] = atomic_load(&slot->refused_last);
	out->since_ms = atomic_load(&slot->since_ms);
	out->active_ms = atomic_load(&slot->active_ms);
	if (out->state == SLOT_BUSY)
		out->client = slot->client;
	if (out->client.family != AF_INET && out->client.family != AF_INET6 &&
	    out->client.family != AF_UNIX)
		memset(&out->client, 0, sizeof(out->client));
	memcpy(out->note, slot->note, sizeof(out->note));
	make_printable(out->note, sizeof(out->note));
}
