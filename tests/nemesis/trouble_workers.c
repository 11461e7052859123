/*
 * What befalls workers, and whoever else is a child of the master.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/resource.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "nemesis.h"

#define STOP_MOST_MS 1500
/* From the blow to the end that the client sees. */
#define PROMPT_MS 150

static struct crowd crowd;

static const struct deadly {
	int signo;
	const char *name;
} deadly[] = {
	{ SIGKILL, "KILL" },
	{ SIGKILL, "KILL" },
	{ SIGSEGV, "SEGV" },
	{ SIGABRT, "ABRT" },
	{ SIGBUS, "BUS" },
};

static const int strays[] = { SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGTTIN,
	SIGTTOU, SIGWINCH, SIGPIPE };

#define DEADLY (sizeof(deadly) / sizeof(deadly[0]))
#define STRAYS (sizeof(strays) / sizeof(strays[0]))

static bool
is_of_master(const struct nemesis *n, pid_t pid)
{
	struct process process;

	return process_read(pid, &process) && process.parent == n->server.pid &&
	    process.state != 'Z';
}

/* A rehearsal has a worker of its own. */
static bool
is_descendant(const struct nemesis *n, pid_t pid)
{
	struct process process;

	return process_read(pid, &process) && process.state != 'Z' &&
	    (process.parent == n->server.pid ||
		is_of_master(n, process.parent));
}

/* Zombies are past all harm.  False: there is nobody. */
static bool
look_who_lives(struct nemesis *n)
{
	unsigned i = 0;

	crowd_of_children(n->server.pid, &crowd);
	while (i < crowd.count)
		if (crowd.of[i].state == 'Z')
			crowd.of[i] = crowd.of[--crowd.count];
		else
			i++;
	return crowd.count > 0;
}

static pid_t
choose_one(struct dice *dice)
{
	return crowd.of[dice_below(dice, crowd.count)].pid;
}

/* Mostly one, often some, seldom all. */
static unsigned
choose_many(struct dice *dice)
{
	if (dice_once_in(dice, 6))
		return crowd.count;
	return dice_once_in(dice, 2) ? 1 : dice_between(dice, 1, 4);
}

static const char *
deadly_name(int signo)
{
	unsigned i = 0;

	while (i < DEADLY - 1 && deadly[i].signo != signo)
		i++;
	return deadly[i].name;
}

void
trouble_harm(struct nemesis *n, pid_t pid, int64_t window_ms)
{
	int64_t ms = now_ms();
	struct harm harm = {
		.pid = pid,
		.at_ms = ms,
		.until_ms = ms + window_ms,
	};

	records_harm(&n->records, &harm);
}

/* Who is stopped dies of another signal than KILL when it goes on. */
static int64_t
dying_ms(pid_t pid, int signo)
{
	struct process process;

	if (signo != SIGKILL && process_read(pid, &process) &&
	    process.state == 'T')
		return STOP_MOST_MS + PROMPT_MS;
	return PROMPT_MS;
}

void
trouble_kill(struct nemesis *n, pid_t pid, int signo)
{
	chronicle_tell(&n->chronicle, now_ms(), "kill -%s %ld",
	    deadly_name(signo), (long)pid);
	trouble_harm(n, pid, nemesis_patience(n, dying_ms(pid, signo)));
	(void)kill(pid, signo);
}

void
strike_kill(struct nemesis *n, struct dice *dice)
{
	int signo = deadly[dice_below(dice, DEADLY)].signo;

	if (look_who_lives(n))
		trouble_kill(n, choose_one(dice), signo);
}

void
strike_kill_all(struct nemesis *n, struct dice *dice)
{
	int signo = deadly[dice_below(dice, DEADLY)].signo;
	unsigned i;

	(void)look_who_lives(n);
	for (i = 0; i < crowd.count; i++)
		trouble_kill(n, crowd.of[i].pid, signo);
}

/* Nobody may lose anything by it. */
void
strike_term(struct nemesis *n, struct dice *dice)
{
	int signo = dice_once_in(dice, 3) ? SIGQUIT : SIGTERM;
	unsigned count;
	pid_t pid;

	if (!look_who_lives(n))
		return;
	for (count = choose_many(dice); count > 0; count--) {
		pid = choose_one(dice);
		chronicle_tell(&n->chronicle, now_ms(), "kill -%s %ld",
		    signo == SIGQUIT ? "QUIT" : "TERM", (long)pid);
		(void)kill(pid, signo);
	}
}

static void
cure_stop(struct nemesis *n, long pid)
{
	if (!is_of_master(n, (pid_t)pid))
		return;
	chronicle_tell(&n->chronicle, now_ms(), "kill -CONT %ld", pid);
	(void)kill((pid_t)pid, SIGCONT);
}

void
strike_stop(struct nemesis *n, struct dice *dice)
{
	unsigned count;
	pid_t pid;

	if (!look_who_lives(n))
		return;
	for (count = choose_many(dice); count > 0; count--) {
		pid = choose_one(dice);
		chronicle_tell(&n->chronicle, now_ms(), "kill -STOP %ld",
		    (long)pid);
		(void)kill(pid, SIGSTOP);
		misfortune_later(n, dice_between(dice, 5, STOP_MOST_MS),
		    cure_stop, (long)pid);
	}
}

void
strike_stray(struct nemesis *n, struct dice *dice)
{
	int signo = strays[dice_below(dice, STRAYS)];
	unsigned i;

	(void)look_who_lives(n);
	chronicle_tell(&n->chronicle, now_ms(), "signal %d to %u children",
	    signo, crowd.count);
	for (i = 0; i < crowd.count; i++)
		(void)kill(crowd.of[i].pid, signo);
}

static void
cure_files(struct nemesis *n, long pid)
{
	if (is_of_master(n, (pid_t)pid))
		(void)limit_set((pid_t)pid, RLIMIT_NOFILE, n->server.files);
}

void
strike_worker_files(struct nemesis *n, struct dice *dice)
{
	unsigned count;
	pid_t pid;

	if (!look_who_lives(n))
		return;
	for (count = choose_many(dice); count > 0; count--) {
		pid = choose_one(dice);
		chronicle_tell(&n->chronicle, now_ms(),
		    "no more descriptors for %ld", (long)pid);
		(void)limit_set(pid, RLIMIT_NOFILE, 3);
		misfortune_later(n, dice_between(dice, 5, 900), cure_files,
		    (long)pid);
	}
}

void
trouble_continue_all(struct nemesis *n)
{
	unsigned i;

	(void)server_signal(&n->server, SIGCONT);
	crowd_of_marked(n->server.mark, &crowd);
	for (i = 0; i < crowd.count; i++)
		(void)kill(crowd.of[i].pid, SIGCONT);
}

void
trouble_kill_hung(struct nemesis *n)
{
	char path[SERVER_PATH], text[4096], *next = text, *end;
	ssize_t got;
	long pid;
	int fd;

	fd = open(server_path(&n->server, "hung", path), O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return;
	got = read(fd, text, sizeof(text) - 1);
	(void)!ftruncate(fd, 0);
	(void)close(fd);
	text[got > 0 ? got : 0] = '\0';
	while ((pid = strtol(next, &end, 10)) > 1 && end != next) {
		next = end;
		if (!is_descendant(n, (pid_t)pid))
			continue;
		chronicle_tell(&n->chronicle, now_ms(), "kill -KILL %ld, hung",
		    pid);
		(void)kill((pid_t)pid, SIGKILL);
	}
}
