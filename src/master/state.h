/*
 * What the master knows; shared by the files of this room only.
 *
 * A cohort is all workers of one generation, a crew those of one service in
 * it.  At most one cohort is current and one incoming; old ones only finish.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_STATE_H
#define PREFORK_MASTER_STATE_H

#include <sys/resource.h>
#include <sys/types.h>

#include <limits.h>
#include <signal.h>
#include <time.h>

#include "base/error.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/oom.h"
#include "generation/generation.h"
#include "master/life.h"
#include "master/pool.h"
#include "master/stop.h"
#include "master/totals.h"
#include "scoreboard/census.h"
#include "scoreboard/scoreboard.h"
#include "wire/channel.h"

/* Of a worker that was given up. */
#define NO_SLOT UINT_MAX

struct control;

struct worker_record {
	struct master *master;
	struct crew *crew;
	pid_t pid;
	unsigned slot; /* in the crew's pool */
	unsigned cell; /* on the board */
	struct channel channel;
	struct loop_watch watch;
	int64_t forked_ms;
	int64_t deaf_since_ms; /* its channel ended but it lives; else 0 */
	bool admitted;	       /* GO was sent: it may have connections */
	bool told;	       /* RETIRE or DRAIN was sent */
	bool leaving;	       /* said DONE */
	size_t handed;	       /* place in stop.held and one, 0: none */
	bool parked;  /* drained and free: may be handed a connection */
	bool stopped; /* by a signal of somebody's */
	enum kill_reason killed;
	int blow;		     /* the last signal that was to end it */
	int64_t next_blow_ms;	     /* when the next one is due; 0: none */
	bool detached;		     /* given up: its place is another's */
	enum recycle_reason recycle; /* it is being replaced, and why */
	struct error *reason;	     /* NULL unless it said FAILED */
};

struct crew {
	struct cohort *cohort;
	unsigned service;
	struct pool pool;
	struct worker_record **by_slot; /* pool.capacity */
	unsigned *spawn_failed;		/* slots of the step under way */
	unsigned alive;
	unsigned former_want; /* of a drained one; 0: it is not */
	bool maintained;      /* drained with -maint */
	bool single;	      /* its handler must be in one worker only */
	bool up;
	int64_t quiet_until_ms; /* of lines that could flood the log */
	unsigned long unsaid;
};

struct cohort {
	struct master *master;
	struct generation *generation;
	struct crew *crews; /* generation->service_count */
	int64_t drain_deadline_ms;
	bool failed;
	bool proven;	     /* each service has had a READY worker */
	struct error reason; /* of the failure */
	struct cohort *next; /* in the list of old ones */
};

#define HELPER_TEXT_BYTES 2048

/* The one short-lived child that tries something: probe or rehearsal. */
struct helper {
	pid_t pid; /* 0: none */
	struct loop_watch watch;
	int64_t timeout_ms, deadline_ms;
	bool late, abandoned; /* killed; not reaped yet */
	size_t have;
	char text[HELPER_TEXT_BYTES]; /* the end of what it said */
};

/* The file that was rehearsed, so that no other is run. */
struct binary {
	dev_t device;
	ino_t inode;
	off_t bytes;
	struct timespec written;
};

/* What was told last; events.h. */
struct events {
	uint64_t seq; /* of the last one */
	char *kept;   /* EVENTS_KEPT lines, NULL before the first */
};

/* The service manager; manager.h. */
struct manager {
	bool present;
	enum life_state told; /* what it knows of */
	int64_t interval_ms;  /* between signs of life; 0: none are wanted */
	int64_t ping_ms, extend_ms;
};

struct pidfile {
	int fd;
	char *path; /* settings come and go */
	pid_t owner;
};

struct master {
	struct settings *settings;
	struct loop *loop;
	struct loop_watch signals;
	sigset_t former_mask;
	struct scoreboard board;
	struct worker_record **records; /* by cell; NULL: free */
	unsigned cells_end;  /* no record has this cell or one above */
	unsigned deaf_count; /* records with deaf_since_ms */
	unsigned blows;	     /* records with next_blow_ms */
	int64_t watchdog_ms; /* clock_ms of its next look; CLOCK_NEVER */
	struct cohort *current, *incoming, *old;
	uint32_t generation;
	enum life_state life;
	bool want_reload, want_upgrade;
	bool rehearsal;		 /* we only try; somebody else serves */
	bool drained;		 /* WINCH: sockets only */
	struct generation *next; /* being checked */
	bool looking_up;	 /* the helper asks what names mean */
	struct helper helper;
	struct binary rehearsed;
	struct error trouble; /* why the last thing went wrong */
	struct stop stop;
	struct totals *totals;
	int64_t wait_begun_ms;
	int64_t wake_at_ms; /* when the wait under way should end */
	int64_t started_ms; /* clock_ms when the first image began */
	int64_t lost_ms;    /* time in which we did not run */
	int64_t resumed_ms; /* clock_ms of the end of the last such time */
	struct oom oom;
	struct pidfile pidfile;
	struct control *control; /* NULL: there is no control socket */
	struct outcome outcome;
	struct events events;
	struct manager manager;
	struct error start_error; /* for the starter, at the end */
	int starter_fd; /* the starting process waits at the other end */
	pid_t pid;
	struct rlimit former_limit; /* RLIMIT_NOFILE as it came to us, */
	bool limit_raised;	    /* which workers get back */
	int exit_code;
	struct log_opened next_log; /* of the reload under way, */
	bool has_next_log;	    /* if it wants another one */
	bool has_log;		    /* was left to us, open */
};

