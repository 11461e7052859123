/*
 * Reading the scoreboard: every field is copied out and checked, for a worker
 * may have written anything.  Runs in: master.
 */
#ifndef PREFORK_SCOREBOARD_CENSUS_H
#define PREFORK_SCOREBOARD_CENSUS_H

#include "scoreboard/layout.h"

struct census {
	enum slot_state state; /* SLOT_FREE for nonsense */
	uint32_t generation;
	uint64_t accepted;
	uint64_t closed;
	uint64_t failed;
	uint64_t timeouts;
	uint64_t shortages;
	uint64_t refused[SCOREBOARD_REFUSALS];
	int64_t since_ms;
	int64_t active_ms;
	struct slot_client client;	  /* family 0 unless BUSY */
	char note[SCOREBOARD_NOTE_BYTES]; /* terminated, printable */
};

void census_read(const struct scoreboard_slot *slot, struct census *out);

#endif
