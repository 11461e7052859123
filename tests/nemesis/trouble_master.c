/*
 * What befalls the master: signals, and the want of what it needs.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/resource.h>

#include <signal.h>

#include "nemesis.h"

static const int barrage[] = { SIGHUP, SIGUSR1, SIGTTIN, SIGTTOU, SIGCHLD,
	SIGPIPE, SIGHUP, SIGUSR1, SIGTTIN, SIGTTOU };

#define BARRAGE (sizeof(barrage) / sizeof(barrage[0]))

static void
send_later(struct nemesis *n, long signo)
{
	(void)server_signal(&n->server, (int)signo);
}

void
strike_storm(struct nemesis *n, struct dice *dice)
{
	unsigned count = dice_between(dice, 2, 60), i;
	unsigned within_ms = dice_between(dice, 1, 200);

	chronicle_tell(&n->chronicle, now_ms(), "%u HUP within %u ms", count,
	    within_ms);
	for (i = 0; i < count; i++)
		misfortune_later(n, dice_below(dice, within_ms), send_later,
		    SIGHUP);
}

void
strike_barrage(struct nemesis *n, struct dice *dice)
{
	unsigned count = dice_between(dice, 20, 200), i;

	chronicle_tell(&n->chronicle, now_ms(), "%u signals of all kinds",
	    count);
	for (i = 0; i < count; i++)
		(void)server_signal(&n->server,
		    barrage[dice_below(dice, BARRAGE)]);
}

void
strike_size(struct nemesis *n, struct dice *dice)
{
	int signo = dice_once_in(dice, 2) ? SIGTTIN : SIGTTOU;
	unsigned count = dice_between(dice, 1, 8), i;

	chronicle_tell(&n->chronicle, now_ms(), "%u %s", count,
	    signo == SIGTTIN ? "TTIN" : "TTOU");
	for (i = 0; i < count; i++)
		misfortune_later(n, i * dice_below(dice, 10), send_later,
		    signo);
}

void
strike_reopen(struct nemesis *n, struct dice *dice)
{
	unsigned count = dice_between(dice, 1, 20), i;

	chronicle_tell(&n->chronicle, now_ms(), "%u USR1", count);
	for (i = 0; i < count; i++)
		misfortune_later(n, dice_below(dice, 50), send_later, SIGUSR1);
}

/* In the foreground it is ignored, and nobody may notice it at all. */
void
strike_drain(struct nemesis *n, struct dice *dice)
{
	unsigned delay_ms = dice_between(dice, 0, 400);

	chronicle_tell(&n->chronicle, now_ms(), "WINCH, HUP after %u ms",
	    delay_ms);
	(void)server_signal(&n->server, SIGWINCH);
	misfortune_later(n, delay_ms, send_later, SIGHUP);
}

static void
cure_stop_master(struct nemesis *n, long nothing)
{
	(void)nothing;
	chronicle_tell(&n->chronicle, now_ms(), "CONT to the master");
	(void)server_signal(&n->server, SIGCONT);
	n->master_still_ms = now_ms();
}

void
strike_stop_master(struct nemesis *n, struct dice *dice)
{
	unsigned delay_ms = dice_between(dice, 10, 1200);

	chronicle_tell(&n->chronicle, now_ms(), "STOP to the master for %u ms",
	    delay_ms);
	(void)server_signal(&n->server, SIGSTOP);
	n->master_still_ms = now_ms() + delay_ms;
	misfortune_later(n, delay_ms, cure_stop_master, 0);
}

static void
cure_master_files(struct nemesis *n, long nothing)
{
	(void)nothing;
	chronicle_tell(&n->chronicle, now_ms(), "descriptors for the master");
	(void)limit_set(n->server.pid, RLIMIT_NOFILE, n->server.master_files);
}

/* None at all, or as many as it takes to begin something. */
void
strike_master_files(struct nemesis *n, struct dice *dice)
{
	unsigned most = dice_once_in(dice, 2) ? 3 : dice_between(dice, 4, 40);

	chronicle_tell(&n->chronicle, now_ms(), "%u descriptors for the master",
	    most);
	(void)limit_set(n->server.pid, RLIMIT_NOFILE, most);
	misfortune_later(n, dice_between(dice, 5, 900), cure_master_files, 0);
}

static void
cure_master_processes(struct nemesis *n, long nothing)
{
	(void)nothing;
	chronicle_tell(&n->chronicle, now_ms(), "processes for the master");
	(void)limit_set(n->server.pid, RLIMIT_NPROC,
	    n->server.master_processes);
}

void
strike_master_processes(struct nemesis *n, struct dice *dice)
{
	chronicle_tell(&n->chronicle, now_ms(), "no process for the master");
	(void)limit_set(n->server.pid, RLIMIT_NPROC, 1);
	misfortune_later(n, dice_between(dice, 5, 900), cure_master_processes,
	    0);
}

static void
cure_master_memory(struct nemesis *n, long nothing)
{
	(void)nothing;
	chronicle_tell(&n->chronicle, now_ms(), "memory for the master");
	(void)limit_set(n->server.pid, RLIMIT_AS, (uint64_t)RLIM_INFINITY);
}

/* No address space but what it has: neither it nor its children can map. */
void
strike_master_memory(struct nemesis *n, struct dice *dice)
{
	chronicle_tell(&n->chronicle, now_ms(), "no memory for the master");
	(void)limit_set(n->server.pid, RLIMIT_AS, 1);
	misfortune_later(n, dice_between(dice, 5, 500), cure_master_memory, 0);
}

static void
cure_master_writes(struct nemesis *n, long nothing)
{
	(void)nothing;
	chronicle_tell(&n->chronicle, now_ms(), "the master may write again");
	(void)limit_set(n->server.pid, RLIMIT_FSIZE, (uint64_t)RLIM_INFINITY);
}

/* Its log is a file: each line now raises XFSZ. */
void
strike_master_writes(struct nemesis *n, struct dice *dice)
{
	chronicle_tell(&n->chronicle, now_ms(), "the master may not write");
	(void)limit_set(n->server.pid, RLIMIT_FSIZE, 0);
	misfortune_later(n, dice_between(dice, 5, 900), cure_master_writes, 0);
}

void
trouble_restore_limits(struct nemesis *n)
{
	static struct crowd crowd;
	unsigned i;

	(void)limit_set(n->server.pid, RLIMIT_NOFILE, n->server.master_files);
	(void)limit_set(n->server.pid, RLIMIT_NPROC,
	    n->server.master_processes);
	(void)limit_set(n->server.pid, RLIMIT_FSIZE, (uint64_t)RLIM_INFINITY);
	(void)limit_set(n->server.pid, RLIMIT_AS, (uint64_t)RLIM_INFINITY);
	crowd_of_children(n->server.pid, &crowd);
	for (i = 0; i < crowd.count; i++)
		(void)limit_set(crowd.of[i].pid, RLIMIT_NOFILE,
		    n->server.files);
}
