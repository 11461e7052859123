/*
 * All clients, in one poll loop.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_SWARM_H
#define NEMESIS_SWARM_H

#include <poll.h>

#include "client.h"

enum swarm_mode {
	SWARM_SILENT, /* begin nothing new */
	SWARM_CALM,   /* short connections that harm nobody */
	SWARM_WILD,   /* all kinds */
};

struct swarm {
	struct client *clients;
	struct pollfd *items;
	unsigned count;
	const struct address *addresses;
	unsigned address_count;
	struct records *records;
	enum swarm_mode mode;
	unsigned rest_most_ms; /* between two connections of a client */
	bool is_stopping;      /* who is refused now does not come again */
	uint64_t seed, next_id;
	bool is_betrayed;      /* a connection broke, and nothing excuses it */
	int64_t calm_since_ms; /* waits are measured from here on */
	int64_t calm_wait_ms;  /* the longest of them */
	int64_t calm_wait_at_ms;
	unsigned long calm_version; /* the oldest that served since then */
};

void swarm_init(struct swarm *swarm, unsigned count, uint64_t seed,
    struct records *records);
void swarm_free(struct swarm *swarm);
/* Begin to measure. */
void swarm_calm_begins(struct swarm *swarm, int64_t now_ms);
/* When somebody's time has come. */
int64_t swarm_deadline(const struct swarm *swarm, int64_t now_ms);
/* Wait until then at most, and let all go on who can. */
void swarm_turn(struct swarm *swarm, int64_t deadline_ms);
/* Connections that were begun before, or of kinds that are not calm. */
unsigned swarm_open_before(const struct swarm *swarm, int64_t begun_ms);
unsigned swarm_open_wild(const struct swarm *swarm);
/* Their time is over: those that are open are broken. */
void swarm_give_up(struct swarm *swarm, int64_t now_ms);

/* Milliseconds since the first call. */
int64_t now_ms(void);

#endif