/* cohort.c */
/* With `capacity` places for each service, 0: as many as it may need. */
struct cohort *cohort_new(struct master *m, struct generation *generation,
    unsigned capacity);
/* Its crews have no workers left.  Frees. */
void cohort_free(struct cohort *cohort);
/* Fork the canaries. */
void cohort_start(struct cohort *cohort);
/* Ask every crew to want `want` workers, 0: none. */
void cohort_resize_all(struct cohort *cohort, unsigned want);
unsigned cohort_alive(const struct cohort *cohort);
/* Every wanted worker of every service is READY. */
bool cohort_complete(const struct cohort *cohort);
/* Every service has a worker that is READY now. */
bool cohort_serves(const struct cohort *cohort);
/* A service had one, and has nobody until a pause is over. */
bool cohort_collapsed(const struct cohort *cohort);
int64_t cohort_deadline(const struct cohort *cohort);
void cohort_tick(struct cohort *cohort, int64_t now_ms);
void cohort_kill(struct cohort *cohort, enum kill_reason why);
/* Let all in that are READY. */
void cohort_admit(struct cohort *cohort);
/* Those that are not READY: they were not let in, so no connection can be
 * lost.  Call it before they are told to go. */
void cohort_kill_starting(struct cohort *cohort, enum kill_reason why);

/* crew.c: feed the policy and perform what it says. */
void crew_event(struct crew *crew, struct pool_event event);
/*
 * Make a few idle workers, not `except`, try to accept.  The kernel wakes one
 * worker for each connection; when that one dies first, or lacks a descriptor,
 * nobody else knows of it.  A busy worker needs no telling, it accepts when it
 * is done.
 */
void crew_poke(struct crew *crew, const struct worker_record *except);
const char *crew_name(const struct crew *crew);
/* At most one line a second of the kind that comes in floods: true when this
 * one may be written; *unsaid gets how many were not since the last. */
bool crew_may_log(struct crew *crew, unsigned long *unsaid);

/* worker_record.c */
struct worker_record *record_new(struct crew *crew, unsigned slot);
/* One that lives already, at a cell of the board that is free. */
struct worker_record *record_adopt(struct crew *crew, unsigned slot,
    unsigned cell);
/* Its channel ended but it lives. */
void record_deaf(struct worker_record *record);
void record_free(struct worker_record *record);
/* Where to write why it failed: its own, or where memory is short that of
 * its cohort. */
struct error *record_reason(struct worker_record *record);
/* NULL: no worker of ours. */
struct worker_record *record_find(const struct master *m, pid_t pid);
/* It is beyond help: the policy is told that it has ended. */
void record_detach(struct worker_record *record);
/* Let a worker accept that is READY and wanted.  Until then it has no
 * connection, and can be killed without losing one. */
void record_admit(struct worker_record *record);
/* RETIRE, or DRAIN while a graceful stop hands out the queue. */
void record_tell(struct worker_record *record);
void record_ready(void *arg, short revents);
/* Read what is left in the channel of a dead worker. */
void record_drain_channel(struct worker_record *record);
/* "echo/3 (pid 123)" */
void record_name(const struct worker_record *record, char *text, size_t bytes);

/* escalate.c */
const char *kill_reason_name(enum kill_reason why);
/* The same as one word, for programs: "drain_timeout". */
const char *kill_reason_label(unsigned why);
/* A client brought it about, not the handler's start: no pause follows. */
bool kill_reason_is_clients(enum kill_reason why);
void record_kill(struct worker_record *record, enum kill_reason why);
/* The same, with evidence for the log and, where the reason is given ABRT
 * first, the time until KILL. */
void escalate(struct worker_record *record, enum kill_reason why,
    int64_t grace_ms, const char *evidence);
