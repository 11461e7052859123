/*
 * What each connection went through, and what the nemesis did to whom: the
 * two lists that are held against each other when all is over.  Times are
 * milliseconds since the nemesis began.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_HISTORY_H
#define NEMESIS_HISTORY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_NEVER (-1)
#define HISTORY_STEPS 24

enum outcome {
	OUTCOME_OPEN,	 /* not over yet */
	OUTCOME_SERVED,	 /* all came back, and nothing else */
	OUTCOME_LEFT,	 /* by us, before all had come back */
	OUTCOME_DOOMED,	 /* had asked its own worker to die */
	OUTCOME_DENIED,	 /* refused while the daemon stops */
	OUTCOME_AGAIN,	 /* the queue was full, or we had no port */
	OUTCOME_ENDED,	 /* broken: end of data too early */
	OUTCOME_RESET,	 /* broken: reset */
	OUTCOME_REFUSED, /* broken: no connection */
	OUTCOME_GARBLED, /* broken: other bytes than expected */
	OUTCOME_LATE,	 /* broken: not over when all should be */
	OUTCOME_FAILED,	 /* broken: another error */
	OUTCOMES
};

enum step_kind {
	STEP_SENT,
	STEP_GOT,
	STEP_SHUT,
};

struct step {
	int64_t at_ms;
	enum step_kind kind;
	uint64_t bytes;
};

struct history {
	uint64_t id;
	const char *kind;
	const char *address;
	int64_t begun_ms, connected_ms, greeted_ms, ended_ms;
	pid_t pid; /* of its worker, 0 until that told */
	unsigned long version;
	uint64_t planned, sent, got;
	enum outcome outcome;
	int error;
	/* The last ones; step n is at n % HISTORY_STEPS. */
	struct step steps[HISTORY_STEPS];
	unsigned step_count;
	bool excused;
};

/* Somebody of the daemon was killed or hurt. */
struct harm {
	pid_t pid;
	int64_t at_ms;
	int64_t until_ms; /* it dies of it at the latest */
	bool used;	  /* as an excuse; nobody has two connections at once */
};

struct records {
	struct history *broken;
	size_t broken_count, broken_room;
	struct harm *harms;
	size_t harm_count, harm_room;
	/* The last that ended well, to be shown beside the broken ones. */
	struct history *recent;
	size_t recent_count;
	unsigned long ends[OUTCOMES];
	int64_t longest_wait_ms; /* from connected to greeted */
};

const char *outcome_name(enum outcome outcome);
bool outcome_is_broken(enum outcome outcome);
void history_step(struct history *history, int64_t now_ms, enum step_kind kind,
    uint64_t bytes);
void records_init(struct records *records);
void records_free(struct records *records);
/* It has ended; copied. */
void records_add(struct records *records, const struct history *history);
/* Before the blow. */
void records_harm(struct records *records, const struct harm *harm);
/* Is there a harm that could be its excuse? */
bool records_may_excuse(const struct records *records,
    const struct history *history);
/*
 * Find an excuse for each broken history: its worker was harmed.  One that
 * was cut off before it knew its worker is excused by one that was harmed
 * just then and broke no other.  The number without an excuse.
 */
size_t records_judge(struct records *records);
/* As lines that begin with "# ". */
void history_print(const struct history *history);
/* Those of `pid` that were open at `at_ms`. */
void records_print_beside(const struct records *records, pid_t pid,
    int64_t at_ms);

#endif
