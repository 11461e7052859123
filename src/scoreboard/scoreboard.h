/*
 * The scoreboard as an object: created once by the master, inherited by all.
 * Runs in: master.
 */
#ifndef PREFORK_SCOREBOARD_SCOREBOARD_H
#define PREFORK_SCOREBOARD_SCOREBOARD_H

#include <stddef.h>

#include "scoreboard/layout.h"

/* More workers than this, of all generations together, cannot be. */
#define SCOREBOARD_MAX_SLOTS 16384

struct scoreboard {
	int fd; /* unlinked shared memory object; close-on-exec */
	size_t bytes;
	unsigned slots;
	struct scoreboard_header *header;
	struct scoreboard_slot *slot;
	struct scoreboard_tally *tally; /* one for each slot */
};

/* Pages are used only once touched, so ask for the limit. -1 with errno. */
int scoreboard_open(struct scoreboard *board, unsigned slots);
/* Say once more what it is, before another image looks: a worker may have
 * written there. */
void scoreboard_stamp(const struct scoreboard *board);
/* Take over the board of the process image before us.  -1 with errno, EINVAL
 * when it is not of this version; then fd is still the caller's. */
int scoreboard_adopt(struct scoreboard *board, int fd, unsigned slots);
void scoreboard_close(struct scoreboard *board);
/* In a child: of the tallies only that of `index` stays, or none if there is
 * no such slot.  They are 64 MB of addresses, which would count for its limit
 * of these. */
void scoreboard_keep(struct scoreboard *board, unsigned index);
/* The same in every process of ours for services of one name, never 0. */
uint64_t scoreboard_service_id(const char *name);
/* Give `index` to a new worker of `generation`: all fields zero, orders as
 * given, state SLOT_STARTING. */
void scoreboard_assign(struct scoreboard *board, unsigned index,
    uint32_t generation, uint32_t orders);
/* Whose connections it counts; after scoreboard_assign. */
void scoreboard_name(struct scoreboard *board, unsigned index,
    const char *service);
/* Its worker is dead, and holds no claim any more; what it counted has been
 * taken. */
void scoreboard_release(struct scoreboard *board, unsigned index);
/* Add ORDER_ bits. */
void scoreboard_order(struct scoreboard *board, unsigned index,
    uint32_t orders);
/* A message is in the worker's channel.  Call after sending it. */
void scoreboard_mail(struct scoreboard *board, unsigned index);

#endif
