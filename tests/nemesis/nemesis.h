/*
 * The whole: the daemon, its clients, what befalls it, and what is promised.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_NEMESIS_H
#define NEMESIS_NEMESIS_H

#include "chronicle.h"
#include "server.h"
#include "swarm.h"
#include "watch.h"

#define REMEDIES 2048

struct nemesis;

/* What ends a misfortune, later. */
struct remedy {
	int64_t due_ms;
	void (*cure)(struct nemesis *n, long argument);
	long argument;
};

struct nemesis {
	struct server server;
	struct swarm swarm;
	struct records records;
	struct chronicle chronicle;
	uint64_t seed;
	int64_t duration_ms;
	bool small_disk; /* the log is on a file system that we may fill */
	bool posix_only;
	struct remedy remedies[REMEDIES];
	unsigned remedy_count;
	bool is_raging;	   /* misfortunes happen */
	int64_t strike_ms; /* the next one */
	uint64_t strikes;
	unsigned long version; /* of the good module that was installed last */
	bool maps_itself; /* workers run the module's file, not a copy of it */
	bool can_upgrade;
	int fifo_fd;	 /* of a module that is a FIFO; -1: none */
	int64_t late_ms; /* we were woken, at most, since it was set to 0 */
	int64_t master_still_ms; /* it was stopped, last */
	/* Who is seen and should not be, and since when. */
	pid_t suspect;
	int64_t suspect_ms;
	char disorder[256]; /* the first that was found while it raged */
};

/* nemesis.c: let everybody go on, for at most limit_ms. */
void nemesis_turn(struct nemesis *n, int64_t limit_ms);
/* Until done() says so; false: not within limit_ms. */
bool nemesis_wait(struct nemesis *n, bool (*done)(struct nemesis *n),
    int64_t limit_ms);
void nemesis_pass(struct nemesis *n, int64_t limit_ms);
/* So much longer may everything take, because the machine is slow. */
int64_t nemesis_patience(const struct nemesis *n, int64_t limit_ms);

/* misfortune.c */
void misfortune_tick(struct nemesis *n, int64_t ms);
int64_t misfortune_deadline(const struct nemesis *n);
void misfortune_later(struct nemesis *n, unsigned delay_ms,
    void (*cure)(struct nemesis *n, long argument), long argument);
/* All remedies at once, and what no remedy was for. */
void misfortune_end(struct nemesis *n);
/* Its name by its number, NULL behind the last, and how often it struck. */
const char *misfortune_name(unsigned number, unsigned long *struck);

/* A row of its table. */
struct misfortune {
	const char *name;
	unsigned weight;
	void (*strike)(struct nemesis *n, struct dice *dice);
	/* NULL: always. */
	bool (*possible)(const struct nemesis *n);
	unsigned long struck;
};

/* trouble_workers.c */
void strike_kill(struct nemesis *n, struct dice *dice);
void strike_kill_all(struct nemesis *n, struct dice *dice);
void strike_term(struct nemesis *n, struct dice *dice);
void strike_stop(struct nemesis *n, struct dice *dice);
void strike_stray(struct nemesis *n, struct dice *dice);
void strike_worker_files(struct nemesis *n, struct dice *dice);
/* Remember that what happens to it within window_ms was us. */
void trouble_harm(struct nemesis *n, pid_t pid, int64_t window_ms);
void trouble_kill(struct nemesis *n, pid_t pid, int signo);
void trouble_continue_all(struct nemesis *n);
/* Those who hung themselves. */
void trouble_kill_hung(struct nemesis *n);

/* trouble_master.c */
void strike_storm(struct nemesis *n, struct dice *dice);
void strike_barrage(struct nemesis *n, struct dice *dice);
void strike_size(struct nemesis *n, struct dice *dice);
void strike_reopen(struct nemesis *n, struct dice *dice);
void strike_drain(struct nemesis *n, struct dice *dice);
void strike_stop_master(struct nemesis *n, struct dice *dice);
void strike_master_files(struct nemesis *n, struct dice *dice);
void strike_master_processes(struct nemesis *n, struct dice *dice);
void strike_master_memory(struct nemesis *n, struct dice *dice);
void strike_master_writes(struct nemesis *n, struct dice *dice);
void trouble_restore_limits(struct nemesis *n);

/* trouble_module.c */
void strike_good_module(struct nemesis *n, struct dice *dice);
void strike_bad_module(struct nemesis *n, struct dice *dice);
void strike_good_in_place(struct nemesis *n, struct dice *dice);
void strike_bad_in_place(struct nemesis *n, struct dice *dice);
void strike_mood(struct nemesis *n, struct dice *dice);
/* A new version, by rename; no signal. */
void trouble_install_module(struct nemesis *n);
void trouble_set_mood(struct nemesis *n, const char *mood);

/* trouble_program.c */
void strike_upgrade(struct nemesis *n, struct dice *dice);
void strike_bad_upgrade(struct nemesis *n, struct dice *dice);
void strike_swap(struct nemesis *n, struct dice *dice);
void strike_disk(struct nemesis *n, struct dice *dice);
void strike_tide(struct nemesis *n, struct dice *dice);
void trouble_install_program(struct nemesis *n);
void trouble_free_disk(struct nemesis *n);

/* phases.c, ending.c */
bool phase_begin(struct nemesis *n);
void phase_warm_up(struct nemesis *n);
void phase_rage(struct nemesis *n);
void phase_calm(struct nemesis *n);
void phase_stop(struct nemesis *n);

/* verdict.c: TAP.  A promise that is broken is told with its reason. */
bool verdict(bool good, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void verdict_skip(const char *what, const char *why);
void verdict_note(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
/* On connections: judges the records. */
void verdict_on_records(struct nemesis *n);
/* Exit status. */
int verdict_end(struct nemesis *n);

#endif
