/*
 * One client: it rests, connects, talks as its kind does, ends, and begins
 * anew.  It never waits; the swarm calls it when its descriptor is ready or
 * its time has come.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_CLIENT_H
#define NEMESIS_CLIENT_H

#include <sys/socket.h>

#include "dice.h"
#include "history.h"

#define GREETING_BYTES 23

struct address {
	const char *name;
	struct sockaddr_storage socket;
	socklen_t bytes;
};

enum client_end {
	END_SHUT,  /* half-close, and wait for the end of data */
	END_CLOSE, /* close when all has come back */
	END_LEAVE, /* close at some point */
	END_RESET, /* reset at some point */
	END_DOOM,  /* ask the worker to die */
};

/* How a client talks: rounds of so many bytes, each answered before the next
 * one is sent unless it is eager, with pauses between. */
struct kind {
	const char *name;
	unsigned weight;
	unsigned rounds[2], bytes[2], pause_ms[2]; /* least, most */
	bool eager;
	bool is_calm; /* short, and does not harm its worker */
	enum client_end end;
	const char *deeds; /* one of them is asked for; see witness.c */
};

extern const struct kind client_kinds[]; /* the last one has no name */

enum client_state {
	CLIENT_RESTING,
	CLIENT_CONNECTING,
	CLIENT_TALKING,
};

struct client {
	enum client_state state;
	int fd;
	int64_t wake_ms; /* nothing to do before; of a rest or a pause */
	short wants;	 /* what to poll for; 0: nothing but the time */
	struct dice dice;
	const struct kind *kind;
	uint64_t unit;	/* bytes of a round */
	uint64_t leave; /* bytes after which to leave */
	bool deed_sent, shut;
	char greeting[GREETING_BYTES + 1];
	unsigned greeted;
	struct history history;
};

/* Begin a connection of this kind; `id` makes its bytes. */
void client_begin(struct client *client, const struct kind *kind,
    const struct address *address, uint64_t id, int64_t now_ms);
/* Go on as far as possible.  True: the connection is over and its history
 * complete; its state is CLIENT_RESTING again. */
bool client_advance(struct client *client, int64_t now_ms);
/* It is over, whatever it was doing. */
void client_end(struct client *client, enum outcome outcome, int error,
    int64_t now_ms);

#endif
