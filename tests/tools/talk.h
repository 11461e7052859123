/*
 * The parts of talk, the client of the tests: a script is a list of steps, a
 * client is one connection that walks through it.  No part of it knows
 * libprefork, so that a defect there cannot hide itself here.
 * Runs in: talk.
 */
#ifndef TALK_H
#define TALK_H

#include <sys/socket.h>
#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What talk exits with; 0 is that all went as the script says. */
enum talk_exit {
	TALK_FAILED = 1,
	TALK_REFUSED = 2,
	TALK_MISMATCH = 3,
	TALK_RESET = 4,
	TALK_EARLY = 5,
	TALK_USAGE = 64,
	TALK_TIMEOUT = 124,
};

enum step_kind {
	STEP_CONNECT,
	STEP_SEND,
	STEP_EXPECT,
	STEP_EOF,
	STEP_RESET_EXPECTED,
	STEP_GONE,
	STEP_PRINT,
	STEP_SHUT,
	STEP_CLOSE,
	STEP_RESET,
	STEP_PORT,
	STEP_BULK,
	/* From here on: once, when all connections have come to it. */
	STEP_SAY,
	STEP_WAIT,
	STEP_END,
};

struct step {
	enum step_kind kind;
	const char *word;
	const char *argument;
	char *data;
	size_t bytes;
	uint64_t seed;
};

struct script {
	struct step *steps;
	size_t count;
};

/* A pseudo-random stream of bytes. */
struct noise {
	uint64_t state;
	uint64_t word;
	unsigned left;
};

struct client {
	unsigned number;
	int fd;
	size_t step;
	/* Of the step: bytes sent, bytes received. */
	size_t sent;
	size_t got;
	bool connecting;
	/* What to poll for; 0 at a step that all do together, and when a
	 * connect() is to be tried again. */
	short wants;
	struct noise out;
	struct noise in;
	/* Of bulk: what is made, and how much of it is sent. */
	size_t made;
	size_t made_sent;
	unsigned char outgoing[8192];
	unsigned char incoming[8192];
};

struct address {
	struct sockaddr_storage socket;
	socklen_t bytes;
	const struct address *from; /* NULL: any */
};

/* Both exit with a reason when their text makes no sense. */
void script_parse(struct script *, char **words, int count);
void address_parse(struct address *, const char *text);
void script_free(struct script *);

/* Walks on until the client has to wait for its peer or for the others;
 * exits with a reason at the first thing that is not as the script says. */
void client_walk(struct client *, const struct script *,
    const struct address *);
/* Begins a connect(); 0, or an errno. */
int client_connect(struct client *, const struct address *);
/* The outcome of one that was begun: 0, or an errno. */
int client_connected(struct client *);
void client_close(struct client *);

/* Of the step: bytes sent; 0 when it would block. */
size_t client_send(struct client *, const struct step *, const void *data,
    size_t bytes);
/* Bytes received into incoming, 0 for the end, -1 when it would block. */
ssize_t client_receive(struct client *, const struct step *, size_t bytes);
/* True when the step is done. */
bool client_bulk(struct client *, const struct step *);
_Noreturn void client_fail(const struct client *, const struct step *,
    enum talk_exit, const char *what);
/* For an end of data that came too early. */
_Noreturn void client_fail_end(const struct client *, const struct step *);

/* Says why on standard error and exits; client may be NULL. */
_Noreturn void talk_fail(enum talk_exit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
