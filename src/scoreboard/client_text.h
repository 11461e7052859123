/*
 * The client of a slot as text.
 * Runs in: worker, master.
 */
#ifndef PREFORK_SCOREBOARD_CLIENT_TEXT_H
#define PREFORK_SCOREBOARD_CLIENT_TEXT_H

#include "base/safe_text.h"
#include "scoreboard/layout.h"

/* "192.0.2.1:4711", "[2001:db8::1]:4711", "unix:" or "unknown".
 * Async-signal-safe. */
void client_put(struct safe_text *text, const struct slot_client *client);

#endif
