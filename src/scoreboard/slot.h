/*
 * What a worker does with its own slot: plain stores, no system call.
 * Runs in: worker.
 */
#ifndef PREFORK_SCOREBOARD_SLOT_H
#define PREFORK_SCOREBOARD_SLOT_H

#include <sys/socket.h>

#include "scoreboard/layout.h"

/* The master's order word, one relaxed load. */
uint32_t slot_orders(const struct scoreboard_slot *slot);
void slot_set_state(struct scoreboard_slot *slot, enum slot_state state,
    int64_t now_ms);
/* The address of `peer`, as far as slots know it. */
void slot_client_set(struct slot_client *client, const struct sockaddr *peer);
/* A connection begins. */
void slot_begin(struct scoreboard_slot *slot, const struct sockaddr *peer,
    int64_t now_ms);
/* A client may become one: it is not counted yet.  slot_begin follows, or
 * SLOT_IDLE. */
void slot_await(struct scoreboard_slot *slot, const struct sockaddr *peer,
    int64_t now_ms);
/* Its last sign of progress. */
void slot_active(struct scoreboard_slot *slot, int64_t now_ms);
/* A limit of time ended it, or a call of its handler. */
void slot_count_timeout(struct scoreboard_slot *slot);
/* It ended; `failed` as the handler said.  Its claim is given up. */
void slot_end(struct scoreboard_slot *slot, int failed, int64_t now_ms);
/* Cut at SCOREBOARD_NOTE_BYTES - 1. */
void slot_note(struct scoreboard_slot *slot, const char *note);
void slot_count_shortage(struct scoreboard_slot *slot);
/* A connection was closed before its handler saw it; `why` is below
 * SCOREBOARD_REFUSALS. */
void slot_count_refusal(struct scoreboard_slot *slot, unsigned why);
uint64_t slot_accepted(const struct scoreboard_slot *slot);
const char *slot_state_name(enum slot_state state);

#endif