/* KILL in so many ms, 0: never, if it has not ended by then. */
void escalate_later(struct worker_record *record, int64_t delay_ms);
void escalate_tick(struct master *m, int64_t now_ms);
int64_t escalate_deadline(const struct master *m);

/* watchdog.c */
void watchdog_tick(struct master *m);
void watchdog_watch(const struct worker_record *record);
int64_t watchdog_deadline(const struct master *m);

/* recycle.c */
/* Have it replaced, and told to go when it is. */
void recycle_worker(struct worker_record *record, enum recycle_reason why);
/* Its workers that have passed max_age. */
void recycle_tick(struct crew *crew, int64_t now_ms);
int64_t recycle_deadline(const struct crew *crew);

/* cause.c */
#define CAUSE_BYTES 128
/*
 * What waitpid(2) said of a child, in words: "exit code 3", "signal SEGV, core
 * dumped", "signal KILL, not by us; the system ran out of memory".  `killed` is
 * what we killed it for.
 */
enum crash cause_describe(struct master *m, int status, enum kill_reason killed,
    char *text, size_t bytes);
/* "segv"; "none" */
const char *crash_name(unsigned crash);

/* standstill.c */
/* After CHLD: which workers were stopped, or go on. */
void standstill_review(struct master *m);

/* reap.c */
/* " while serving 192.0.2.1:4711", or nothing. */
void describe_client(const struct census *census, char *text, size_t bytes);
/* After CHLD: who is dead, was stopped or goes on. */
void reap_all(struct master *m);
/* Kill workers that closed their channel but do not die. */
void reap_deaf(struct master *m, int64_t now_ms);
int64_t reap_deadline(const struct master *m);

/* master.c: the parts of a master's run. */
void master_init(struct master *m, struct settings *settings);
/* Descriptors for the workers that the settings may want. */
void master_raise_limit(struct master *m, const struct settings *settings);
int master_open_machinery(struct master *m, struct error *e);
/* Until it is OVER. */
void master_loop(struct master *m);
void master_close(struct master *m);
/* The reason why it ends, for the log, the starter and the exit code. */
void master_fail(struct master *m, const struct error *e);

/* What life.def names. */
#define LIFE(state, event, next, action) void action(struct master *m);
#include "master/life.def"
#undef LIFE

/* master.c: the time that deadlines are kept by; it stands still while the
 * master is stopped, so that nobody is late because of that. */
int64_t master_ms(const struct master *m);
/* Wait for events until deadline_ms of that time, as loop_wait: the one way to
 * wait, because what keeps the time must know when a wait should end. */
int master_wait(struct master *m, int64_t deadline_ms);

/* helper.c */
/* Fork a child that runs run(m, report_fd); ON_GOOD or ON_BAD follows, with
 * m->trouble.  -1 with errno. */
int helper_start(struct master *m, int (*run)(struct master *, int report_fd),
    int64_t timeout_ms);
/* Kill it; no event follows. */
void helper_abandon(struct master *m);
/* It and all of its group; it is not reaped yet. */
void helper_kill(struct master *m);
void helper_reap(struct master *m, int status);
void helper_tick(struct master *m, int64_t now_ms);
int64_t helper_deadline(const struct master *m);

/* reload.c */
/* With these, which are unreferenced; NULL: none, for m->trouble. */
void check_settings(struct master *m, struct settings *settings);
/* A worker is dead: does a reload fail by it? */
void reload_lost(struct worker_record *record);
/* HUP, USR2: remember the wish. */
void reload_wish(struct master *m);
/* After every event: what follows for the reload under way, what is wished
 * for, and what has ended. */
void reload_review(struct master *m);
/* Something stronger came: back to before the reload or the upgrade. */
void reload_abandon(struct master *m, const char *why);
/* All come back. */
void drain_end(struct master *m);

/* upgrade.c */
void upgrade_wish(struct master *m);
/* The rehearsal that was under way counts no more. */
void upgrade_abandoned(struct master *m, const char *why);

/* signals.c */
int signals_open(struct master *m);
void signals_close(struct master *m);
/* What has come that ends a reload, before one begins. */
void signals_act_on_ends(struct master *m);

/* notify.c: who waits for the outcome of the start. */
void notify_ready(struct master *m);
void notify_failed(struct master *m, const struct error *e);
/* The starter's part: wait for the daemon's word, print a reason. */
int notify_wait(int fd, const char *program);

/* pidfile.c */
int pidfile_open(struct pidfile *pidfile, const char *path, struct error *e);
/* Of the image before us: the lock is still ours, the path is copied. */
int pidfile_adopt(struct pidfile *pidfile, int fd, const char *path);
/* Removes the file if it is still ours. */
void pidfile_close(struct pidfile *pidfile);

#endif
